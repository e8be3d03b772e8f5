"""Late fees: day exact, over the year, in parts, by contract, at least and at most, for one debt and for many."""

import json
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dianke.domain.billing.rules.contract_rates import ContractRateRefused, require_contract_rate
from dianke.domain.billing.rules.recover.late_fee import compute_late_fee as compute_recovered
from dianke.domain.billing.rules.recover.rule_sets import NoRuleSetInForce, get_rule_set, get_rule_set_in_force
from dianke.domain.billing.rules.recover.types import CrossYear, CustomerClass, LateFeeTerms
from dianke.domain.receivables.rules.late_fee_arrays import DebtArrays, FeeTooLargeToCompute, compute_late_fees
from dianke.domain.receivables.rules.late_fees import (
    LateFee,
    Owed,
    bears_late_fees,
    compute_fee_to_book,
    compute_late_fee,
    is_residential_class,
    list_owed,
)
from dianke.kernel.money import fen_to_yuan

PUBLISHED = [
    case
    for case in json.loads((Path(__file__).parents[2] / "golden" / "recover-open.json").read_text(encoding="utf-8"))
    if case["topic"] == "late_penalty"
]
BASE = get_rule_set(rule_set="RS-1996").late_fee
DUE = date(2024, 12, 20)


def make_terms(**changed: Any) -> LateFeeTerms:
    """Return the terms of the rule set with some of them changed."""
    names = ("article", "residential", "other", "other_earlier_year", "min_charge", "cross_year", "cap_ratio")
    return LateFeeTerms(**({name: getattr(BASE, name) for name in names} | changed))


def fee(
    *,
    until: date,
    due_date: date = DUE,
    principal_fen: int = 100_000,
    paid: tuple[tuple[date, int], ...] = (),
    is_residential: bool = False,
    contract_rate: Decimal | None = None,
    terms: LateFeeTerms | None = None,
) -> LateFee:
    """Return the fee of a debt of 1,000 yuan."""
    return compute_late_fee(
        due_date=due_date,
        until=until,
        owed=list_owed(principal_fen=principal_fen, due_date=due_date, paid=paid),
        is_residential=is_residential,
        contract_rate=contract_rate,
        terms=terms,
    )


@pytest.mark.parametrize("case", PUBLISHED, ids=[case["id"] for case in PUBLISHED])
def test_agrees_with_published_cases(case: dict[str, Any]) -> None:
    given_case = case["input"]
    expected = {row["path"]: Decimal(row["value"]) for row in case["expect"]}

    found = fee(
        due_date=date.fromisoformat(given_case["due_on"]),
        until=date.fromisoformat(given_case["paid_on"]),
        principal_fen=int(Decimal(given_case["amount"]) * 100),
        is_residential=given_case["class"] == "residential",
    )

    assert (found.days, fen_to_yuan(found.total_fen)) == (int(expected["days"]), expected["penalty"])


def test_nothing_runs_until_the_due_day_is_over() -> None:
    assert fee(until=DUE).total_fen == 0
    assert fee(until=DUE + timedelta(days=1)).total_fen == 200


def test_days_of_the_year_it_fell_due_bear_2_per_mille_and_later_ones_3() -> None:
    found = fee(until=date(2025, 1, 5))

    assert [(part.rate_e6, part.days) for part in found.parts] == [(2000, 11), (3000, 5)]
    assert found.total_fen == 11 * 200 + 5 * 300


@pytest.mark.parametrize(
    ("reading", "expected_fen"),
    [
        (CrossYear.SPLIT, 6 * 200 + 5 * 100 + 5 * 150),
        (CrossYear.ALL_AT_HIGHER, 6 * 100 + 11 * 150 + 5 * 150),
        (CrossYear.NEW_YEAR_ONLY, 6 * 100 + 5 * 150),
    ],
)
def test_readings_of_the_new_year_concern_what_is_still_owed_in_it(reading: CrossYear, expected_fen: int) -> None:
    found = fee(until=date(2025, 1, 5), paid=((date(2024, 12, 26), 50_000),), terms=make_terms(cross_year=reading))

    assert found.total_fen == expected_fen


def test_a_home_bears_1_per_mille_over_the_year_as_within_it() -> None:
    found = fee(until=date(2025, 1, 5), is_residential=True)

    assert [(part.rate_e6, part.days) for part in found.parts] == [(1000, 11), (1000, 5)]
    assert found.total_fen == 16 * 100


def test_the_29th_of_february_is_a_day() -> None:
    assert fee(due_date=date(2024, 2, 20), until=date(2024, 3, 1)).days == 10
    assert fee(due_date=date(2023, 2, 20), until=date(2023, 3, 1)).days == 9
    assert fee(due_date=date(2024, 2, 28), until=date(2024, 2, 29)).total_fen == 200


