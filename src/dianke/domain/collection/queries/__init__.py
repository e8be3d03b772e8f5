"""Queries of collection."""
