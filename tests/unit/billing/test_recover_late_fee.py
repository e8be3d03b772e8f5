from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal

from hypothesis import given, settings
from hypothesis import strategies as st

from dianke.domain.billing.rules.recover.late_fee import compute_late_fee
from dianke.domain.billing.rules.recover.rule_sets import get_rule_set
from dianke.domain.billing.rules.recover.types import CrossYear, CustomerClass, Recovery

TERMS = get_rule_set(rule_set="RS-1996").late_fee
OTHER, RESIDENTIAL = CustomerClass.OTHER, CustomerClass.RESIDENTIAL

amounts = st.integers(0, 10**9).map(lambda fen: Decimal(fen).scaleb(-2))
dates = st.dates(date(2000, 1, 1), date(2030, 12, 31))


def fee(
    amount: str | Decimal,
    due: date,
    days: int,
    customer_class: CustomerClass = OTHER,
    cross_year: CrossYear | None = None,
    **terms: Decimal,
) -> Recovery:
    return compute_late_fee(
        amount=Decimal(amount),
        customer_class=customer_class,
        due_date=due,
        paid_date=due + timedelta(days=days),
        terms=replace(TERMS, **terms),
        cross_year=cross_year,
    )


class TestComputeLateFee:
    def test_shows_the_days_under_each_rate(self):
        answer = fee("2000", date(2000, 12, 15), 34)

        assert [(step.name, step.value) for step in answer.steps] == [
            ("days", Decimal(34)),
            ("rate", Decimal("0.002")),
            ("days_at_rate", Decimal(16)),
            ("part", Decimal("64.000")),
            ("rate", Decimal("0.003")),
            ("days_at_rate", Decimal(18)),
            ("part", Decimal("108.000")),
            ("penalty", Decimal("172.00")),
        ]

    def test_rounds_the_sum_of_the_parts_and_not_each_part(self):
        # 0.5 x 2 per mille x 5 days is 0.005, 0.5 x 3 per mille x 5 days is 0.0075: together 0.0125.
        answer = fee("0.5", date(2023, 12, 26), 10, min_charge=Decimal(0))

        assert answer.penalty == Decimal("0.01")

    def test_is_cut_at_a_cap_where_the_rules_have_one(self):
        answer = fee("1000", date(2022, 1, 1), 1000, cap_ratio=Decimal("0.30"))

        assert answer.penalty == Decimal("300.00")
        assert answer.total == Decimal("1300.00")

    def test_lets_the_cap_go_before_the_least_charge(self):
        answer = fee("2", date(2024, 1, 1), 10, cap_ratio=Decimal("0.30"))

        assert answer.penalty == Decimal("0.60")

    def test_counts_the_leap_day(self):
        assert fee("1000", date(2024, 2, 28), 2).penalty == Decimal("4.00")

    @settings(deadline=None)
    @given(amounts, dates, st.integers(0, 1500), st.sampled_from(CustomerClass), st.sampled_from(CrossYear))
    def test_never_falls_while_nobody_pays(
        self, amount: Decimal, due: date, days: int, customer_class: CustomerClass, cross_year: CrossYear
    ):
        today = fee(amount, due, days, customer_class, CrossYear.SPLIT)
        tomorrow = fee(amount, due, days + 1, customer_class, CrossYear.SPLIT)

        assert today.penalty is not None
        assert tomorrow.penalty is not None
        assert today.penalty <= tomorrow.penalty

    @settings(deadline=None)
    @given(amounts, dates, st.integers(0, 1500))
    def test_lies_between_its_readings_where_it_crosses_new_year(self, amount: Decimal, due: date, days: int):
        split, higher, new_year = (
            fee(amount, due, days, OTHER, reading, min_charge=Decimal(0)).penalty
            for reading in (CrossYear.SPLIT, CrossYear.ALL_AT_HIGHER, CrossYear.NEW_YEAR_ONLY)
        )

        assert new_year is not None
        assert split is not None
        assert higher is not None
        assert new_year <= split <= higher

    @settings(deadline=None)
    @given(amounts, dates, st.integers(0, 1500), st.sampled_from(CrossYear))
    def test_of_homes_knows_no_new_year(self, amount: Decimal, due: date, days: int, cross_year: CrossYear):
        answer = fee(amount, due, days, RESIDENTIAL, cross_year, min_charge=Decimal(0))

        # One per mille a day, half up to the fen, reckoned in whole thousandths of a fen.
        assert answer.penalty == Decimal((int(amount * 100) * days + 500) // 1000).scaleb(-2)
