"""Meters off for a time and back: the months before, of the removal, without a meter, of the return; to the fen."""

from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from tests.factories.leaving import ASKED, EVERYBODY, LAST_DAY, NOON, Town, build_town
from tests.factories.months import bill_month, exempt_everything
from tests.factories.once import built_once, fresh
from tests.factories.paid import pay

from dianke.application import service_orders
from dianke.application.service_orders.connecting import MeterNotFound
from dianke.application.service_orders.final_bill import DayNotCome, RegisterNotRead
from dianke.application.service_orders.work import MeterGiven
from dianke.domain.billing.models import BillRunFault, FinalBilling
from dianke.domain.metering import operations as metering
from dianke.domain.metering.models import MeterInstallation, UsagePoint
from dianke.domain.metering.operations import UnableToInstallMeter
from dianke.domain.metering.types import RegisterKind
from dianke.domain.network.models import TransformerSpell
from dianke.domain.receivables.queries.debts import get_position
from dianke.domain.service_orders.models import OrderEffect, ServiceOrder
from dianke.domain.service_orders.operations.accepting import ApplicationRefused
from dianke.domain.service_orders.queries.removals import list_overdue_removals
from dianke.domain.service_orders.types import OrderKind
from dianke.kernel.clock import SHANGHAI

pytestmark = pytest.mark.django_db

FEBRUARY, MARCH, APRIL, MAY = (date(2026, month, 1) for month in (2, 3, 4, 5))
BACK_ON = date(2026, 4, 11)
BACK = datetime(2026, 4, 11, 9, tzinfo=SHANGHAI)
ASKED_BACK = datetime(2026, 4, 8, 9, tzinfo=SHANGHAI)

_built = built_once(build_town)


@pytest.fixture
def town(_built: Town, settings: Any, tmp_path: Path) -> Town:
    settings.DATA_DIR = tmp_path
    town = fresh(_built)
    for point in (town.home, town.factory):
        owed = get_position(actor=EVERYBODY, customer_account_id=point.account_id, on=ASKED.date()).owed_fen
        pay(town.utility, town.account(point), owed, f"{point.pk}")
    return town


def take_off(town: Town, point: UsagePoint, total: str) -> ServiceOrder:
    """Return the order by which the meter of a point came off on the day agreed, archived."""
    order = town.ask(point, OrderKind.REMOVE, ends_on=date(2026, 8, 11))
    town.do(order, "read_final", values=town.values(point, total))
    town.do(order, "remove_temporarily")
    town.do(order, "archive")
    return town.read(order)


def put_back(town: Town, point: UsagePoint, number: str, total: str) -> ServiceOrder:
    order = town.ask(point, OrderKind.REINSTALL, at=ASKED_BACK, effective_on=BACK_ON)
    town.do(order, "reinstall", BACK, meters={point.pk: MeterGiven(number=number, values={"total": Decimal(total)})})
    town.do(order, "archive", BACK)
    return town.read(order)


def clear(town: Town, point: UsagePoint, on: date) -> None:
    owed = get_position(actor=EVERYBODY, customer_account_id=point.account_id, on=on).owed_fen
    pay(town.utility, town.account(point), owed, f"{point.pk}-{on}", day=on)


def states(town: Town) -> list[tuple[str, date]]:
    rows = TransformerSpell.objects.for_actor(EVERYBODY).filter(transformer__account_id=town.factory.account_id)
    return [(row.state, row.period.lower) for row in rows.order_by("period")]


def refusals(caught: Any) -> set[str]:
    return {one.code for one in caught.value.facts["refusals"]}


