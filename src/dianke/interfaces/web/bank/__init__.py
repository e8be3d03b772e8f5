"""Pages of banks: withholding by files, agreements, statements, reconciliation."""
