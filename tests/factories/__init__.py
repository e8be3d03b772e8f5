"""Builders of test utilities: everything goes through operations, never past them."""
