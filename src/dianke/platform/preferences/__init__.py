"""What people set for themselves: saved views of lists, columns."""
