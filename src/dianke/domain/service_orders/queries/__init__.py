"""Reads of service orders."""
