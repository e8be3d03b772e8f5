"""The forecast of collection on a made fleet: open bills, bills to come, and the back-test of a past month."""

from datetime import date, timedelta

import pytest
from tests.factories import utility as factory
from tests.factories.billed import issue_homes
from tests.factories.months import bill_month
from tests.factories.once import built_once, fresh
from tests.factories.paid import list_accounts, pay
from tests.factories.utility import Utility

from dianke.domain.billing.models import Bill
from dianke.domain.collection.queries.coming import ComingBills, list_coming_bills, look_ahead
from dianke.domain.collection.queries.forecast import Looking, check_back, forecast, list_expected_items
from dianke.domain.readings.models import PlannedDay
from dianke.platform.identity.types import Actor

pytestmark = pytest.mark.django_db
SYSTEM = Actor.system("testing the forecast")
HOMES = 6
MONTHS = [date(2026, month, 1) for month in (2, 3, 4, 5)]
# Four homes pay ten days after the issue, the fifth forty days after it, the sixth never.
PAYING_DAYS = (10, 10, 10, 10, 40)
ON = date(2026, 6, 20)


def build() -> Utility:
    """Return homes that used 100 kWh in January and 100 more each month until May, billed on the first of the next."""
    utility = issue_homes(*(["1100"] * HOMES))
    for place, month in enumerate(MONTHS, 2):
        bill_month(utility, month, {point: {"total": str(1000 + 100 * place)} for point in utility.points})
    for place, (account, days) in enumerate(zip(list_accounts(utility), PAYING_DAYS, strict=False)):
        for bill in Bill.objects.for_actor(utility.actor).filter(account_id=account.pk).order_by("id"):
            day = bill.issued_at.date() + timedelta(days=days)
            if day <= ON:
                pay(utility, account, bill.amount_fen, f"{place}-{bill.pk}", day=day)
    return utility


fleet = built_once(build)


@pytest.fixture
def utility(fleet: Utility) -> Utility:
    return fresh(fleet)


def see_coming(*, on: date, days: int) -> list[ComingBills]:
    return list_coming_bills(outlook=look_ahead(actor=SYSTEM, on=on), days=days)


def get_last(utility: Utility) -> list[Bill]:
    bills = Bill.objects.for_actor(utility.actor).filter(month=MONTHS[-1])
    return list(bills.order_by("account_id"))


def test_bills_to_come_are_the_mean_of_the_last_three_a_month_after_the_last_issue(utility: Utility) -> None:
    last = get_last(utility)
    issued = last[0].issued_at.date()

    near = see_coming(on=ON, days=7)
    (coming,) = see_coming(on=ON, days=30)
    far = see_coming(on=ON, days=60)

    billed = Bill.objects.for_actor(utility.actor).filter(month__in=MONTHS[1:])
    mean = round(sum(one.amount_fen for one in billed) / 3)
    assert near == []
    assert (coming.month, coming.issued_on.month, coming.account_count) == (date(2026, 6, 1), issued.month + 1, HOMES)
    assert abs(coming.billed_fen - mean) <= HOMES
    assert [one.month.month for one in far] == [6, 7]
    # Four of six pay within ten days, and all bills are alike: two thirds come.
    assert coming.expected_fen == pytest.approx(coming.billed_fen * 2 / 3, rel=0.01)
    # Fifty days are enough for the fifth as well.
    assert far[0].expected_fen == pytest.approx(far[0].billed_fen * 5 / 6, rel=0.01)


def test_the_calendar_says_when_the_next_run_is_issued(utility: Utility) -> None:
    planned = {"cycle": utility.cycle, "month": date(2026, 6, 1), "template_date": date(2026, 7, 9)}
    PlannedDay(step="ISSUE", planned_date=date(2026, 7, 9), **planned).save()

    (coming,) = see_coming(on=ON, days=30)

    assert coming.issued_on == date(2026, 7, 9)


def test_a_run_that_should_be_out_is_expected_tomorrow_and_a_cycle_at_rest_never(utility: Utility) -> None:
    late, long_after = date(2026, 7, 20), date(2027, 6, 1)

    coming = see_coming(on=late, days=7)

    assert [(one.month.month, one.issued_on) for one in coming] == [(6, late + timedelta(days=1))]
    assert see_coming(on=long_after, days=30) == []


def test_a_past_month_is_held_against_what_came(utility: Utility) -> None:
    found = check_back(looking=Looking(actor=SYSTEM), on=ON, days=30)

    last = get_last(utility)
    paid_since = sum(bill.amount_fen for bill in last[:4])
    assert (found.said.on, found.has_history) == (date(2026, 5, 21), True)
    # The bills of May went out on the first of June; four of six were paid on the eleventh.
    assert (found.billed_fen, found.came_new_fen) == (sum(bill.amount_fen for bill in last), paid_since)
    assert found.said.coming_fen == pytest.approx(found.came_new_fen, rel=0.05)
    assert found.error is not None
    assert abs(found.error) < 0.25


def test_what_was_not_known_then_changes_nothing_of_what_is_said_of_then(utility: Utility) -> None:
    day = date(2026, 5, 21)
    before = forecast(looking=Looking(actor=SYSTEM), on=day, days=30)
    account = list_accounts(utility)[5]

    pay(utility, account, 5_000, "late", day=ON)

    assert forecast(looking=Looking(actor=SYSTEM), on=day, days=30) == before


@pytest.mark.parametrize("days", [7, 30, 60, 90])
def test_what_is_expected_of_open_bills_opens_into_bills_that_add_up_to_it(utility: Utility, days: int) -> None:
    found = forecast(looking=Looking(actor=SYSTEM), on=ON, days=days)

    items = list_expected_items(actor=SYSTEM, on=ON, days=days)
    paged = list_expected_items(actor=SYSTEM, on=ON, days=days, limit=2)

    assert items.totals_fen == paged.totals_fen == (found.open_fen, found.expected_fen)
    assert tuple(map(sum, zip(*(one.sums_fen for one in items.rows), strict=True))) == items.totals_fen
    assert all(0 <= fen <= open_fen for open_fen, fen in (one.sums_fen for one in items.rows))


def test_of_another_unit_nothing_is_seen(utility: Utility) -> None:
    stranger = factory.add_clerk(utility.root, "stranger", [])

    found = forecast(looking=Looking(actor=stranger), on=ON, days=30)

    assert (found.by_class, found.coming) == ((), ())
