"""What an entry tells beside its signs, until it has three reasons."""

from datetime import date

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from dianke.domain.watching.rules import signs
from dianke.domain.watching.rules.background import (
    Standing,
    complete,
    list_lacking,
    offer_complaints,
    offer_contract,
    offer_filings,
    offer_months,
    offer_satisfaction,
    offer_standing,
)
from dianke.domain.watching.rules.falling import UseFacts, find_falling
from dianke.domain.watching.rules.policy import get_house_policy
from dianke.domain.watching.rules.signs import Counted, DatedFacts, count_days
from dianke.domain.watching.types import REASONS, Flags, Reason, ReasonCode

HOUSE = get_house_policy()
ON = date(2026, 3, 1)
TODAY = count_days(ON)
SIGN = Reason(ReasonCode.CLOSING_ASKED, {"count": 1, "day": TODAY - 5})


def flags_of(*counts: int) -> Flags:
    """Return flags of so many reasons each."""
    rows = np.arange(len(counts))
    kinds = list(ReasonCode)
    reasons = [tuple(Reason(kinds[step], {}) for step in range(count)) for count in counts]
    return Flags(rows, rows < 0, rows, reasons)


def standing_of(*rows: int, kwh: int = 1_200_000, before: int = 1_000_000) -> Standing:
    size = len(rows)
    return Standing(
        np.array(rows), np.full(size, kwh), np.full(size, before), np.full(size, 2), np.full(size, TODAY - 900)
    )


class TestComplete:
    def test_fills_up_to_three_and_keeps_what_holds_in_front(self) -> None:
        flags = flags_of(3, 1, 2)
        lacking = list_lacking(flags, np.array([2, 1, 0]))

        filled = complete(flags, lacking, offer_standing(standing_of(1, 2)))

        assert lacking.tolist() == [1, 2]
        assert filled.reasons[0] == flags.reasons[0]
        assert [one.code.value for one in filled.reasons[1][1:]] == ["USE_OF_YEAR", "ACCOUNTS"]
        assert filled.reasons[2][:2] == flags.reasons[2]
        assert filled.reasons[2][2].figures == {"kwh_e2": 1_200_000, "before_kwh_e2": 1_000_000}

    def test_leaves_alone_what_is_not_raised(self) -> None:
        flags = flags_of(1, 1)

        filled = complete(flags, list_lacking(flags, np.array([1])), offer_standing(standing_of(1)))

        assert [len(one) for one in filled.reasons] == [1, 3]

    def test_says_of_who_was_never_billed_that_it_was_nothing(self) -> None:
        filled = complete(flags_of(1), np.array([0]), offer_standing(standing_of(0, kwh=-1, before=-1)))

        assert filled.reasons[0][1].figures == {"kwh_e2": 0, "before_kwh_e2": -1}

    @settings(deadline=None)
    @given(
        counts=st.lists(st.integers(1, REASONS), min_size=1, max_size=20), filed=st.integers(0, 3),
        complained=st.integers(0, 3), mark=st.integers(0, 500),
    )  # fmt: skip
    def test_nobody_has_fewer_than_three_whatever_is_known(
        self, counts: list[int], filed: int, complained: int, mark: int
    ) -> None:
        flags, size = flags_of(*counts), len(counts)
        places = list_lacking(flags, np.arange(size))
        many = np.full(size, 1)
        offers = [
            offer_filings(Counted(many * filed, many * TODAY), 365),
            offer_complaints(Counted(many * complained, many * TODAY), 180),
            offer_satisfaction(many * mark, many * TODAY),
        ]

        filled = complete(flags, places, [*offers, *offer_standing(standing_of(*flags.rows[places].tolist()))])

        assert all(len(one) == REASONS == len({reason.code for reason in one}) for one in filled.reasons)


class TestOffers:
    def test_months_beside_a_fall_are_told_unless_they_are_a_sign(self) -> None:
        # Last year 10,000 kWh each month; now 12,000, 12,000 and 6,000: together nothing fell.
        use = UseFacts(np.array([[12, 12, 6]]) * 100_000, np.array([[10, 10, 10]]) * 100_000, np.array([1]))
        flags = find_falling(use, policy=HOUSE, is_living=np.zeros(1, dtype=bool))

        filled = complete(flags, np.array([0]), offer_months(use))

        assert [one.code.value for one in filled.reasons[0]] == ["YEAR_ON_YEAR", "THREE_MONTHS", "MONTH_BEFORE"]
        assert filled.reasons[0][1].figures == {"change_e4": 0}
        assert filled.reasons[0][2].figures == {"now_kwh_e2": 600_000, "before_kwh_e2": 1_200_000}

    def test_a_month_that_was_not_billed_is_not_told(self) -> None:
        use = UseFacts(np.array([[-1, -1, 600_000]]), np.array([[1, 1, 1]]) * 1_000_000, np.array([1]))

        assert [offer(0) for offer in offer_months(use)] == [None, None]

    def test_a_contract_of_the_market_that_runs_is_told_with_the_days_left(self) -> None:
        contract = DatedFacts(np.array([0]), np.array([TODAY - 90]), np.array([TODAY + 275]), np.array([0]))
        offer = offer_contract(contract, size=2, today=TODAY)

        found = offer(0)
        assert found is not None
        assert found.figures == {"day": TODAY + 275, "days": 275}
        assert offer(1) is None

    def test_no_filing_at_all_is_worth_telling(self) -> None:
        none = signs.count(DatedFacts.empty(), size=1, since=TODAY - 365, until=TODAY, with_ended=True)

        found = offer_filings(none, 365)(0)

        assert found is not None
        assert found.figures == {"count": 0, "days": 365, "day": 0}
