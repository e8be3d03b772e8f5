"""Decisions of channels, from facts to facts."""
