"""Decisions about supply contracts: templates, filling, terms, comparison, steps."""
