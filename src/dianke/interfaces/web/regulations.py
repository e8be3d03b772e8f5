"""The register of texts that rules and prices cite (docs/regulations.toml), for pages that name them."""

import functools
import tomllib
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from django.utils.translation import get_language

_REGISTER = Path(__file__).resolve().parents[4] / "docs" / "regulations.toml"


@dataclass(frozen=True)
class Regulation:
    """A text that something cites: its title in the reader's language, number and address where known."""

    id: str
    title: str
    number: str = ""
    issuer: str = ""
    url: str = ""


def get_regulation(identifier: str) -> Regulation:
    """Return a text of the register; one that is not there, or without a register, is named by its id."""
    entry = _read_register().get(identifier)
    if entry is None:
        return Regulation(id=identifier, title=identifier)
    is_english = get_language() == "en"
    addresses: Any = entry.get("address") or [""]
    return Regulation(
        id=identifier,
        title=str(entry.get("title_en" if is_english else "title_zh") or entry.get("title") or identifier),
        number=str(entry.get("number", "")),
        issuer=str(entry.get("issuer", "")),
        url=str(addresses[0]),
    )


@functools.cache
def _read_register() -> dict[str, dict[str, object]]:
    if not _REGISTER.is_file():
        return {}
    tables = tomllib.loads(_REGISTER.read_text("utf-8"))
    return {entry["id"]: entry for table in tables.values() for entry in table}
