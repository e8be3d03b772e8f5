"""Reads of load shapes."""
