"""What trades are called: the sections and divisions of GB/T 4754."""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib import resources

NO_INDUSTRY = ""


@dataclass(frozen=True)
class IndustryNames:
    """A section, or a division with the letter of its section, and what it is called."""

    code: str
    section: str
    zh: str
    en: str

    def in_language(self, language: str) -> str:
        """Return the name in Chinese or English."""
        return self.zh if language.startswith("zh") else self.en


def list_sections() -> Mapping[str, IndustryNames]:
    """Return the sections (门类) by letter."""
    return _read()[0]


def list_divisions() -> Mapping[str, IndustryNames]:
    """Return the divisions (大类) by their two digits."""
    return _read()[1]


def get_section(division: str) -> str:
    """Return the letter of the section that a division belongs to; what is no division has none."""
    found = list_divisions().get(division)
    return found.section if found else NO_INDUSTRY


@cache
def _read() -> tuple[Mapping[str, IndustryNames], Mapping[str, IndustryNames]]:
    text = resources.files("dianke.domain.customers").joinpath("data/industries.toml").read_text("utf-8")
    data = tomllib.loads(text)
    sections = {code: IndustryNames(code=code, section=code, **names) for code, names in data["sections"].items()}
    divisions = {code: IndustryNames(code=code, **names) for code, names in data["divisions"].items()}
    return sections, divisions