def test_a_factory_pays_to_the_day_and_again_from_the_day_the_meter_is_back(town: Town) -> None:
    take_off(town, town.factory, "5600")
    bill_month(town.utility, FEBRUARY, {town.home: {"total": "500"}})
    bill = town.list_bills(town.factory)[-1]
    # The whole month is billed, its last day without a meter; 600 kWh, 630 kVA for ten of thirty days.
    assert (bill.period_start, bill.period_end, bill.energy_kwh_e2) == (FEBRUARY, MARCH, 60_000)
    assert bill.basic_fen == 607_530  # 630 x 10/30 x 28.93
    clear(town, town.factory, date(2026, 3, 10))

    run = bill_month(town.utility, MARCH, {town.home: {"total": "600"}})
    assert [one.period_start for one in town.list_bills(town.factory)] == [date(2026, 1, 1), FEBRUARY]
    assert not BillRunFault.objects.for_actor(EVERYBODY).filter(run=run).exists()

    put_back(town, town.factory, "M100000002", "5600")
    bill_month(town.utility, APRIL, {town.home: {"total": "700"}, town.factory: {"total": "5900"}})
    bill = town.list_bills(town.factory)[-1]
    assert (bill.period_start, bill.period_end, bill.energy_kwh_e2) == (APRIL, MAY, 30_000)
    assert bill.basic_fen == 1_215_060  # 630 x 20/30 x 28.93
    assert states(town)[1:] == [("COLD_SEALED", LAST_DAY), ("RUNNING", BACK_ON)]
    assert [one.energy_kwh_e2 for one in town.list_bills(town.home)] == [30_000, 10_000, 10_000, 10_000]


def test_a_whole_month_after_is_charged_whole(town: Town) -> None:
    take_off(town, town.factory, "5600")
    bill_month(town.utility, FEBRUARY, {town.home: {"total": "500"}})
    clear(town, town.factory, date(2026, 3, 10))
    bill_month(town.utility, MARCH, {town.home: {"total": "600"}})
    put_back(town, town.factory, "M100000002", "5600")
    bill_month(town.utility, APRIL, {town.home: {"total": "700"}, town.factory: {"total": "5900"}})
    bill_month(town.utility, MAY, {town.home: {"total": "800"}, town.factory: {"total": "6900"}})

    bill = town.list_bills(town.factory)[-1]
    assert (bill.energy_kwh_e2, bill.basic_fen) == (100_000, 1_822_590)  # 630 x 28.93


def test_another_meter_goes_up_with_what_it_shows(town: Town) -> None:
    take_off(town, town.home, "450")
    metering.register_meter(
        actor=town.utility.actor, unit=town.utility.root, asset_number="M-NEW", registers=[RegisterKind.TOTAL]
    )
    bill_month(town.utility, FEBRUARY, {town.factory: {"total": "6000"}})
    clear(town, town.home, date(2026, 3, 10))
    bill_month(town.utility, MARCH, {town.factory: {"total": "7000"}})
    order = put_back(town, town.home, "M-NEW", "12")
    bill_month(town.utility, APRIL, {town.factory: {"total": "8000"}, town.home: {"total": "92"}})

    assert [one.energy_kwh_e2 for one in town.list_bills(town.home)] == [30_000, 5_000, 8_000]
    rows = OrderEffect.objects.for_actor(EVERYBODY).filter(order=order).values_list("kind", "number", "on")
    assert list(rows) == [("METER_BACK", "M-NEW", BACK_ON)]
    assert order.result == "ARCHIVED"


def test_what_the_reader_read_of_the_day_is_not_entered_again_but_later_it_is(town: Town) -> None:
    order = town.ask(town.home, OrderKind.REMOVE, ends_on=date(2026, 4, 1))
    with pytest.raises(DayNotCome):
        town.do(order, "read_final", ASKED, values=town.values(town.home, "450"))
    town.do(order, "read_final", values=town.values(town.home, "450"))
    later = datetime(2026, 2, 13, 9, tzinfo=SHANGHAI)
    with pytest.raises(RegisterNotRead):
        town.do(order, "remove_temporarily", later)
    town.do(order, "remove_temporarily", later, values=town.values(town.home, "455"))

    standing = MeterInstallation.objects.for_actor(EVERYBODY).get(usage_point=town.home)
    assert (standing.period.upper, standing.removal_readings) == (later.date(), {"total": "455"})
    town.home.refresh_from_db()
    assert town.home.status == "REMOVED"


