"""What every version drawn from one sheet shares."""

from collections.abc import Mapping
from dataclasses import dataclass
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

    def draft(
        self,
        *,
        plan_code: str,
        plan_name: str,
        plan_kind: PlanKind,
        usage_classes: tuple[str, ...],
        rows: tuple[RowFacts, ...],
        region: str | None = None,
        components: tuple[ComponentFacts, ...] = (),
        tiers: TierFacts | None = None,
        bands: tuple[Band, ...] = (),
        bands_region: str = "",
        findings: tuple[Finding, ...] = (),
        figures: dict[str, str] | None = None,
    ) -> VersionDraft:
        """Return the draft of one plan's version."""
        where = self.region if region is None else region
        area = self.area if region is None else ""
        return VersionDraft(
            plan_code=plan_code,
            plan_name=" · ".join(part for part in (where, area, plan_name) if part),
            plan_kind=plan_kind,
            region=where,
            area=area,
            issuer=get_text(self.document, "issuer"),
            usage_classes=tuple(str(name) for name in usage_classes),
            sheet_id=self.sheet_id,
            sheet_kind=self.kind,
            start=self.start,
            end=self.end,
            evidence=self.evidence,
            rows=rows,
            components=components,
            tiers=tiers,
            bands=bands,
            bands_region=bands_region,
            findings=findings,
            missing=tuple(str(item) for item in get_list(self.document, "missing")),
            figures=figures or {},
            content_sha256=hash_content(
                [
                    plan_code,
                    self.sheet,
                    self.document.get("region"),
                    self.document.get("issuer"),
                    self._hours(),
                ]
            ),
        )

    def _hours(self) -> object:
        return None if "tou" in self.sheet else self.document.get("tou")
