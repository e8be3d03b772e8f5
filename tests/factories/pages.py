"""A utility whose bills open every kind of line, for pages: built once a file, forgotten afterwards."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from django.core.cache import cache
from django.db import transaction
from tests.factories import utility as factory
from tests.factories.months import exempt_everything
from tests.factories.utility import LATER, Utility

from dianke.application import meter_to_cash
from dianke.domain.billing.models import Bill, BillRun
from dianke.domain.billing.operations.terms import Share
from dianke.domain.customers.models import Customer
from dianke.domain.customers.types import UsageClass
from dianke.domain.metering import operations as metering
from dianke.domain.metering.models import UsagePoint
from dianke.domain.metering.types import MeteringSide, Ratio, RegisterKind
from dianke.domain.network import operations as network
from dianke.platform.identity.types import Actor
from dianke.platform.org import operations as org
from dianke.platform.org.models import Unit
from dianke.platform.org.types import UnitKind

PASSWORD = "correct horse battery"
LOOKING = ["archive.view", "archive.export", "billing.view", "tariffs.view"]
# What a careless page would run or let a spreadsheet compute.
SCRIPT_NAME = "<script>alert(1)</script>铸造"
FORMULA_NAME = "=1+1'; drop table customers_customer; --"

_HIGH_CT, _HIGH_PT = Ratio(Decimal(150), Decimal(5)), Ratio(Decimal(10000), Decimal(100))
_TWO_PART = {
    "structure": "TWO_PART", "price_voltage": "1-10(20)kV", "time_of_use": True,
    "power_factor_standard": Decimal("0.90"),
}  # fmt: skip
_SHOP = {"structure": "SINGLE", "price_voltage": "1-10(20)kV", "time_of_use": True}
_HOME = {"structure": "SINGLE", "time_of_use": False}
_START = {
    "sharp": "902.18", "peak": "3184.62", "flat": "4870.05", "valley": "5017.33",
    "reactive_import": "1000", "reactive_export": "10", "demand": "0",
}  # fmt: skip
_END = {
    "sharp": "915.60", "peak": "3232.47", "flat": "4942.41", "valley": "5092.24",
    "reactive_import": "1081.2", "reactive_export": "10.35", "demand": "0.4012",
}  # fmt: skip
_DORMITORY = Share(
    name="职工宿舍", price=Decimal("0.62586875"), fixed_kwh=Decimal(3000),
    in_power_factor=False, in_power_factor_base=False, with_funds=False,
)  # fmt: skip
_LIGHTING = Share(name="非居民照明", price=Decimal("0.715686"), ratio=Decimal("0.08"))


@dataclass
class Office:
    """The utility, its people with rights for pages, the run of January and points by what is special of them."""

    utility: Utility
    run: BillRun
    reviewer: str
    supervisor: str
    outsider: str
    points: dict[str, UsagePoint]
    station: Unit

    @property
    def actor(self) -> Actor:
        """Return the system's actor."""
        return self.utility.actor

    def account(self, name: str) -> str:
        """Return the account number of a point."""
        return self.points[name].account.number

    def bill(self, name: str) -> Bill:
        """Return the issued bill of a point."""
        found: Bill = Bill.objects.for_actor(self.actor).get(usage_point_id=self.points[name].pk)
        return found


@contextmanager
def rolled_back() -> Iterator[None]:
    """Undo everything that is done meanwhile, what pages keep in the cache too."""
    cache.clear()
    with transaction.atomic():
        yield
        transaction.set_rollback(True)
    cache.clear()


def build_office(*, issued: bool) -> Office:
    """Return the office with January calculated; issued, its faults put off."""
    utility = factory.build_utility()
    station = org.add_unit(code="9", name="外所", kind=UnitKind.STATION, parent=utility.root)
    points = _add_points(utility)
    _name(utility, points["foundry"], SCRIPT_NAME)
    _name(utility, points["home"], FORMULA_NAME)
    factory.add_clerk(utility.root, "YZ1", [*LOOKING, "billing.run", "billing.review"])
    factory.add_clerk(utility.root, "YZ2", [*LOOKING, "billing.issue", "billing.review"])
    factory.add_clerk(station, "YZ9", [*LOOKING, "billing.run", "billing.review", "billing.issue"])
    month = factory.freeze_january(utility)
    run = meter_to_cash.start_run(
        actor=_actor("YZ1"), cycle_code=month.cycle.code, month=month.month, at=LATER, shard_size=100
    )
    run = meter_to_cash.calculate_run(actor=_actor("YZ1"), number=run.number)
    if issued:
        for code in ("terms_missing", "end_reading_missing"):
            meter_to_cash.defer_faults(actor=_actor("YZ1"), number=run.number, code=code, reason="下月补录")
        exempt_everything(actor=_actor("YZ1"), run=run)
        run = meter_to_cash.issue_run(actor=_actor("YZ2"), number=run.number, at=LATER)
    return Office(utility, run, "YZ1", "YZ2", "YZ9", points, station)