def test_it_is_neither_cancelled_nor_asked_for_twice(town: Town) -> None:
    order = town.ask(town.home, OrderKind.REMOVE, ends_on=date(2026, 4, 1))
    town.do(order, "read_final", values=town.values(town.home, "450"))
    town.do(order, "remove_temporarily")
    now = town.read(order)
    with pytest.raises(service_orders.EffectDone):
        service_orders.cancel_order(
            actor=town.people["counter"], number=now.number, revision=now.revision, reason="撤回", at=NOON
        )
    town.do(order, "archive")
    with pytest.raises(ApplicationRefused) as caught:
        town.ask(town.home, OrderKind.REMOVE, at=NOON, ends_on=date(2026, 4, 1))
    assert refusals(caught) == {"removal_running"}


def test_a_wrong_meter_does_not_go_up(town: Town) -> None:
    take_off(town, town.home, "450")
    order = town.ask(town.home, OrderKind.REINSTALL, at=ASKED_BACK, effective_on=BACK_ON)
    total = {"total": Decimal(450)}
    with pytest.raises(DayNotCome):
        town.do(order, "reinstall", ASKED_BACK)
    with pytest.raises(MeterNotFound):
        town.do(order, "reinstall", BACK, meters={town.home.pk: MeterGiven(number="M-0", values=total)})
    with pytest.raises(UnableToInstallMeter, match="hangs elsewhere"):
        town.do(order, "reinstall", BACK, meters={town.home.pk: MeterGiven(number="M100000002", values=total)})
    with pytest.raises(RegisterNotRead):
        town.do(order, "reinstall", BACK, meters={town.home.pk: MeterGiven(number="M100000001", values={})})

    town.home.refresh_from_db()
    assert (town.waiting(order), town.home.status) == ("reinstall", "REMOVED")


@pytest.mark.parametrize(
    ("back_on", "codes"),
    [(date(2026, 8, 11), set()), (date(2026, 8, 12), {"term_is_over"})],
)
def test_six_months_and_not_a_day_more(town: Town, back_on: date, codes: set[str]) -> None:
    take_off(town, town.home, "450")
    bill_month(town.utility, FEBRUARY, {town.factory: {"total": "6000"}})
    on = datetime(2026, 8, 3, 9, tzinfo=SHANGHAI)
    clear(town, town.home, on.date())

    if not codes:
        assert town.ask(town.home, OrderKind.REINSTALL, at=on, effective_on=back_on).number
        return
    with pytest.raises(ApplicationRefused) as caught:
        town.ask(town.home, OrderKind.REINSTALL, at=on, effective_on=back_on)
    assert refusals(caught) == codes


def test_what_stands_against_them(town: Town) -> None:
    with pytest.raises(ApplicationRefused) as caught:
        town.ask(town.home, OrderKind.REMOVE, ends_on=date(2026, 8, 12))
    assert refusals(caught) == {"spell_too_long"}
    with pytest.raises(ApplicationRefused) as caught:
        town.ask(town.home, OrderKind.REINSTALL)
    assert refusals(caught) == {"removal_missing"}


def test_a_removal_past_its_day_is_work_until_somebody_asks_for_the_meter(town: Town) -> None:
    order = take_off(town, town.home, "450")
    counter = town.people["counter"]

    def overdue(on: date) -> list[str]:
        rows = list_overdue_removals(actor=counter, right=service_orders.ACCEPT, on=on, limit=9)
        return [one.number for one in rows]

    assert (overdue(date(2026, 8, 10)), overdue(date(2026, 8, 11))) == ([], [order.number])
    town.ask(town.home, OrderKind.REINSTALL, at=ASKED_BACK, effective_on=BACK_ON)
    assert overdue(date(2026, 8, 11)) == []


