"""
Bills as PDF, set by typst: up to 500 of them in one compile, for the fonts are loaded once.

What a bill says reaches the template as data that it reads, never as text of the template: no name can be markup.
"""

import functools
from collections.abc import Sequence
from importlib import resources
from typing import TYPE_CHECKING, Any

from dianke.application.bill_documents.sheet import lay_out_sheet
from dianke.domain.billing.rules.documents.words import BillWords, list_codes
from dianke.platform.documents import typesetting
from dianke.platform.documents.typesetting import FAMILIES, FontMissing, UnableToWritePdf

if TYPE_CHECKING:
    import typst

__all__ = ["BATCH", "FAMILIES", "FontMissing", "UnableToWritePdf", "find_fonts", "write_pdf"]

BATCH = 500
# Marks for readers that speak are half the work and most of the bytes: files of many bills go without.
MOST_TAGGED = 20


def write_pdf(bills: Sequence[dict[str, Any]], *, mark: str = "") -> bytes:
    """
    Return structured bills of one language as one PDF, each on pages of its own; `mark` stands at every foot.

    :raises FontMissing: if no font holds Chinese
    :raises UnableToWritePdf: if there are none or too many, or typst warns of anything
    """
    if not 0 < len(bills) <= BATCH:
        raise UnableToWritePdf(field="bills", reason=f"one file holds 1 to {BATCH} bills, not {len(bills)}")
    language = bills[0]["language"]
    words = BillWords(language)
    content = {
        "language": language.partition("-")[0],
        "labels": {code: words.word("labels", code) for code in sorted(list_codes("labels"))},
        "mark": mark,
        "bills": [lay_out_sheet(bill) for bill in bills],
    }
    return typesetting.set_pdf(
        template=_read_template(), content=content, families=FAMILIES, is_tagged=len(bills) <= MOST_TAGGED
    )


def find_fonts() -> "tuple[typst.Fonts, list[str]]":
    """
    Return the fonts of the machine and the families that a bill is set in.

    :raises FontMissing: if none of those that hold Chinese is there
    """
    return typesetting.find_fonts(FAMILIES)


@functools.cache
def _read_template() -> bytes:
    return (resources.files("dianke.application.bill_documents") / "bill.typ").read_bytes()
