"""Money is allocated to the fen: never more than is owed, the oldest first, in the order of the policy."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dianke.domain.receivables.rules.allocation import (
    ALL_DEBTS,
    EACH_DEBT,
    AllocationPolicy,
    OpenDebt,
    Share,
    allocate,
    find_money_code,
    get_policy,
)
from dianke.domain.receivables.types import Channel, Component, Tender

DAY = date(2026, 2, 20)
FEE_FIRST = (Component.LATE_FEE, Component.PENALTY, Component.PRINCIPAL)
PRINCIPAL_FIRST = (Component.PRINCIPAL, Component.PENALTY, Component.LATE_FEE)
POLICY = AllocationPolicy(date(1996, 10, 8), FEE_FIRST, EACH_DEBT)
OLD = OpenDebt(1, DAY, principal_fen=100_00, late_fee_fen=3_00)
NEW = OpenDebt(2, DAY + timedelta(days=30), principal_fen=50_00, penalty_fen=20_00)

fen = st.integers(0, 10**7)
debts = st.lists(
    st.builds(
        OpenDebt,
        item_id=st.integers(1, 10**6),
        oldest_by=st.dates(date(2024, 1, 1), date(2026, 12, 31)),
        principal_fen=fen,
        penalty_fen=fen,
        late_fee_fen=fen,
        rank=st.integers(0, 2),
    ),
    max_size=8,
    unique_by=lambda debt: debt.item_id,
)
policies = st.builds(
    AllocationPolicy,
    valid_from=st.just(DAY),
    within=st.permutations(list(Component)).map(tuple),
    by=st.sampled_from([EACH_DEBT, ALL_DEBTS]),
)


class TestAllocate:
    def test_settles_the_oldest_in_full_before_the_next(self) -> None:
        shares, left_fen = allocate(amount_fen=120_00, debts=[NEW, OLD], policy=POLICY)

        assert shares == [
            Share(1, Component.LATE_FEE, 3_00),
            Share(1, Component.PRINCIPAL, 100_00),
            Share(2, Component.PENALTY, 17_00),
        ]
        assert left_fen == 0

    def test_leaves_the_fee_where_principal_comes_first(self) -> None:
        policy = AllocationPolicy(DAY, PRINCIPAL_FIRST, EACH_DEBT)

        shares, left_fen = allocate(amount_fen=100_00, debts=[OLD], policy=policy)

        assert (shares, left_fen) == ([Share(1, Component.PRINCIPAL, 100_00)], 0)

    def test_settles_one_part_of_all_before_the_next_part_of_any(self) -> None:
        policy = AllocationPolicy(DAY, PRINCIPAL_FIRST, ALL_DEBTS)

        shares, _left = allocate(amount_fen=160_00, debts=[OLD, NEW], policy=policy)

        assert [(share.item_id, share.component, share.amount_fen) for share in shares] == [
            (1, Component.PRINCIPAL, 100_00), (2, Component.PRINCIPAL, 50_00), (2, Component.PENALTY, 10_00),
        ]  # fmt: skip

    def test_begins_with_the_bills_that_the_payer_named(self) -> None:
        shares, left_fen = allocate(amount_fen=80_00, debts=[OLD, NEW], policy=POLICY, named_items={2})

        assert [(share.item_id, share.amount_fen) for share in shares] == [(2, 20_00), (2, 50_00), (1, 3_00), (1, 7_00)]
        assert left_fen == 0

    def test_gives_back_what_nothing_is_owed_for(self) -> None:
        assert allocate(amount_fen=5_00, debts=[], policy=POLICY) == ([], 5_00)

    @given(amount_fen=st.integers(0, 10**8), owed=debts, policy=policies, named=st.sets(st.integers(1, 10**6)))
    def test_explains_every_fen_and_takes_no_more_than_is_owed(
        self, amount_fen: int, owed: list[OpenDebt], policy: AllocationPolicy, named: set[int]
    ) -> None:
        shares, left_fen = allocate(amount_fen=amount_fen, debts=owed, policy=policy, named_items=named)

        total_fen = sum(debt.get_fen(part) for debt in owed for part in Component)
        by_part = {(share.item_id, share.component): share.amount_fen for share in shares}
        known = {debt.item_id: debt for debt in owed}
        assert sum(by_part.values()) + left_fen == amount_fen
        assert left_fen == max(amount_fen - total_fen, 0)
        assert len(by_part) == len(shares)
        assert all(0 < taken <= known[item].get_fen(part) for (item, part), taken in by_part.items())

    @given(amount_fen=st.integers(1, 10**8), owed=debts, policy=policies)
    def test_touches_no_debt_while_an_older_one_is_open(
        self, amount_fen: int, owed: list[OpenDebt], policy: AllocationPolicy
    ) -> None:
        each = AllocationPolicy(policy.valid_from, policy.within, EACH_DEBT)

        shares, _left = allocate(amount_fen=amount_fen, debts=owed, policy=each)

        touched = [share.item_id for share in shares]
        ordered = sorted(owed, key=lambda debt: (debt.rank, debt.oldest_by, debt.item_id))
        full = [
            debt.item_id
            for debt in ordered
            if sum(share.amount_fen for share in shares if share.item_id == debt.item_id)
            == sum(debt.get_fen(part) for part in Component)
        ]
        open_ones = [debt.item_id for debt in ordered if debt.item_id not in full]
        assert set(touched) - set(full) <= set(open_ones[:1])


class TestPolicy:
    def test_in_force_puts_late_fees_first(self) -> None:
        assert get_policy(day=DAY).within == FEE_FIRST

    def test_follows_the_terms_of_an_account(self) -> None:
        assert get_policy(day=DAY, terms_order="PRINCIPAL_FIRST").within == PRINCIPAL_FIRST


class TestMoney:
    @pytest.mark.parametrize(
        ("channel", "tender", "code"),
        [
            (Channel.COUNTER, Tender.CASH, "1001.01"),
            (Channel.COUNTER, Tender.CARD, "1012.02"),
            (Channel.COUNTER, Tender.CHEQUE, "1012.01"),
            (Channel.BANK_WITHHOLDING, Tender.ACCOUNT, "1002.01"),
            (Channel.TRANSFER, Tender.ACCOUNT, "1002.01"),
            (Channel.ONLINE, Tender.ACCOUNT, "1012.02"),
            (Channel.AGENT, Tender.CASH, "1012.02"),
        ],
    )
    def test_lands_where_channel_and_tender_say(self, channel: Channel, tender: Tender, code: str) -> None:
        assert find_money_code(channel=channel, tender=tender) == code
