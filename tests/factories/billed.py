"""Foundries and homes with a January to be billed, and that January run and issued."""

from decimal import Decimal

from tests.factories import months
from tests.factories import utility as factory
from tests.factories.utility import JANUARY, LATER, Utility

from dianke.application import meter_to_cash
from dianke.domain.billing.models import Bill, BillRun
from dianke.domain.customers.types import UsageClass
from dianke.domain.metering.types import MeteringSide, Ratio

FOUNDRY_START = {
    "sharp": "902.18", "peak": "3184.62", "flat": "4870.05", "valley": "5017.33",
    "reactive_import": "1000", "reactive_export": "10",
}  # fmt: skip
FOUNDRY_END = {
    "sharp": "915.60", "peak": "3232.47", "flat": "4942.41", "valley": "5092.24",
    "reactive_import": "1081.2", "reactive_export": "10.35",
}  # fmt: skip
TWO_PART = {
    "structure": "TWO_PART", "price_voltage": "1-10(20)kV", "time_of_use": True,
    "basic_mode": "CAPACITY", "power_factor_standard": Decimal("0.90"),
}  # fmt: skip
HOME = {"structure": "SINGLE", "time_of_use": False}


def add_foundry(utility: Utility) -> None:
    """Add a two-part foundry of high voltage, read in January."""
    factory.add_point(
        utility, start=FOUNDRY_START, end=FOUNDRY_END, terms=TWO_PART, kva="2050",
        ct=Ratio(Decimal(150), Decimal(5)), pt=Ratio(Decimal(10000), Decimal(100)),
    )  # fmt: skip


def add_home(utility: Utility, end: str, **options: object) -> None:
    """Add a home that stood at 1000 and stands at `end`."""
    factory.add_point(
        utility, start={"total": "1000"}, end={"total": end}, terms=HOME, plan=factory.GUANGZHOU,
        usage_class=UsageClass.RESIDENTIAL, side=MeteringSide.LOW_LOW, **options,
    )  # fmt: skip


def run_january(utility: Utility, shard_size: int = 100) -> BillRun:
    """Freeze January and calculate its run."""
    month = factory.freeze_january(utility)
    run = meter_to_cash.start_run(
        actor=utility.runner, cycle_code=month.cycle.code, month=month.month, at=LATER, shard_size=shard_size
    )
    return meter_to_cash.calculate_run(actor=utility.runner, number=run.number)


def list_bills(utility: Utility) -> list[Bill]:
    """Return the issued bills by point."""
    return list(Bill.objects.for_actor(utility.actor).order_by("usage_point_id"))


def issue_homes(*ends: str) -> Utility:
    """Return a utility whose homes stand at these readings, with the bills of January issued."""
    utility = factory.build_utility()
    for end in ends:
        add_home(utility, end)
    factory.freeze_january(utility)
    months.issue_month(utility, JANUARY, LATER)
    return utility
