"""Texts that a bill cites, by the register of the product (docs/regulations.toml)."""

import functools
import tomllib
from pathlib import Path
from typing import Any

_REGISTER = Path(__file__).resolve().parents[4] / "docs" / "regulations.toml"


def cite(identifier: str, *, language: str) -> str:
    """Return title and number of a text; one that is not in the register, or without a register, is its id."""
    entry = _read_register().get(identifier, {})
    title = str(entry.get("title_en" if language == "en" else "title_zh") or entry.get("title") or identifier)
    number = str(entry.get("number", ""))
    if language == "en" or not entry:
        return f"{title} ({number})" if number else title
    return f"《{title}》（{number}）" if number else f"《{title}》"


@functools.cache
def _read_register() -> dict[str, dict[str, Any]]:
    if not _REGISTER.is_file():
        return {}
    tables = tomllib.loads(_REGISTER.read_text("utf-8"))
    return {entry["id"]: entry for table in tables.values() for entry in table}
