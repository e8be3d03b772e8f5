"""Decisions of the books, from facts to facts."""
