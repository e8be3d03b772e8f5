"""Prices that the demo utility leaves waiting for another person: a copy of its real sheet, dearer, invented."""

from datetime import date
from decimal import Decimal

from dianke.application.demo_utility.designs import COMMERCE_PLAN
from dianke.domain.tariffs.models import TariffVersion
from dianke.domain.tariffs.queries.prices import list_rows, list_version_components
from dianke.domain.tariffs.rules.revisions import Revision
from dianke.domain.tariffs.types import Evidence, PriceColumn
from dianke.platform.identity.types import Actor

PROPOSER = "tariffs"
REASON = "示例：代理购电价格上调，虚构，供审批与比对"
_BASE_SHEET = "HB-CI-2026-01"
_INVENTED = "-DEMO"
_RISE = Decimal("0.0123")
_PURCHASE = "AGENCY_PURCHASE"
_PERIODS = (PriceColumn.SHARP, PriceColumn.PEAK, PriceColumn.FLAT, PriceColumn.VALLEY)


def has_proposal(*, actor: Actor) -> bool:
    """Tell whether the invented sheet was proposed, whatever became of it."""
    versions = TariffVersion.objects.for_actor(actor).filter(plan__code=COMMERCE_PLAN, sheet_id__endswith=_INVENTED)
    return bool(versions.exists())


def design_proposal(*, actor: Actor, on: date) -> tuple[int, Revision]:
    """Return the version to copy and the copy for the month after a day, with dearer purchased energy."""
    base = TariffVersion.objects.for_actor(actor).get(plan__code=COMMERCE_PLAN, sheet_id=_BASE_SHEET)
    start = _next_month(on)
    prices = {
        (index, column): price
        for index, row in enumerate(list_rows(actor=actor, version=base))
        for column in _PERIODS
        if (price := getattr(row, f"{column.value}_price")) is not None
    }
    parts = list_version_components(actor=actor, version=base)
    revision = Revision(
        sheet_id=f"HB-CI-{start:%Y-%m}{_INVENTED}",
        start=start,
        end=_next_month(start),
        # Grade C: even approved, it never prices a bill.
        evidence=Evidence(grade="C", urls=("https://example.org/demo-sheet",)),
        cells={place: price + _RISE for place, price in prices.items()},
        components={index: part.price + _RISE for index, part in enumerate(parts) if part.code == _PURCHASE},
    )
    return base.pk, revision


def _next_month(day: date) -> date:
    return date(day.year + day.month // 12, day.month % 12 + 1, 1)