def test_the_day_of_a_payment_still_bears_what_was_owed_before_it() -> None:
    found = fee(
        until=DUE + timedelta(days=4), paid=((DUE + timedelta(days=1), 60_000), (DUE + timedelta(days=3), 40_000))
    )

    assert found.total_fen == 200 + 2 * 80
    assert found.days == 3


def test_the_rate_of_a_contract_stands_in_for_all_rates() -> None:
    found = fee(until=date(2025, 1, 5), contract_rate=Decimal("0.0015"))

    assert found.total_fen == 16 * 150


@pytest.mark.parametrize("rate", ["0.0009", "0.0031", "0", "-0.002", "0.0015005"])
def test_a_contract_cannot_fix_a_rate_outside_1_to_3_per_mille(rate: str) -> None:
    with pytest.raises(ContractRateRefused) as refused:
        require_contract_rate(Decimal(rate), day=DUE)

    assert refused.value.field == "late_fee_rate"


@pytest.mark.parametrize("rate", ["0.001", "0.003", "0.00125"])
def test_a_contract_may_fix_a_rate_from_1_to_3_per_mille(rate: str) -> None:
    require_contract_rate(Decimal(rate), day=DUE)

    assert fee(until=DUE + timedelta(days=10), contract_rate=Decimal(rate)).total_fen == Decimal(rate) * 1_000_000


def test_a_fee_below_1_yuan_is_raised_to_it() -> None:
    assert fee(until=DUE + timedelta(days=1), principal_fen=5_000).total_fen == 100
    assert fee(until=DUE + timedelta(days=1), principal_fen=0).total_fen == 0


def test_a_cap_is_a_share_of_the_most_that_was_owed() -> None:
    terms = make_terms(cap_ratio=Decimal("0.3"))

    assert fee(until=date(2025, 12, 31), paid=((DUE, 0),), terms=terms).total_fen == 30_000
    assert fee(until=date(2025, 12, 31), paid=((date(2025, 6, 1), 90_000),), terms=terms).total_fen == 30_000
    assert fee(until=date(2025, 1, 5), terms=terms).total_fen == 3_700


def test_a_fee_is_rounded_once_not_part_by_part() -> None:
    paid = tuple((DUE + timedelta(days=day), 10_001) for day in range(1, 4))
    found = fee(until=DUE + timedelta(days=3), principal_fen=100_249, paid=paid)

    # 100,249 + 90,248 + 80,247 fen-days at 2 ‰ are 541.488 fen; rounded by days they would be 200 + 180 + 160.
    assert found.total_fen == 541


def test_a_debt_follows_the_rules_in_force_when_it_fell_due() -> None:
    before = fee(due_date=date(2024, 5, 31), until=date(2024, 7, 1))
    since = fee(due_date=date(2024, 6, 1), until=date(2024, 7, 1))

    assert (before.rule_set, before.regulation) == ("RS-2016", "REG-SUPPLY-1996")
    assert (since.rule_set, since.regulation) == ("RS-2024", "REG-SUPPLY-2024")


def test_a_debt_older_than_all_rules_is_refused() -> None:
    with pytest.raises(NoRuleSetInForce):
        fee(due_date=date(1990, 1, 1), until=date(1990, 2, 1))


def test_what_is_booked_and_what_is_waived_are_not_booked_again() -> None:
    assert compute_fee_to_book(total_fen=10_200, booked_fen=2_000, waived_fen=4_000) == 4_200
    assert compute_fee_to_book(total_fen=1_000, booked_fen=1_500) == 0
    assert compute_fee_to_book(total_fen=1_000, booked_fen=1_500, is_payment_reversed=True) == -500


def test_only_charges_bear_fees() -> None:
    assert bears_late_fees("1122.01.04")
    assert bears_late_fees("1122.01.04.02")
    assert not bears_late_fees("1122.02")
    assert not bears_late_fees("1122.03")
    assert not bears_late_fees("1122.010")


def test_homes_on_a_shared_meter_are_homes() -> None:
    assert is_residential_class("RESIDENTIAL_SHARED")
    assert not is_residential_class("AGRICULTURAL")


DAYS = st.dates(date(1996, 10, 8), date(2027, 12, 31))
READINGS = st.sampled_from(list(CrossYear))
CAPS = st.sampled_from([None, Decimal("0.3"), Decimal(1)])


@settings(max_examples=60, deadline=None)
@given(due=DAYS, late=st.integers(0, 900), amount=st.integers(1, 10**9), home=st.booleans(), reading=READINGS, cap=CAPS)
def test_one_payment_costs_what_recover_says(
    due: date, late: int, amount: int, home: bool, reading: CrossYear, cap: Decimal | None
) -> None:
    terms = make_terms(cross_year=reading, cap_ratio=cap)
    recovered = compute_recovered(
        amount=fen_to_yuan(amount),
        customer_class=CustomerClass.RESIDENTIAL if home else CustomerClass.OTHER,
        due_date=due,
        paid_date=due + timedelta(days=late),
        terms=terms,
    )

    found = fee(due_date=due, until=due + timedelta(days=late), principal_fen=amount, is_residential=home, terms=terms)

    assert fen_to_yuan(found.total_fen) == recovered.penalty
    assert found.days == recovered.days


