"""Writes of watch lists."""
