"""Pages of tariffs: the plans, and a version as the official sheet shows it."""
