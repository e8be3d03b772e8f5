"""Every text of the pages has its Chinese, and the compiled catalogue is the written one."""

import re

import pytest
from frontend import messages
from frontend.messages import Entry


@pytest.fixture(scope="module")
def entries() -> list[Entry]:
    """Read every source and template once."""
    return messages.build_entries()


def test_every_text_of_the_pages_has_chinese(entries: list[Entry]) -> None:
    lacking = [entry.message.singular for entry in entries if not entry.chinese]

    assert lacking == []


def test_catalogue_is_in_step_with_the_sources(entries: list[Entry]) -> None:
    assert not messages.is_behind(entries), "run python frontend/messages.py"


def test_chinese_keeps_the_places_of_its_english(entries: list[Entry]) -> None:
    wrong = [
        entry.message.singular
        for entry in entries
        if entry.chinese and list_places(entry.chinese) != list_places(entry.message.plural or entry.message.singular)
    ]

    assert wrong == []


def list_places(text: str) -> list[str]:
    """Return the names that are filled in, in any order."""
    return sorted(re.findall(r"%\(\w+\)[sd]|\{\w+[^}]*\}", text))
