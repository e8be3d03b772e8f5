"""Issued bills as documents: as data, as PDF, as short messages; a run's bills as a file, or computed again."""

from dianke.application.bill_documents.pdf import FontMissing, UnableToWritePdf, find_fonts, write_pdf
from dianke.application.bill_documents.run_works import (
    REPLAY,
    TAKE_OUT,
    cancel_work,
    carry_out_work,
    require_take_out,
    start_pdf,
    start_replay,
    take_out_file,
)
from dianke.application.bill_documents.structured import (
    VIEW,
    get_structured_bill,
    list_messages,
    mask_for,
    write_structured_bills,
)

__all__ = [
    "REPLAY",
    "TAKE_OUT",
    "VIEW",
    "FontMissing",
    "UnableToWritePdf",
    "cancel_work",
    "carry_out_work",
    "find_fonts",
    "get_structured_bill",
    "list_messages",
    "mask_for",
    "require_take_out",
    "start_pdf",
    "start_replay",
    "take_out_file",
    "write_pdf",
    "write_structured_bills",
]
