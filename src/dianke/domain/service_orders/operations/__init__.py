"""Writes of service orders."""
