"""Fills an empty database with a seeded fleet and lets its last two months be frozen by the product itself."""

import re
import tempfile
from datetime import date
from pathlib import Path

from django.db import connection, connections, transaction

import dianke.domain.tariffs as tariff_data
from dianke.application.tariffs.load_sheets import load_sheet_file
from dianke.domain.network import operations as network
from dianke.domain.readings import operations as readings
from dianke.domain.readings.models import CycleMonth, ReadingCycle
from dianke.domain.tariffs.models import TariffPlan
from dianke.interfaces.cli.bench.seeded.points import BILLED_MONTH, BUSINESS_PLAN, HOME_PLAN, MONTHS, SeededFleet
from dianke.interfaces.cli.bench.seeded.rows import BILL_COLUMNS, COLUMNS, Keys, Rows, build_rows, list_bills
from dianke.kernel.clock import SystemClock
from dianke.platform.database.copying import copy_rows
from dianke.platform.identity.types import Actor
from dianke.platform.org.models import Unit
from dianke.platform.org.operations import add_unit
from dianke.platform.org.types import UnitKind

_MONTH_BEFORE = date(2025, 11, 1)
_DATA = Path(tariff_data.__file__).parent / "data"


class SheetHasChanged(ValueError):
    """The shipped sheet no longer says what is replaced in it."""


def fill_fleet(fleet: SeededFleet, *, owner: str = "owner") -> CycleMonth:
    """
    Write a fleet with its history into an empty database, freeze its two read months, return the billed one.

    Archive, meters, readings and old bills are written as the owner with triggers off; what is frozen of the
    readings, and everything after, is the work of the product. `owner` names the connection that owns the tables.
    """
    actor = Actor.system("filling a fleet to be reviewed")
    with transaction.atomic():
        unit = add_unit(code="GS", name="测量供电公司", kind=UnitKind.UTILITY, parent=None)
        _load_prices(actor)
        keys, cycle = _lay_ground(actor, unit)
    _write_rows(build_rows(fleet.points, keys), owner)
    with transaction.atomic():
        _write_bills(fleet, unit.pk)
    return _freeze(actor, cycle)


def _write_rows(rows: Rows, owner: str) -> None:
    with transaction.atomic(using=owner), connections[owner].cursor() as cursor:
        # In a test everything is one transaction: what was only noted to be checked is checked first.
        cursor.execute("set constraints all immediate")
        for table, columns in COLUMNS.items():
            cursor.execute(f"alter table {table} disable trigger user")
            copy_rows(table=table, columns=columns, rows=rows.by_table[table], using=owner)
            cursor.execute(f"alter table {table} enable trigger user")


def _load_prices(actor: Actor) -> None:
    """Load the shipped sheets, the monthly one of Hubei as if it were December's."""
    with tempfile.TemporaryDirectory(prefix="dianke-sheet-") as folder:
        moved = Path(folder) / "hubei.yaml"
        moved.write_text(_move_sheet((_DATA / "sheets" / "hubei.yaml").read_text("utf-8")), "utf-8")
        for path in (_DATA / "policies.yaml", moved, _DATA / "sheets" / "guangdong.yaml"):
            load_sheet_file(actor=actor, path=path, loaded_at=SystemClock().now())


def _move_sheet(text: str) -> str:
    for pattern, moved in (
        (r"HB-CI-2026-01$", f"HB-CI-{BILLED_MONTH:%Y-%m}"),
        (r"from: 2026-01-01, to: 2026-01-31", "from: 2025-12-01, to: 2025-12-31"),
    ):
        text, count = re.subn(pattern, moved, text, flags=re.MULTILINE)
        if count != 1:
            msg = f"the shipped sheet has {count} times {pattern!r}"
            raise SheetHasChanged(msg)
    return text


def _lay_ground(actor: Actor, unit: Unit) -> tuple[Keys, ReadingCycle]:
    substation = network.add_substation(actor=actor, unit=unit, code="S1", name="测量变", voltage="110kV")
    feeder = network.add_feeder(actor=actor, substation=substation, code="F1", name="测量线", voltage="10kV")
    cycle = readings.add_cycle(actor=actor, unit=unit, code="SEEDED", name="测量例日")
    route = readings.add_route(actor=actor, cycle=cycle, code="R1", name="测量段")
    plans = TariffPlan.objects.for_actor(actor).filter(code__in=(HOME_PLAN, BUSINESS_PLAN))
    return (
        Keys(
            unit_id=unit.pk,
            feeder_id=feeder.pk,
            route_id=route.pk,
            plan_ids=dict(plans.values_list("code", "id")),
        ),
        cycle,
    )


def _write_bills(fleet: SeededFleet, unit_id: int) -> None:
    with connection.cursor() as cursor:
        for month in MONTHS[:-1]:
            cursor.execute("select billing_open_month(%s)", [int(f"{month:%y%m}")])
    copy_rows(table="billing_bill", columns=BILL_COLUMNS, rows=list_bills(fleet.points, unit_id))


def _freeze(actor: Actor, cycle: ReadingCycle) -> CycleMonth:
    with connection.cursor() as cursor:
        cursor.execute("analyze")
    now = SystemClock().now()
    for month in (_MONTH_BEFORE, BILLED_MONTH):
        with transaction.atomic():
            opened = readings.open_month(actor=actor, cycle=cycle, month=month)
            readings.freeze_month(actor=actor, cycle_month=opened, at=now)
    frozen: CycleMonth = CycleMonth.objects.for_actor(actor).select_related("cycle__unit").get(pk=opened.pk)
    return frozen
