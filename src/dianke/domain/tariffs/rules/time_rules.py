"""Hours of use by province, shared by sheets that refer to them (tou-rules/v1)."""

from collections.abc import Mapping
from datetime import date, timedelta
from typing import Any

from dianke.domain.tariffs.rules.documents import (
    BadField,
    FaultList,
    as_mapping,
    get_date,
    get_list,
    get_mapping,
    get_text,
    hash_content,
)
from dianke.domain.tariffs.rules.evidence import read_evidence
from dianke.domain.tariffs.rules.hours import read_hours
from dianke.domain.tariffs.types import LoadFault, ReadFile, Skipped, TimeRuleDraft

SCHEMA = "tou-rules/v1"

_STATED = ("float_base", "ratios", "percents", "sharp", "deep_valley", "optional_for", "note")


def read_time_rules(document: Mapping[str, Any], *, name: str, sha256: str) -> ReadFile:
    """Return the hours of every province in the file; dates and evidence of the file serve all of them."""
    drafts: list[TimeRuleDraft] = []
    faults: list[LoadFault] = []
    skipped: list[Skipped] = []
    rules = document.get("rules")
    for region, node in (rules if isinstance(rules, dict) else {}).items():
        noted = FaultList(file=name, sheet=str(region))
        if isinstance(node, dict) and "see" in node:
            skipped.append(Skipped(file=name, item=str(region), reason=f"stands in {node['see']}"))
            continue
        draft, left_out = _read_rule(str(region), node, document, noted)
        skipped.extend(
            Skipped(
                file=name,
                item=f"{region} {path}",
                reason="the condition stands there in words only: add it as docs/howto/add-a-tariff.md says",
            )
            for path in left_out
        )
        faults.extend(noted.faults)
        if draft is not None and not noted.faults:
            drafts.append(draft)
    return ReadFile(name=name, sha256=sha256, time_rules=tuple(drafts), faults=tuple(faults), skipped=tuple(skipped))


def _read_rule(
    region: str, given: object, document: Mapping[str, Any], faults: FaultList
) -> tuple[TimeRuleDraft | None, tuple[str, ...]]:
    with faults.reading(""):
        node = as_mapping(given)
        start, end = _read_effective(node, document)
        evidence = read_evidence({**document, "regulations": get_list(node, "regulations")}, faults)
        if not evidence.urls:
            raise BadField(
                path="evidence.urls",
                value="",
                name="sheet_without_address",
                reason="the hours name no address where they can be checked",
                remedy="add the address under evidence.urls of the file",
            )
        hours = read_hours(node, path="", faults=faults)
        if not hours.bands and not faults.faults:
            raise BadField(
                path="periods",
                value="",
                name="sheet_without_rows",
                reason="no hours are named",
                remedy="add the rows of hours as printed",
            )
        draft = TimeRuleDraft(
            region=region,
            document=get_text(node, "doc"),
            start=start,
            end=end,
            evidence=evidence,
            bands=hours.bands,
            content_sha256=hash_content([region, node, start, end]),
            stated={key: _to_text(node[key]) for key in _STATED if node.get(key) is not None},
        )
        return draft, hours.left_out
    return None, ()


def _read_effective(node: Mapping[str, Any], document: Mapping[str, Any]) -> tuple[date, date | None]:
    effective = get_mapping(document, "effective") | get_mapping(node, "effective")
    start, last = get_date(effective, "from"), get_date(effective, "to")
    if start is None:
        raise BadField(
            path="effective.from",
            value=None,
            name="sheet_without_start",
            reason="the hours do not say from which day they are in force",
            remedy="write the day under effective.from of the file or of the province",
        )
    return start, None if last is None else last + timedelta(days=1)


def _to_text(value: object) -> str:
    """Return a stated figure as people read it."""
    if isinstance(value, dict):
        return "; ".join(f"{key}: {_to_text(item)}" for key, item in value.items())
    if isinstance(value, list):
        return ", ".join(_to_text(item) for item in value)
    return str(value)
