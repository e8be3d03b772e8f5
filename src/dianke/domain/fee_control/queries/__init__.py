"""Reads of fee control."""
