"""Pages of tax invoices: the list, an invoice, what is asked for, making, who sells and buys, runs."""
