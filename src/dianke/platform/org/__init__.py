"""The organisation tree and the scoping of every row to it."""
