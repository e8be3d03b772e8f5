"""Writes of valuation."""
