"""
Valuation: what a customer is worth now and later, its class, and what service differs by it.

Runs of rating, value indices and their weights, classes of the pyramid, appeals, the table of differential service.
Not here: credit (credit), tags and segments (profiles). Rules: docs/rules/value.md.
"""
