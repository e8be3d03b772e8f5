"""
Channels: how money comes. Shifts of cashiers and the counting of their cash; files of banks, call-backs, statements.

Every channel takes money in by `receivables.operations.payments` and has no rules of allocation of its own.
Not here: what is owed, what a payment settles, the books (receivables).
"""
