"""Pages of staff, posts, units and one's own account."""
