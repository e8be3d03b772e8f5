"""Pages of customers: the list, and the customer with supply, usage and bills."""
