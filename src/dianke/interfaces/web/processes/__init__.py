"""Pages of processes: how an order of each kind runs, drawn and as a list of steps."""
