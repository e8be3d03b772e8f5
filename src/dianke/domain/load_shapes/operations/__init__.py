"""Writes of load shapes."""
