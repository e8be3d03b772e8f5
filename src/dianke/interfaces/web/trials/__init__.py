"""Pages of trials: start one, follow it, read its report."""
