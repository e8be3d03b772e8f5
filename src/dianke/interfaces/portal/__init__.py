"""Pages of customers: without a log-in, by secret links."""
