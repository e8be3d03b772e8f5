"""Random corrections: what was reversed is nought line by line, and what stands is what right facts give at once."""

import random
from decimal import Decimal

import pytest
from tests.factories import months
from tests.factories import utility as factory
from tests.factories.billed import FOUNDRY_END, FOUNDRY_START, HOME, TWO_PART
from tests.factories.utility import JANUARY, LATER, Utility
from tests.module.billing.test_corrections import Staff, carry_out

from dianke.application import meter_to_cash
from dianke.domain.billing.models import Bill
from dianke.domain.billing.queries import bills as bill_queries
from dianke.domain.customers.types import UsageClass
from dianke.domain.metering.models import UsagePoint
from dianke.domain.metering.types import MeteringSide, Ratio

pytestmark = pytest.mark.django_db

PAIRS = 8
FIGURES = (
    "energy_kwh_e2", "basic_fen", "energy_fen", "shares_fen", "power_factor_fen", "funds_fen", "amount_fen",
)  # fmt: skip
Lines = dict[tuple[str, str], tuple[Decimal, Decimal]]


def add_foundry(utility: Utility, end: dict[str, str]) -> UsagePoint:
    return factory.add_point(
        utility, start=FOUNDRY_START, end=end, terms=TWO_PART, kva="2050",
        ct=Ratio(Decimal(150), Decimal(5)), pt=Ratio(Decimal(10000), Decimal(100)),
    )  # fmt: skip


def add_home(utility: Utility, end: dict[str, str]) -> UsagePoint:
    return factory.add_point(
        utility, start={"total": "1000"}, end=end, terms=HOME, plan=factory.GUANGZHOU,
        usage_class=UsageClass.RESIDENTIAL, side=MeteringSide.LOW_LOW,
    )  # fmt: skip


def draw_foundry(dice: random.Random) -> dict[str, str]:
    return {name: str(Decimal(value) + Decimal(dice.randint(0, 9000)) / 100) for name, value in FOUNDRY_END.items()}


def draw_home(dice: random.Random) -> dict[str, str]:
    return {"total": str(Decimal(dice.randint(100_000, 190_000)) / 100)}


def list_lines(utility: Utility, bill: Bill) -> Lines:
    lines = bill_queries.list_lines(actor=utility.actor, bill_id=bill.pk)
    return {(line.code, line.name): (line.quantity, line.amount) for line in lines}


def figures(bill: Bill) -> list[int]:
    return [getattr(bill, name) for name in FIGURES]


def test_reversal_is_nought_and_replacement_is_a_bill_of_the_right_facts() -> None:
    dice = random.Random(20260122)  # noqa: S311 - draws examples, no secrets
    utility = factory.build_utility()
    staff = Staff(utility)
    pairs = []
    for add, draw in [(add_foundry, draw_foundry), (add_home, draw_home)] * (PAIRS // 2):
        right = draw(dice)
        pairs.append((add(utility, draw(dice)), add(utility, right), right))
    factory.freeze_january(utility)
    months.issue_month(utility, JANUARY, LATER)

    for wrong, _twin, right in pairs:
        (bill,) = months.list_bills_of(utility, wrong)
        carry_out(staff, bill, {f"segment.1.{name}_end": value for name, value in right.items()})

    for wrong, twin, _right in pairs:
        original, reversal, replacement = months.list_bills_of(utility, wrong)
        (fresh,) = months.list_bills_of(utility, twin)
        taken_back = {key: (-quantity, -amount) for key, (quantity, amount) in list_lines(utility, reversal).items()}
        assert taken_back == list_lines(utility, original)
        assert [a + b for a, b in zip(figures(original), figures(reversal), strict=True)] == [0] * len(FIGURES)
        assert list_lines(utility, replacement) == list_lines(utility, fresh)
        assert figures(replacement) == figures(fresh)
    reports = meter_to_cash.replay_month(actor=utility.runner, month=JANUARY).values()
    assert [report.is_equal for report in reports] == [True] * (PAIRS + 1)
