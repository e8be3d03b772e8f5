"""Reads of watch lists."""
