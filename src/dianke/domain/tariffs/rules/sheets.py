"""A file of sheets becomes drafts of versions, refusals with place and remedy, and what is left by design."""

import hashlib
import re
from collections.abc import Mapping
from datetime import date, timedelta
from typing import Any

from dianke.domain.customers.types import UsageClass
from dianke.domain.tariffs.rules import grids, policies, time_rules
from dianke.domain.tariffs.rules.documents import (
    BadField,
    FaultList,
    UnreadableDocument,
    as_mapping,
    get_date,
    get_list,
    get_mapping,
    get_text,
    read_document,
)
from dianke.domain.tariffs.rules.evidence import read_evidence
from dianke.domain.tariffs.rules.heads import PlanHead, SheetBody, SheetHead
from dianke.domain.tariffs.rules.hours import HoursRead, read_hours
from dianke.domain.tariffs.rules.prices import compare_sums, read_components, read_rows
from dianke.domain.tariffs.rules.residential import read_residential
from dianke.domain.tariffs.types import (
    LoadFault,
    PlanKind,
    ReadFile,
    SheetKind,
    Skipped,
    VersionDraft,
)

SHEET_SCHEMA = "tariff-sheet/v1"
UNIT = "CNY/kWh"
SHARED_SUFFIX = "-SHARED"

_MONTH_SUFFIX = re.compile(r"-[0-9]{4}-[0-9]{2}$", re.ASCII)
_SHEET_ID = re.compile(r"[A-Z0-9][A-Z0-9_.-]{1,58}", re.ASCII)
_KIND_NAMES = {
    PlanKind.COMMERCIAL_INDUSTRIAL: "工商业用电",
    PlanKind.RESIDENTIAL: "居民生活用电",
    PlanKind.AGRICULTURAL: "农业生产用电",
}
_KINDS = tuple(kind.value.lower() for kind in SheetKind)
_SHARED_NAME = "居民合表用电"
_PLAN_KINDS = {
    SheetKind.AGENCY_PURCHASE_MONTHLY: PlanKind.COMMERCIAL_INDUSTRIAL,
    SheetKind.PARTIAL: PlanKind.COMMERCIAL_INDUSTRIAL,
    SheetKind.RESIDENTIAL: PlanKind.RESIDENTIAL,
    SheetKind.AGRICULTURAL: PlanKind.AGRICULTURAL,
}
_USAGE_CLASSES = {
    PlanKind.COMMERCIAL_INDUSTRIAL: (UsageClass.COMMERCIAL_INDUSTRIAL, UsageClass.LARGE_INDUSTRIAL),
    PlanKind.RESIDENTIAL: (UsageClass.RESIDENTIAL,),
    PlanKind.AGRICULTURAL: (UsageClass.AGRICULTURAL,),
}
_NOT_LOADED = {
    "fragments": "a fragment is no sheet: it shows single figures of one",
    "catalogue_rows": "a catalogue of the old price classes is kept for reading only",
}


def read_file(*, name: str, data: bytes) -> ReadFile:
    """Return everything a file of any known schema holds; nothing is raised, every fault is in the answer."""
    sha256 = hashlib.sha256(data).hexdigest()
    try:
        document = read_document(data)
    except UnreadableDocument as error:
        fault = LoadFault(
            file=name,
            sheet=name,
            path=f"line {error.facts['line']}",
            value="",
            code=error.code,
            message=str(error),
            remedy="correct the file and load it again",
        )
        return ReadFile(name=name, sha256=sha256, faults=(fault,))
    return read_plain(name=name, sha256=sha256, document=document)


def read_plain(*, name: str, sha256: str, document: Mapping[str, Any]) -> ReadFile:
    """Return everything that plain data of any known schema holds, however it was typed."""
    match document.get("schema"):
        case "tariff-sheet/v1":
            return _read_sheets(document, name=name, sha256=sha256)
        case "tou-rules/v1":
            return time_rules.read_time_rules(document, name=name, sha256=sha256)
        case "tariff-policies/v1":
            return policies.read_policies(document, name=name, sha256=sha256)
        case schema:
            fault = LoadFault(
                file=name,
                sheet=name,
                path="schema",
                value="" if schema is None else str(schema),
                code="tariffs.unknown_schema",
                message="the file names no schema that can be loaded",
                remedy=f"use {SHEET_SCHEMA}, {time_rules.SCHEMA} or {policies.SCHEMA}",
            )
            return ReadFile(name=name, sha256=sha256, faults=(fault,))


def _read_sheets(document: Mapping[str, Any], *, name: str, sha256: str) -> ReadFile:
    versions: list[VersionDraft] = []
    faults: list[LoadFault] = []
    skipped = [_skip_fragment(item, name) for item in get_list(document, "fragments")]
    for index, node in enumerate(get_list(document, "sheets")):
        sheet = node if isinstance(node, dict) else {}
        noted = FaultList(file=name, sheet=get_text(sheet, "id") or f"sheets[{index}]")
        found, left = _read_sheet(sheet, document, noted)
        skipped.extend(Skipped(file=name, item=f"{noted.sheet} {item}", reason=reason) for item, reason in left)
        faults.extend(noted.faults)
        if not noted.faults:
            versions.extend(found)
    return ReadFile(name=name, sha256=sha256, versions=tuple(versions), faults=tuple(faults), skipped=tuple(skipped))


