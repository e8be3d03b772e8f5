"""What every version drawn from one sheet shares."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from dianke.domain.tariffs.rules.documents import get_list, get_text, hash_content
from dianke.domain.tariffs.types import (
    Band,
    ComponentFacts,
    Evidence,
    Finding,
    PlanKind,
    RowFacts,
    SheetKind,
    TierFacts,
    VersionDraft,
)

_WHOLE_REGION = ("全省", "全市", "全区", "全国", "省级电网")


@dataclass(frozen=True, slots=True, kw_only=True)
class PlanHead:
    """Which plan a version belongs to; a region of its own goes before that of the file."""

    code: str
    name: str
    kind: PlanKind
    usage_classes: tuple[str, ...]
    region: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class SheetBody:
    """What a version prints."""

    rows: tuple[RowFacts, ...]
    components: tuple[ComponentFacts, ...] = ()
    tiers: TierFacts | None = None
    bands: tuple[Band, ...] = ()
    bands_region: str = ""
    findings: tuple[Finding, ...] = ()
    figures: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class SheetHead:
    """A sheet with its file around it, its dates and evidence read."""

    sheet: Mapping[str, Any]
    document: Mapping[str, Any]
    start: date
    end: date | None
    evidence: Evidence

    @property
    def sheet_id(self) -> str:
        """Return the sheet's own id."""
        return get_text(self.sheet, "id")

    @property
    def kind(self) -> SheetKind:
        """Return the kind of publication."""
        return SheetKind(get_text(self.sheet, "kind").upper())

    @property
    def region(self) -> str:
        """Return the province, as the file names it."""
        return get_text(self._region_node, "province")

    @property
    def area(self) -> str:
        """Return the price area within the province; empty for the whole of it."""
        area = get_text(self.sheet, "area") or get_text(self._region_node, "area")
        return "" if area in _WHOLE_REGION else area

    @property
    def _region_node(self) -> Mapping[str, Any]:
        node = self.document.get("region")
        return node if isinstance(node, dict) else {}

    def draft(self, plan: PlanHead, body: SheetBody) -> VersionDraft:
        """Return the draft of one plan's version."""
        region, area = (plan.region, "") if plan.region else (self.region, self.area)
        return VersionDraft(
            plan_code=plan.code,
            plan_name=" · ".join(part for part in (region, area, plan.name) if part),
            plan_kind=plan.kind,
            region=region,
            area=area,
            issuer=get_text(self.document, "issuer"),
            usage_classes=tuple(str(name) for name in plan.usage_classes),
            sheet_id=self.sheet_id,
            sheet_kind=self.kind,
            start=self.start,
            end=self.end,
            evidence=self.evidence,
            rows=body.rows,
            components=body.components,
            tiers=body.tiers,
            bands=body.bands,
            bands_region=body.bands_region,
            findings=body.findings,
            figures=body.figures,
            missing=tuple(str(item) for item in get_list(self.document, "missing")),
            content_sha256=hash_content(
                [plan.code, self.sheet, self.document.get("region"), self.document.get("issuer"), self._hours()]
            ),
        )

    def _hours(self) -> object:
        return None if "tou" in self.sheet else self.document.get("tou")