PARTS = st.lists(st.tuples(st.integers(0, 800), st.integers(1, 10**7)), min_size=1, max_size=5)


@settings(max_examples=60, deadline=None)
@given(due=DAYS, parts=PARTS, home=st.booleans(), reading=READINGS)
def test_a_sum_paid_in_parts_bears_what_its_parts_bear(
    due: date, parts: list[tuple[int, int]], home: bool, reading: CrossYear
) -> None:
    terms = make_terms(cross_year=reading, min_charge=Decimal(0))
    paid = tuple((due + timedelta(days=late), amount) for late, amount in parts)
    until = due + timedelta(days=900)
    rates: dict[str, Any] = {"is_residential": home, "due_date": due, "terms": terms}

    whole = fee(until=until, principal_fen=sum(amount for _day, amount in paid), paid=paid, **rates)

    apart = [fee(until=day, principal_fen=amount, **rates) for day, amount in paid]
    weights = [part.rate_e6 * part.fen_days for one in apart for part in one.parts]
    assert sum(part.rate_e6 * part.fen_days for part in whole.parts) == sum(weights)
    assert whole.total_fen == (2 * sum(weights) + 10**6) // (2 * 10**6)


DEBTS = st.lists(
    st.tuples(DAYS, st.integers(-5, 900), st.booleans(), st.sampled_from([None, Decimal("0.0015")]), PARTS), max_size=6
)


@settings(max_examples=50, deadline=None)
@given(debts=DEBTS, reading=READINGS, cap=CAPS)
def test_many_debts_bear_what_each_bears(debts: list[Any], reading: CrossYear, cap: Decimal | None) -> None:
    terms = make_terms(cross_year=reading, cap_ratio=cap)
    owed = [
        list_owed(
            principal_fen=sum(amount for _late, amount in parts) + 7,
            due_date=due,
            paid=[(due + timedelta(days=late), amount) for late, amount in parts],
        )
        for due, _late, _home, _rate, parts in debts
    ]

    found = compute_late_fees(debts=make_arrays(debts, owed), terms=terms)

    assert found.tolist() == [
        compute_late_fee(
            due_date=due,
            until=due + timedelta(days=late),
            owed=segments,
            is_residential=home,
            contract_rate=rate,
            terms=terms,
        ).total_fen
        for (due, late, home, rate, _parts), segments in zip(debts, owed, strict=True)
    ]


def make_arrays(debts: list[Any], owed: list[list[Owed]]) -> DebtArrays:
    """Return debts as arrays."""
    segments = [(place, segment) for place, many in enumerate(owed) for segment in many]
    return DebtArrays(
        due_date=np.array([due for due, *_rest in debts], "datetime64[D]"),
        until=np.array([due + timedelta(days=late) for due, late, *_rest in debts], "datetime64[D]"),
        is_residential=np.array([home for _due, _late, home, *_rest in debts], bool),
        contract_rate_e6=np.array([int((rate or 0) * 10**6) for *_most, rate, _parts in debts], np.int64),
        debt=np.array([place for place, _segment in segments], np.intp),
        from_date=np.array([segment.from_date for _place, segment in segments], "datetime64[D]"),
        principal_fen=np.array([segment.principal_fen for _place, segment in segments], np.int64),
    )


def test_many_debts_follow_the_rule_set_of_each() -> None:
    debts: list[Any] = [(day, 30, False, None, []) for day in (date(2024, 5, 31), date(2024, 6, 1))]
    owed = [list_owed(principal_fen=100_000, due_date=due, paid=[]) for due, *_rest in debts]

    found = compute_late_fees(debts=make_arrays(debts, owed))

    assert found.tolist() == [30 * 200, 30 * 200]
    assert [get_rule_set_in_force(day=due, field="due_date").code for due, *_rest in debts] == ["RS-2016", "RS-2024"]


def test_many_debts_refuse_one_that_is_older_than_all_rules() -> None:
    debts: list[Any] = [(date(1990, 1, 1), 30, False, None, [])]

    with pytest.raises(NoRuleSetInForce):
        compute_late_fees(debts=make_arrays(debts, [[Owed(date(1990, 1, 2), 100)]]))


def test_many_debts_refuse_what_leaves_whole_numbers_of_64_bits() -> None:
    debts: list[Any] = [(DUE, 900, False, None, [])]

    with pytest.raises(FeeTooLargeToCompute):
        compute_late_fees(debts=make_arrays(debts, [[Owed(DUE + timedelta(days=1), 10**15)]]))
