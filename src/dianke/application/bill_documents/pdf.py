"""
Bills as PDF, set by typst: up to 500 of them in one compile, for the fonts are loaded once.

What a bill says reaches the template as data that it reads, never as text of the template: no name can be markup.
"""

import functools
import json
from collections.abc import Sequence
from importlib import resources
from typing import TYPE_CHECKING, Any

from django.conf import settings

from dianke.application.bill_documents.sheet import lay_out_sheet
from dianke.domain.billing.rules.documents.words import BillWords, list_codes
from dianke.kernel.errors import DomainError

if TYPE_CHECKING:
    import typst

BATCH = 500
# The first that is there is used; the others fill in what it lacks.
FAMILIES = ("Noto Sans CJK SC", "Source Han Sans SC", "Source Han Sans CN")
# Characters of names that the first does not hold.
_BESIDE = ("Noto Serif CJK SC",)
FONT_FOLDER = "fonts"
# Marks for readers that speak are half the work and most of the bytes: files of many bills go without.
MOST_TAGGED = 20


class FontMissing(DomainError):
    """No font with Chinese characters is installed: every name on a bill would be a row of boxes."""

    code = "billing.font_missing"
    message = (
        "no font for Chinese is installed: as root on Debian apt-get install -y fonts-noto-cjk,"
        " or put NotoSansCJK-Regular.ttc and NotoSansCJK-Bold.ttc into the folder fonts of the data directory"
    )


class UnableToWritePdf(DomainError):
    """The bills cannot be set."""

    code = "billing.unable_to_write_pdf"
    message = "the PDF was not written: {reason}"


def write_pdf(bills: Sequence[dict[str, Any]], *, mark: str = "") -> bytes:
    """
    Return structured bills of one language as one PDF, each on pages of its own; `mark` stands at every foot.

    :raises FontMissing: if no font holds Chinese
    :raises UnableToWritePdf: if there are none or too many, or typst warns of anything
    """
    if not 0 < len(bills) <= BATCH:
        raise UnableToWritePdf(field="bills", reason=f"one file holds 1 to {BATCH} bills, not {len(bills)}")
    return _compile(bills, mark)


def _compile(bills: Sequence[dict[str, Any]], mark: str) -> bytes:
    # A tenth of a second to import: only who writes documents waits for it.
    import typst

    fonts, families = find_fonts()
    language = bills[0]["language"]
    words = BillWords(language)
    content = {
        "language": language.partition("-")[0],
        "fonts": families,
        "labels": {code: words.word("labels", code) for code in sorted(list_codes("labels"))},
        "mark": mark,
        "bills": [lay_out_sheet(bill) for bill in bills],
    }
    files = {"main.typ": _read_template(), "content.json": json.dumps(content, ensure_ascii=False).encode()}
    # Beside one file it takes several by name, which its types do not say yet.
    set_pages: Any = typst.compile_with_warnings
    try:
        found, warnings = set_pages(files, font_paths=fonts, format="pdf", pdf_tags=len(bills) <= MOST_TAGGED)
    except typst.TypstError as fault:
        raise UnableToWritePdf(reason=fault.message) from fault
    if warnings:
        raise UnableToWritePdf(reason=warnings[0].message)
    written: bytes = found
    return written


def find_fonts() -> "tuple[typst.Fonts, list[str]]":
    """
    Return the fonts of the machine and the families that a bill is set in.

    :raises FontMissing: if none of those that hold Chinese is there
    """
    folder = settings.DATA_DIR / FONT_FOLDER
    fonts = _load_fonts(str(folder) if folder.is_dir() else "")
    known = set(fonts.families())
    families = [name for name in (*FAMILIES, *_BESIDE) if name in known]
    if not known.intersection(FAMILIES):
        # Whoever installs it now need not start the product again.
        _load_fonts.cache_clear()
        raise FontMissing
    return fonts, families


@functools.lru_cache(maxsize=1)
def _load_fonts(folder: str) -> "typst.Fonts":
    import typst

    return typst.Fonts(include_system_fonts=True, include_embedded_fonts=False, font_paths=[folder] if folder else [])


@functools.cache
def _read_template() -> bytes:
    return (resources.files("dianke.application.bill_documents") / "bill.typ").read_bytes()
