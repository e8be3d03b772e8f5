"""Pages of payments: the list, one payment with what it settles, receipts, suspense."""
