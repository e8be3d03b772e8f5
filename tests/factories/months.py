"""Further months of the small utility: readings, run and issue in one call; sheets of prices as text."""

from collections.abc import Mapping
from datetime import date, datetime, time, timedelta
from decimal import Decimal

from django.db import transaction
from tests.factories.utility import Utility

from dianke.application import meter_to_cash
from dianke.domain.billing.models import Bill, BillRun
from dianke.domain.billing.queries import review as review_queries
from dianke.domain.metering.models import UsagePoint
from dianke.domain.readings import operations as readings
from dianke.domain.readings.queries import get_month
from dianke.domain.readings.types import NewReading, ReadingSource
from dianke.domain.tariffs import operations as tariffs
from dianke.kernel.clock import SHANGHAI, SystemClock
from dianke.platform.identity.types import Actor

# Dearer than January by a fifth of the energy and a tenth of the capacity.
HUBEI_FEBRUARY = """
schema: tariff-sheet/v1
region: {province: 湖北, area: 全省}
issuer: 国网湖北省电力有限公司
sheets:
  - id: HB-CI-2026-02
    kind: agency_purchase_monthly
    effective: {from: 2026-02-01, to: null}
    evidence: {grade: B, urls: ["https://example.org/sheet"]}
    unit: CNY/kWh
    rows:
      - {structure: two_part, voltage: "1-10(20)kV", flat: 0.78, sharp: 1.26, peak: 1.02, valley: 0.52,
         demand: 46.2, capacity: 28.93}
      - {structure: single, voltage: "1-10(20)kV", flat: 0.86, sharp: 1.34, peak: 1.1, valley: 0.6,
         demand: n/a, capacity: n/a}
"""
JIANGSU = """
schema: tariff-sheet/v1
region: {province: 江苏, area: 全省}
issuer: 国网江苏省电力有限公司
sheets:
  - id: JS-RES-2021
    kind: residential
    effective: {from: 2021-01-01, to: null}
    evidence: {grade: B, urls: ["https://example.org/sheet"]}
    unit: CNY/kWh
    tier_scheme: annual
    tiers_kwh_upper_inclusive: [{t1: 2760, t2: 4800}]
    prices: {t1: 0.5283, t2: 0.5783, t3: 0.8283}
"""
ANNUAL_HOME = "JS-RES-2021"


def load_sheet(utility: Utility, text: str) -> None:
    """Load a sheet as set-up does."""
    report = tariffs.load_files(
        actor=utility.actor, files=[("sheet.yaml", text.encode())], loaded_at=datetime(2026, 1, 1, tzinfo=SHANGHAI)
    )
    assert not report.refused, report.refused


def get_next_month(month: date) -> date:
    """Return the first day of the month after."""
    return (month.replace(day=28) + timedelta(days=5)).replace(day=1)


def bill_month(utility: Utility, month: date, closing: Mapping[UsagePoint, Mapping[str, str]]) -> BillRun:
    """Return the issued run of a month that follows one that was billed, from what the meters show at its end."""
    end = datetime.combine(get_next_month(month), time(), SHANGHAI)
    later = end + timedelta(hours=8)
    rows = [
        NewReading(
            installation_id=point.installations.for_actor(utility.actor).order_by("-id").first().pk,
            read_at=end,
            values={name: Decimal(value) for name, value in values.items()},
        )
        for point, values in closing.items()
    ]
    readings.record_readings(
        actor=utility.actor, readings=rows, source=ReadingSource.FILE, batch=f"{month:%Y%m}", at=later
    )
    with transaction.atomic():
        # A final bill of the month has opened it already.
        known = get_month(actor=utility.actor, cycle_code=utility.cycle.code, month=month)
        opened = known or readings.open_month(actor=utility.actor, cycle=utility.cycle, month=month)
        readings.freeze_month(actor=utility.actor, cycle_month=opened, at=later)
    return issue_month(utility, month, later)


def issue_month(utility: Utility, month: date, at: datetime) -> BillRun:
    """Return the run of a frozen month, calculated and issued."""
    run = meter_to_cash.start_run(actor=utility.runner, cycle_code=utility.cycle.code, month=month, at=at)
    run = meter_to_cash.calculate_run(actor=utility.runner, number=run.number)
    exempt_everything(actor=utility.runner, run=run)
    return meter_to_cash.issue_run(actor=utility.issuer, number=run.number, at=at)


def list_bills_of(utility: Utility, point: UsagePoint) -> list[Bill]:
    """Return the bills of a point, by key."""
    return list(Bill.objects.for_actor(utility.actor).filter(usage_point_id=point.pk).order_by("id"))


def exempt_everything(*, actor: Actor, run: BillRun) -> None:
    """Let every suspicious bill of a run stand, as somebody who reviews it."""
    for group in review_queries.list_causes(actor=actor, run=run):
        if group.open:
            meter_to_cash.exempt_suspicions(
                actor=actor, number=run.number, code=group.code, reason="核对无误", at=SystemClock().now()
            )
