"""Decisions about service clocks: facts in, facts out."""
