"""Dianke (电客): the open customer platform for electric utilities."""

__version__ = "0.1.0"
