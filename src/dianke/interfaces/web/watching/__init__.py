"""Watch lists."""