def _actor(login: str) -> Actor:
    from dianke.platform.identity import queries as identity

    return identity.get_actor(login=login, on=date(2026, 1, 1), origin="test")


def _name(utility: Utility, point: UsagePoint, name: str) -> None:
    Customer.objects.for_actor(utility.actor).filter(pk=point.account.customer_id).update(name=name)


def _add_points(utility: Utility) -> dict[str, UsagePoint]:
    return {**_add_high_voltage(utility), **_add_low_side(utility), **_add_homes(utility)}


def _add_high_voltage(utility: Utility) -> dict[str, UsagePoint]:
    ratios = {"ct": _HIGH_CT, "pt": _HIGH_PT}
    demand = {"basic_mode": "CONTRACT_DEMAND", "contract_kw": Decimal(900)}
    foundry = factory.add_point(
        utility, start=_START, end=_END, terms={**_TWO_PART, "basic_mode": "CAPACITY"}, kva="2050", **ratios
    )
    # Above 105 % of 900 kW, two sub-meters' worth of energy taken off, a dormitory at the price of homes.
    mall = factory.add_point(
        utility, start=_START, end=_END, terms={**_TWO_PART, **demand, "shares": [_DORMITORY]}, kva="1600", **ratios
    )
    kiosk = factory.add_point(
        utility, start={"sharp": "10", "peak": "20", "flat": "30", "valley": "40"},
        end={"sharp": "295", "peak": "943", "flat": "2772", "valley": "1488"}, terms=_SHOP, parent=mall,
    )  # fmt: skip
    printer = factory.add_point(
        utility, start=_START, end=_END, terms={**_TWO_PART, "basic_mode": "ACTUAL_DEMAND", "shares": [_LIGHTING]},
        kva="1250", **ratios,
    )  # fmt: skip
    _change_ratio(utility, printer)
    return {"foundry": foundry, "mall": mall, "kiosk": kiosk, "printer": printer}


def _change_ratio(utility: Utility, point: UsagePoint) -> None:
    middle = {
        "sharp": "908.00", "peak": "3210.00", "flat": "4900.00", "valley": "5050.00",
        "reactive_import": "1040", "reactive_export": "10", "demand": "0.3",
    }  # fmt: skip
    metering.change_ratio(
        actor=utility.actor, usage_point=point, on=date(2026, 1, 19), ct=Ratio(Decimal(100), Decimal(5)),
        readings={RegisterKind(kind): Decimal(value) for kind, value in middle.items()},
    )  # fmt: skip
    # The closing reading belongs to the meter as it stands from that day on.
    last = utility.pending.pop()
    standing = point.installations.for_actor(utility.actor).order_by("-id").first()
    utility.pending.append(type(last)(installation_id=standing.pk, read_at=last.read_at, values=last.values))


def _add_low_side(utility: Utility) -> dict[str, UsagePoint]:
    low = {"side": MeteringSide.HIGH_LOW, "ct": Ratio(Decimal(400), Decimal(5))}
    formula = {"loss_method": "FORMULA", "loss_factor": Decimal("1.2"), "power_factor_standard": Decimal("0.85")}
    workshop = factory.add_point(utility, start=_START, end=_END, terms={**_SHOP, **formula}, **low)
    network.add_transformer(
        actor=utility.actor, feeder=utility.feeder, code="T-workshop", name="1 号变", capacity_kva=Decimal(250),
        since_date=factory.INSTALLED, account=workshop.account,
        plate={
            "no_load_loss_kw": Decimal("0.4"), "load_loss_kw": Decimal("3.05"),
            "no_load_current_percent": Decimal("0.9"), "impedance_percent": Decimal(4),
        },
    )  # fmt: skip
    ratio = {"loss_method": "RATIO", "loss_factor": Decimal("0.02"), "loss_iron_kwh": Decimal(180)}
    farm = factory.add_point(
        utility, start=_START, end=_END, terms={**_SHOP, **ratio, "line_loss_ratio": Decimal("0.015")}, **low
    )
    return {"workshop": workshop, "farm": farm}


def _add_homes(utility: Utility) -> dict[str, UsagePoint]:
    home = {
        "plan": factory.GUANGZHOU, "usage_class": UsageClass.RESIDENTIAL, "side": MeteringSide.LOW_LOW,
    }  # fmt: skip
    return {
        "home": factory.add_point(utility, start={"total": "1000"}, end={"total": "1450.63"}, terms=_HOME, **home),
        "without_terms": factory.add_point(utility, start={"total": "1000"}, end={"total": "1200"}, terms=None),
        "unread": factory.add_point(utility, start={"total": "5"}, end={}, terms=_HOME, **home),
    }
