"""Statistics for programs: exact figures, scope, and refusals that say what is wrong."""

import pytest
from django.core.cache import cache
from tests.factories.billed import issue_homes
from tests.factories.once import built_once, fresh
from tests.factories.utility import Utility
from tests.module.interfaces.api.conftest import Program, engage, give_token

from dianke.platform.org import operations as org
from dianke.platform.org.types import UnitKind

pytestmark = pytest.mark.django_db
PRICES, COMPARISON = "statistics/average-prices", "statistics/period-comparison"
PERIODS = {
    "before_first": "2025-12",
    "before_last": "2025-12",
    "after_first": "2026-01",
    "after_last": "2026-01",
}


_built = built_once(lambda: issue_homes("1450", "1350"))


@pytest.fixture
def utility(_built: Utility) -> Utility:
    """A utility whose January holds bills of 450 kWh for 289.99 and of 350 kWh for 213.60."""
    cache.clear()
    return fresh(_built)


@pytest.fixture
def program(utility: Utility) -> Program:
    return give_token(utility, engage(utility.root, "chief", ["billing.view"]), scopes=["billing.view"])


def test_average_prices_are_given_exactly(program: Program) -> None:
    answer = program.get(PRICES, first_month="2026-01").json()

    (row,) = answer["rows"]
    assert row["key"] == "RESIDENTIAL"
    assert (row["sums"]["bill_count"], row["sums"]["energy_kwh_e2"], row["sums"]["amount_fen"]) == (2, 80_000, 50_359)
    # 503.59 yuan over 800 kWh is 0.6294875.
    assert (row["sums"]["price_per_kwh"], row["sums"]["price_per_1000_kwh"]) == ("0.62948750", "629.49")
    assert row["energy_share"] == "1.000000"
    assert answer["total"]["sums"] == row["sums"]
    assert answer["missing_year_before"] == ["2025-01-01"]
    assert row["on_year"] is None


def test_periods_are_compared(program: Program) -> None:
    answer = program.get(COMPARISON, **PERIODS).json()

    (row,) = answer["rows"]
    assert (row["before"]["amount_fen"], row["after"]["amount_fen"]) == (0, 50_359)
    assert row["growth"]["amount"] is None
    assert row["effects"] is None


def test_the_last_month_billed_is_meant_where_none_is_named(program: Program) -> None:
    assert program.get(PRICES).json() == program.get(PRICES, first_month="2026-01", last_month="2026-01").json()
    assert program.get(COMPARISON).json() == program.get(COMPARISON, **PERIODS).json()


def test_another_unit_is_out_of_reach(utility: Utility) -> None:
    station = org.add_unit(code="S9", name="新所", kind=UnitKind.STATION, parent=utility.root)
    program = give_token(utility, engage(station, "station", ["billing.view"]), scopes=["billing.view"])

    own = program.get(PRICES, first_month="2026-01")
    other = program.get(PRICES, first_month="2026-01", unit="0")

    assert own.json()["rows"] == []
    assert (other.status_code, other.json()["code"]) == (422, "billing.statistics_unit_out_of_reach")


@pytest.mark.parametrize(
    "query",
    [
        {"first_month": "2026-13"},
        {"first_month": "0000-01"},
        {"first_month": "2026-02", "last_month": "2026-01"},
        {"first_month": "2020-01", "last_month": "2026-01"},
        {"first_month": "2026-01", "by": "month"},
    ],
)
def test_months_that_cannot_be_asked_for_are_refused(program: Program, query: dict[str, str]) -> None:
    assert program.get(PRICES, **query).status_code == 422


def test_a_program_without_the_right_is_refused(utility: Utility) -> None:
    program = give_token(utility, engage(utility.root, "other", ["archive.view"]), scopes=["archive.view"])

    assert program.get(PRICES, first_month="2026-01").status_code == 403
    assert program.get(COMPARISON, **PERIODS).status_code == 403
