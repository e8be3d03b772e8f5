"""Decisions of billing: pure functions without database or clock."""
