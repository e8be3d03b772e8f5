"""Pages of the counter: the cashier's desk, shifts and their counts, slips and cheques."""
