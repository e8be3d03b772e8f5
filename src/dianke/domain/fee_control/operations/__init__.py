"""Writes of fee control."""
