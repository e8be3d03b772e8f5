"""Every text that code or documents cite is in the register, and every entry says what it is."""

import re
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).parents[2]
REGISTER = tomllib.loads((ROOT / "docs" / "regulations.toml").read_text(encoding="utf-8"))
REGULATIONS, SOURCES, RULES = REGISTER["regulation"], REGISTER["source"], REGISTER["rule"]
KNOWN = {entry["id"] for table in REGISTER.values() for entry in table}

CITATION = re.compile(r"\b(?:(?:REG|SRC)-[A-Z0-9]+(?:-[A-Z0-9]+)*|TR-[0-9]+(?:\.[0-9]+)?)\b")
READ = {".py", ".toml", ".yaml", ".yml", ".md", ".html", ".txt", ".csv", ".json", ".sql", ".po"}
NOT_OURS = {"vendor", "node_modules", "__pycache__"}

KINDS = {
    "law",
    "administrative_regulation",
    "department_rule",
    "price_notice",
    "promise",
    "standard",
    "holiday_notice",
}


def list_files() -> Iterator[Path]:
    for folder in ("src", "docs"):
        for file in sorted((ROOT / folder).rglob("*")):
            if file.suffix in READ and not NOT_OURS.intersection(file.parts):
                yield file


def list_citations() -> Iterator[tuple[str, str]]:
    for file in list_files():
        for citation in CITATION.findall(file.read_text(encoding="utf-8")):
            yield citation, str(file.relative_to(ROOT))


def ids(entries: list[dict[str, Any]]) -> list[str]:
    return [entry["id"] for entry in entries]


class TestCitations:
    def test_name_texts_of_the_register(self):
        unknown = {citation: file for citation, file in list_citations() if citation not in KNOWN}

        assert unknown == {}

    def test_are_found_where_they_stand(self):
        text = "art. 98 of REG-SUPPLY-1996. TR-9, TR-1.1; SRC-P23-COMPLAINT but neither REG-… nor STR-9"

        assert CITATION.findall(text) == ["REG-SUPPLY-1996", "TR-9", "TR-1.1", "SRC-P23-COMPLAINT"]

    def test_reach_the_rules_of_this_product(self):
        cited = {citation for citation, _ in list_citations()}

        assert {"REG-SUPPLY-1996", "REG-SG-PROMISES-2023", "TR-9", "TR-12", "SRC-P11"} <= cited


class TestRegister:
    def test_lists_no_id_twice(self):
        listed = ids(REGULATIONS) + ids(SOURCES) + ids(RULES)

        assert len(listed) == len(set(listed))

    @pytest.mark.parametrize("entry", REGULATIONS, ids=ids(REGULATIONS))
    def test_gives_number_date_and_address_or_says_why_not(self, entry: dict[str, Any]):
        missing = entry.get("missing", {})

        assert "number" in entry or missing.get("number")
        assert "issued" in entry or "in_force" in entry or missing.get("date")
        assert entry.get("address") or missing.get("address")
        assert all(reason.strip() for reason in missing.values())

    @pytest.mark.parametrize("entry", REGULATIONS, ids=ids(REGULATIONS))
    def test_says_what_each_text_is_and_how_well_it_is_known(self, entry: dict[str, Any]):
        assert entry["kind"] in KINDS
        assert entry["evidence"] in set("ABCSKP")
        assert entry["title_zh"]
        assert entry["title_en"]
        assert entry["issuer"]
        assert set(entry.get("unconfirmed", ())) <= set(entry)
        assert set(entry.get("sources", ())) <= set(ids(SOURCES))

    @pytest.mark.parametrize(
        "entry",
        [entry for entry in REGULATIONS if "until" in entry and "in_force" in entry],
        ids=lambda e: e["id"],
    )
    def test_lets_a_text_end_after_it_began(self, entry: dict[str, Any]):
        assert entry["in_force"] < entry["until"]

    @pytest.mark.parametrize("entry", REGULATIONS + SOURCES, ids=ids(REGULATIONS + SOURCES))
    def test_gives_addresses_that_can_be_opened(self, entry: dict[str, Any]):
        assert entry.get("address") or entry["missing"]["address"]
        assert all(re.match(r"https?://\S+$", address) for address in entry.get("address", ()))

    @pytest.mark.parametrize("entry", RULES, ids=ids(RULES))
    def test_points_a_chapter_to_a_page_that_explains_it(self, entry: dict[str, Any]):
        page = (ROOT / entry["page"]).read_text(encoding="utf-8")

        assert entry["id"] in CITATION.findall(page)
