"""What the other modules bring to the customer's page: words of the time line, tabs, the line of open work."""
