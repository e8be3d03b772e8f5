"""The rights of invoices: to see them, to make them, to decide what takes them back."""

VIEW, MAKE, APPROVE = "invoices.view", "invoices.make", "invoices.approve"
