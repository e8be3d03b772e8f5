"""Combined statements of customers with several accounts."""

from dianke.application.combined_bills.make import COMBINE, make_statement, make_statements

__all__ = ["COMBINE", "make_statement", "make_statements"]
