"""Statements of our bank accounts, as CAMT.053 or CSV."""
