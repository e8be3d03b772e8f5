"""
Papers as PDF, set by typst from a template and data.

What a paper says reaches the template as data that it reads, never as text of the template: no name can be markup.
"""

import functools
import io
import json
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from django.conf import settings

from dianke.kernel.errors import DomainError

if TYPE_CHECKING:
    import typst

# The first that is there is used; the others fill in what it lacks.
FAMILIES = ("Noto Sans CJK SC", "Source Han Sans SC", "Source Han Sans CN")
# Characters of names that the first does not hold.
_BESIDE = ("Noto Serif CJK SC",)
FONT_FOLDER = "fonts"


class FontMissing(DomainError):
    """No font with Chinese characters is installed: every name on a paper would be a row of boxes."""

    code = "billing.font_missing"
    message = (
        "no font for Chinese is installed: as root on Debian apt-get install -y fonts-noto-cjk,"
        " or put NotoSansCJK-Regular.ttc and NotoSansCJK-Bold.ttc into the folder fonts of the data directory"
    )


class UnableToWritePdf(DomainError):
    """The paper cannot be set."""

    code = "billing.unable_to_write_pdf"
    message = "the PDF was not written: {reason}"


def set_pdf(
    *, template: bytes, content: Mapping[str, Any], families: Sequence[str] = FAMILIES, is_tagged: bool = True
) -> bytes:
    """
    Return a template as PDF; it reads `content` from content.json, with the fonts of the machine under `fonts`.

    :raises FontMissing: if no font holds Chinese
    :raises UnableToWritePdf: if typst warns of anything
    """
    # A tenth of a second to import: only who writes documents waits for it.
    import typst

    fonts, names = find_fonts(families)
    data = json.dumps({**content, "fonts": names}, ensure_ascii=False).encode()
    files = {"main.typ": template, "content.json": data}
    # Beside one file it takes several by name, which its types do not say yet.
    set_pages: Any = typst.compile_with_warnings
    try:
        found, warnings = set_pages(files, font_paths=fonts, format="pdf", pdf_tags=is_tagged)
    except typst.TypstError as fault:
        raise UnableToWritePdf(reason=fault.message) from fault
    if warnings:
        raise UnableToWritePdf(reason=warnings[0].message)
    written: bytes = found
    return written


def find_fonts(families: Sequence[str] = FAMILIES) -> "tuple[typst.Fonts, list[str]]":
    """
    Return the fonts of the machine and the families that a paper is set in.

    :raises FontMissing: if none of those that hold Chinese is there
    """
    folder = settings.DATA_DIR / FONT_FOLDER
    fonts = _load_fonts(str(folder) if folder.is_dir() else "")
    known = set(fonts.families())
    found = [name for name in (*families, *_BESIDE) if name in known]
    if not known.intersection(families):
        # Whoever installs it now need not start the product again.
        _load_fonts.cache_clear()
        raise FontMissing
    return fonts, found


def draw_qr(text: str) -> str:
    """Return a text as a QR code in SVG."""
    import segno

    outlet = io.BytesIO()
    segno.make(text, error="m", micro=False).save(outlet, kind="svg", border=0, xmldecl=False, nl=False)
    return outlet.getvalue().decode()


@functools.lru_cache(maxsize=1)
def _load_fonts(folder: str) -> "typst.Fonts":
    import typst

    return typst.Fonts(include_system_fonts=True, include_embedded_fonts=False, font_paths=[folder] if folder else [])
