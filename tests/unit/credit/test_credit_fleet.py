"""Whole fleets come to what each customer comes to alone."""

import time
from datetime import date, timedelta
from decimal import Decimal

import numpy as np
from hypothesis import example, given, settings
from hypothesis import strategies as st

from dianke.domain.credit.rules.fleet import NEVER, UNKNOWN, Fleet, FleetFacts, score_fleet, to_day_number
from dianke.domain.credit.rules.policy import list_house_policies
from dianke.domain.credit.rules.scoring import CustomerFacts, score_customer
from dianke.domain.credit.types import SCORED_TYPES, TYPE_CODES, CreditKind, Fact, FactType, MadeGood

HOUSE = list_house_policies()[-1]
AS_OF = st.sampled_from(
    [date(2024, 2, 29), date(2025, 2, 28), date(2024, 12, 31), date(2024, 3, 31), date(2024, 5, 30)]
)
BACK = st.one_of(st.integers(-40, 430), st.sampled_from([0, 28, 29, 30, 31, 59, 60, 365, 366, 367, 1095, 1096, 1097]))


@st.composite
def one_fact(draw, as_of):
    on = as_of - timedelta(days=draw(BACK))
    lasts = draw(st.one_of(st.none(), st.integers(0, 130)))
    kinds = st.one_of(st.just(FactType.ARREAR), st.just(FactType.ARREAR), st.sampled_from(SCORED_TYPES))
    return Fact(draw(kinds), on, None if lasts is None else on + timedelta(days=lasts))


@st.composite
def fleets(draw):
    as_of = draw(AS_OF)
    judged = st.one_of(st.none(), st.integers(0, 500))
    customers = draw(
        st.lists(
            st.tuples(st.booleans(), st.one_of(st.none(), BACK), judged, judged, st.lists(one_fact(as_of), max_size=7)),
            min_size=1,
            max_size=6,
        )
    )
    policy = HOUSE.change(
        allow_overflow=draw(st.booleans()),
        levels_add_up=draw(st.booleans()),
        made_good=draw(st.sampled_from(MadeGood)),
        is_open_arrear_always_counted=draw(st.booleans()),
    )
    return as_of, policy, customers


def score_together(as_of, policy, customers):
    fleet = Fleet(
        is_lighting=np.array([one[0] for one in customers]),
        since=np.array([NEVER if one[1] is None else to_day_number(as_of) - one[1] for one in customers]),
        management_e2=np.array([UNKNOWN if one[2] is None else one[2] for one in customers]),
        growth_e2=np.array([UNKNOWN if one[3] is None else one[3] for one in customers]),
    )
    rows = [(at, fact) for at, one in enumerate(customers) for fact in one[4]]
    facts = FleetFacts(
        customer=np.array([at for at, _ in rows], dtype=np.int64),
        type=np.array([TYPE_CODES[fact.type] for _, fact in rows], dtype=np.int64),
        on=np.array([to_day_number(fact.on) for _, fact in rows], dtype=np.int64),
        until=np.array(
            [NEVER if fact.cleared_on is None else to_day_number(fact.cleared_on) for _, fact in rows], dtype=np.int64
        ),
    )
    return score_fleet(fleet, facts, as_of=as_of, policy=policy)


def score_alone(as_of, policy, customer):
    is_lighting, since, management, growth, facts = customer
    judged = {FactType.MANAGEMENT: management, FactType.GROWTH: growth}
    given = CustomerFacts(
        kind=CreditKind.LIGHTING if is_lighting else CreditKind.POWER,
        facts=facts,
        as_of=as_of,
        customer_since=None if since is None else as_of - timedelta(days=since),
        judged={key: Decimal(value) / 100 for key, value in judged.items() if value is not None},
    )
    score = score_customer(given, policy=policy)
    return [int(points * 100) for points in score.items.values()], int(score.total * 100), score.grade


class TestFleet:
    @settings(max_examples=60, deadline=None)
    @given(fleets())
    @example((date(2024, 2, 29), HOUSE, [(False, None, None, None, [Fact(FactType.ARREAR, date(2023, 12, 30))])]))
    def test_comes_to_what_each_customer_comes_to_alone(self, drawn):
        as_of, policy, customers = drawn

        together = score_together(as_of, policy, customers)

        alone = [score_alone(as_of, policy, one) for one in customers]
        assert [row[: len(one[0])] for row, one in zip(together.items_e2.tolist(), alone, strict=True)] == [
            one[0] for one in alone
        ]
        assert together.score_e2.tolist() == [one[1] for one in alone]
        assert [policy.grades[at].code for at in together.grade] == [one[2] for one in alone]

    def test_scores_a_million_customers_in_seconds(self):
        rng = np.random.default_rng(7)
        size, count, today = 1_000_000, 500_000, to_day_number(date(2024, 12, 31))
        nobody = np.full(size, UNKNOWN)
        fleet = Fleet(rng.random(size) < 0.9, today - rng.integers(0, 5000, size), nobody, nobody)
        on = today - rng.integers(0, 500, count)
        facts = FleetFacts(
            rng.integers(0, size, count), rng.integers(0, len(SCORED_TYPES), count), on, on + rng.integers(0, 90, count)
        )
        started = time.process_time()

        scores = score_fleet(fleet, facts, as_of=date(2024, 12, 31), policy=HOUSE)

        assert time.process_time() - started < 10
        assert scores.score_e2.size == size
