"""Reads of archive audits."""
