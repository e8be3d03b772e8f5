"""Combined statements of customers with several accounts, and of groups."""

from dianke.application.combined_bills.make import (
    COMBINE,
    NotInGroup,
    make_group_statement,
    make_statement,
    make_statements,
)
from dianke.application.combined_bills.paper import (
    MOST_A_FILE,
    TAKE_OUT,
    StatementNotWhole,
    TooManyStatements,
    take_out_month,
    write_statement_pdf,
)
from dianke.application.combined_bills.sheet import SheetSection, StatementSheet, read_sheet

__all__ = [
    "COMBINE",
    "MOST_A_FILE",
    "TAKE_OUT",
    "NotInGroup",
    "SheetSection",
    "StatementNotWhole",
    "StatementSheet",
    "TooManyStatements",
    "make_group_statement",
    "make_statement",
    "make_statements",
    "read_sheet",
    "take_out_month",
    "write_statement_pdf",
]
