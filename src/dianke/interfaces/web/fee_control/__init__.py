"""Pages of fee control."""
