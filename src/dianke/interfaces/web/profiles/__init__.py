"""Pages of tags and segments."""
