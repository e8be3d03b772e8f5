"""Writes of archive audits."""
