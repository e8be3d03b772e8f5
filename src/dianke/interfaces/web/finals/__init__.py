"""Pages of final bills."""