def close(town: Town, at: datetime, *, values: Any = None) -> ServiceOrder:
    """Return the order by which the factory was closed, its transformer sealed or not."""
    order = town.ask(town.factory, OrderKind.CLOSE, at=at, effective_on=at.date(), has_stopped_all=True)
    town.do(order, "check_site", at)
    town.do(order, "approve_change", at, outcome="APPROVED")
    town.do(order, "remove_meter", at, values=values or {})
    town.do(order, "read_final", at)
    town.do(order, "bill_final", at)
    return order


def test_who_does_not_come_back_is_closed_without_another_bill(town: Town) -> None:
    take_off(town, town.factory, "5600")
    bill_month(town.utility, FEBRUARY, {town.home: {"total": "500"}})
    clear(town, town.factory, date(2026, 3, 10))
    at = datetime(2026, 3, 20, 9, tzinfo=SHANGHAI)
    order = close(town, at)
    town.do(order, "issue_final", at, outcome="ISSUED")
    town.do(order, "settle", at, outcome="SETTLED")
    town.do(order, "end_contract", at)
    town.do(order, "archive_closing", at)

    account = town.account(town.factory)
    assert (account.status, account.closed_date, len(town.list_bills(town.factory))) == ("CLOSED", at.date(), 2)
    assert states(town)[-1] == ("REMOVED", at.date())


def test_a_month_without_a_meter_is_not_missing_in_a_final_bill(town: Town) -> None:
    take_off(town, town.factory, "5600")
    bill_month(town.utility, FEBRUARY, {town.home: {"total": "500"}})
    clear(town, town.factory, date(2026, 3, 10))
    bill_month(town.utility, MARCH, {town.home: {"total": "600"}})
    put_back(town, town.factory, "M100000002", "5600")
    at = datetime(2026, 4, 21, 9, tzinfo=SHANGHAI)
    order = close(town, at, values=town.values(town.factory, "5700"))
    final = FinalBilling.objects.for_actor(EVERYBODY).select_related("run").get()
    exempt_everything(actor=town.utility.runner, run=final.run)
    town.do(order, "issue_final", at, outcome="ISSUED")

    bill = town.list_bills(town.factory)[-1]
    assert (bill.period_end, bill.energy_kwh_e2) == (at.date(), 10_000)
    assert bill.basic_fen == 607_530  # 630 x 10/30 x 28.93: from the 11th to the 20th


def test_it_is_back_on_the_day_after_at_the_earliest(town: Town) -> None:
    take_off(town, town.factory, "5600")
    with pytest.raises(ApplicationRefused) as caught:
        town.ask(town.factory, OrderKind.REINSTALL, at=NOON)
    assert refusals(caught) == {"notice_too_short"}
    assert town.ask(town.factory, OrderKind.REINSTALL, at=NOON, effective_on=date(2026, 2, 12)).number


def test_what_reads_or_moves_the_meter_waits_until_it_hangs_again(town: Town) -> None:
    take_off(town, town.home, "450")
    with pytest.raises(ApplicationRefused) as caught:
        town.ask(town.home, OrderKind.TRANSFER, at=NOON, taker_number=town.add_taker().number)
    assert refusals(caught) == {"removal_running"}


def test_a_closing_in_the_month_of_the_removal_bills_what_was_measured(town: Town) -> None:
    take_off(town, town.factory, "5600")
    at = datetime(2026, 2, 20, 9, tzinfo=SHANGHAI)
    order = close(town, at)
    final = FinalBilling.objects.for_actor(EVERYBODY).select_related("run").get()
    exempt_everything(actor=town.utility.runner, run=final.run)
    town.do(order, "issue_final", at, outcome="ISSUED")

    bill = town.list_bills(town.factory)[-1]
    assert (bill.period_end, bill.energy_kwh_e2, bill.basic_fen) == (at.date(), 60_000, 607_530)
    assert town.account(town.factory).status == "CLOSED"
