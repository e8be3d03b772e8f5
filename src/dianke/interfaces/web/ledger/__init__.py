"""Pages of the books: trial balance, reports, vouchers and postings, closing, chart of accounts."""