def _read_sheet(
    sheet: Mapping[str, Any], document: Mapping[str, Any], faults: FaultList
) -> tuple[list[VersionDraft], list[tuple[str, str]]]:
    left = [(key, reason) for key, reason in _NOT_LOADED.items() if key in sheet]
    _check_head(sheet, faults)
    start, end = _read_effective(sheet, faults)
    evidence = read_evidence(sheet, faults)
    if not evidence.urls:
        faults.add(
            path="evidence.urls",
            value="",
            code="sheet_without_address",
            message="the sheet names no address where its figures can be checked",
            remedy="add the address of the publication under evidence.urls",
        )
    if sheet.get("kind") not in _KINDS:
        return [], left
    # A sheet that is refused already is read on, so that all its faults are reported at once.
    head = SheetHead(sheet=sheet, document=document, start=start or date.min, end=end, evidence=evidence)
    if "grids" in sheet:
        found, more = grids.read_grids(head=head, faults=faults)
        return found, left + more
    if head.kind is SheetKind.RESIDENTIAL:
        return _read_residential(head, faults), left
    found, more = _read_rows(head, faults)
    return found, left + more


def _check_head(sheet: Mapping[str, Any], faults: FaultList) -> None:
    if not _SHEET_ID.fullmatch(get_text(sheet, "id")):
        faults.add(
            path="id",
            value=sheet.get("id"),
            code="unreadable_sheet_id",
            message="a sheet is told from others by its id",
            remedy="write capital letters, digits and hyphens, such as HB-CI-2026-01",
        )
    if sheet.get("kind") not in _KINDS:
        faults.add(
            path="kind",
            value=sheet.get("kind"),
            code="unknown_kind",
            message="the kind of the sheet is not known",
            remedy=f"use {', '.join(_KINDS)}",
        )
    if sheet.get("unit") != UNIT:
        faults.add(
            path="unit",
            value=sheet.get("unit"),
            code="unknown_unit",
            message="the unit of the prices is not known",
            remedy=f"convert the figures to {UNIT}, and demand and capacity to yuan per kW and kVA a month",
        )


def _read_effective(sheet: Mapping[str, Any], faults: FaultList) -> tuple[date | None, date | None]:
    with faults.reading("effective"):
        effective = get_mapping(sheet, "effective")
        start, last = get_date(effective, "from"), get_date(effective, "to")
        if start is None:
            raise BadField(
                path="from",
                value=None,
                name="sheet_without_start",
                reason="the sheet does not say from which day it is in force",
                remedy="find the day in the notice and write it under effective.from",
            )
        if last is not None and last < start:
            raise BadField(
                path="to",
                value=last,
                name="sheet_ends_before_it_starts",
                reason=f"{last} is before {start}",
                remedy="effective.to is the last day in force",
            )
        # Sheets name their last day; periods are half-open.
        return start, None if last is None else last + timedelta(days=1)
    return None, None


def _read_rows(head: SheetHead, faults: FaultList) -> tuple[list[VersionDraft], list[tuple[str, str]]]:
    rows = read_rows(head.sheet, faults)
    components = read_components(head.sheet, faults)
    hours, region = _read_bands(head, faults)
    if not get_list(head.sheet, "rows"):
        faults.add(
            path="rows",
            value="",
            code="sheet_without_rows",
            message="the sheet has no row of prices",
            remedy="add the rows as printed; null stands for a price not found",
        )
    left = [
        (path, "the condition stands there in words only: add it as docs/howto/add-a-tariff.md says")
        for path in hours.left_out
    ]
    body = SheetBody(
        rows=rows,
        components=components,
        bands=hours.bands,
        bands_region=region,
        findings=compare_sums(rows, components),
    )
    return [head.draft(_name_plan(head), body)], left


def _name_plan(head: SheetHead) -> PlanHead:
    kind = _PLAN_KINDS[head.kind]
    return PlanHead(
        code=_MONTH_SUFFIX.sub("", head.sheet_id),
        name=_KIND_NAMES[kind],
        kind=kind,
        usage_classes=_USAGE_CLASSES[kind],
    )


def _read_bands(head: SheetHead, faults: FaultList) -> tuple[HoursRead, str]:
    for holder, path in ((head.sheet, "tou"), (head.document, "(file) tou")):
        tou = holder.get("tou")
        if isinstance(tou, dict) and "see" in tou:
            return HoursRead(bands=()), get_text(tou, "region") or head.region
        if isinstance(tou, dict):
            return read_hours(as_mapping(tou), path=path, faults=faults), ""
        if isinstance(tou, str):
            return HoursRead(bands=(), left_out=(path,)), ""
    return HoursRead(bands=()), ""


def _read_residential(head: SheetHead, faults: FaultList) -> list[VersionDraft]:
    read = read_residential(head.sheet, faults)
    plan = _name_plan(head)
    body = SheetBody(rows=read.rows, components=read.components, tiers=read.tiers, bands=read.bands)
    drafts = [head.draft(plan, body)]
    if read.shared_rows:
        # A price of its own with neither tiers nor hours: a plan of its own (合表).
        shared = PlanHead(
            code=plan.code + SHARED_SUFFIX,
            name=_SHARED_NAME,
            kind=PlanKind.RESIDENTIAL,
            usage_classes=(UsageClass.RESIDENTIAL_SHARED,),
        )
        drafts.append(head.draft(shared, SheetBody(rows=read.shared_rows)))
    return drafts


def _skip_fragment(item: object, name: str) -> Skipped:
    node = item if isinstance(item, dict) else {}
    return Skipped(file=name, item=get_text(node, "id") or "fragment", reason=_NOT_LOADED["fragments"])
