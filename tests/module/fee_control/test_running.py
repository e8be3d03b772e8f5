"""What runs since the last bill is what the bill will say, to the fen."""

from datetime import date, timedelta
from typing import Any

import pytest
from tests.factories import billed, controlled, months, paid
from tests.factories.controlled import MONDAY, SYSTEM, Controlled, at_time
from tests.factories.once import built_once, fresh

from dianke.domain.billing.models import Bill
from dianke.domain.fee_control.models import DailyEstimate, PointEstimate
from dianke.domain.fee_control.queries.running import Running, compute_running

pytestmark = pytest.mark.django_db
FEBRUARY, MARCH = date(2026, 2, 1), date(2026, 3, 1)
FOUNDRY = {
    "sharp": "925.60", "peak": "3262.47", "flat": "4982.41", "valley": "5192.24",
    "reactive_import": "1181.2", "reactive_export": "10.75",
}  # fmt: skip


def _build() -> Controlled:
    return controlled.build("1150", "1700", with_foundry=True)


built = built_once(_build)


@pytest.fixture
def homes(built: Controlled, db: None, settings: Any, tmp_path: Any) -> Controlled:
    settings.DATA_DIR, settings.SIMULATED_CARRIER, settings.EMAIL_HOST = tmp_path, True, ""
    return fresh(built)


def run(homes: Controlled, day: date) -> list[Running]:
    keys = [account.pk for account in homes.accounts]
    found = compute_running(actor=SYSTEM, account_ids=keys, at=at_time(day, 8))
    return [found[key] for key in keys]


def test_a_month_that_is_read_runs_to_what_it_is_billed(homes: Controlled) -> None:
    closing = dict(zip(homes.utility.points, ({"total": "1400"}, {"total": "2500"}, FOUNDRY), strict=True))
    for place, values in enumerate(closing.values()):
        controlled.read(homes, place, MARCH, "", values=values)

    (*_others, first), (*_more, second), (*_rest, third) = (one.pieces for one in run(homes, MARCH))
    months.bill_month(homes.utility, FEBRUARY, {})
    bills = Bill.objects.for_actor(SYSTEM).filter(period_start=FEBRUARY).order_by("usage_point_id")

    assert [(one.energy_kwh_e2, one.sums_fen, one.amount_fen) for one in (first, second, third)] == [
        (
            bill.energy_kwh_e2,
            (bill.basic_fen, bill.energy_fen, bill.shares_fen, bill.power_factor_fen, bill.funds_fen),
            bill.amount_fen,
        )
        for bill in bills
    ]
    assert third.amount_fen > second.amount_fen > first.amount_fen > 0


def test_what_is_billed_runs_no_more(homes: Controlled) -> None:
    running = run(homes, MONDAY)[0]

    assert (running.pieces, running.amount_fen, running.fault_count) == ([], 0, 0)
    assert (running.billed_until, running.last_reading_date) == (FEBRUARY, FEBRUARY)


def test_the_estimate_of_a_day_says_how_old_it_is_and_is_written_once(homes: Controlled) -> None:
    account = homes.accounts[0]
    paid.pay(homes.utility, account, 20_000, day=MONDAY)
    controlled.read(homes, 0, MONDAY + timedelta(days=1), "1160")

    first = controlled.night(MONDAY + timedelta(days=4))
    again = controlled.night(MONDAY + timedelta(days=4))
    row = DailyEstimate.objects.for_actor(SYSTEM).get(account=account)
    (piece,) = PointEstimate.objects.for_actor(SYSTEM).filter(account=account)
    position = paid.look_at(homes.utility, account, MONDAY + timedelta(days=4))

    assert (first.estimated, again.estimated) == (3, 0)
    assert (row.days_old, row.last_reading_date, row.energy_kwh_e2) == (3, MONDAY + timedelta(days=1), 1_000)
    # Guangzhou: ten kWh of the first block at 0.58882871 yuan.
    assert (row.running_fen, piece.amount_fen, piece.start_date, piece.is_part) == (589, 589, FEBRUARY, True)
    assert row.prepaid_fen == position.prepaid_fen > 0
    assert row.balance_fen == row.prepaid_fen - 589


def test_a_foundry_pays_capacity_by_days_of_thirty(homes: Controlled) -> None:
    controlled.read(homes, 2, FEBRUARY + timedelta(days=12), "", values=billed.FOUNDRY_END)

    running = run(homes, FEBRUARY + timedelta(days=13))[2]

    # 2050 kVA at 28.93 yuan for 12 of 30 days; nothing was used.
    assert running.pieces[0].sums_fen[0] == 2_372_260
    assert (running.energy_kwh_e2, running.fault_count) == (0, 0)
