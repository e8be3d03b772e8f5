"""Pages of messages out."""
