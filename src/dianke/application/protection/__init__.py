"""Unmasking, keys, and a person's data on request."""
