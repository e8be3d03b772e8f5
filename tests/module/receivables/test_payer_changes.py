"""Who pays for several accounts changes by two persons; what is asked does nothing until another one agrees."""

from datetime import date, datetime, timedelta
from typing import Any

import pytest
from tests.factories import utility as factory
from tests.factories.billed import issue_homes
from tests.factories.once import built_once, fresh
from tests.factories.paid import at_ten, list_accounts, list_faults, look_at, make_payment
from tests.factories.payers import add_pair, change_payer, make_payer
from tests.factories.utility import Utility

from dianke.application import payments
from dianke.domain.receivables.models import Payer, PayerChange
from dianke.domain.receivables.operations.payers import UnableToKeepPayer
from dianke.domain.receivables.operations.receiving import receive_payment
from dianke.domain.receivables.queries.payers import PayerChangeUnknown, count_members, map_payers
from dianke.domain.receivables.queries.payments import list_member_ids, search_payers
from dianke.domain.receivables.types import PayerChangeKind, PayerChangeState, SpreadRule
from dianke.kernel.clock import SHANGHAI
from dianke.platform.audit.use_case import PermissionRefused
from dianke.platform.identity.separation import SamePerson
from dianke.platform.identity.types import Actor

pytestmark = pytest.mark.django_db

NOON = datetime(2026, 1, 5, 12, tzinfo=SHANGHAI)
DAY = date(2026, 1, 10)
BILL_FEN = 289_99

_three_homes = built_once(lambda: issue_homes("1450", "1450", "1450"))


@pytest.fixture
def utility(_three_homes: Utility) -> Utility:
    return fresh(_three_homes)


@pytest.fixture
def pair(utility: Utility) -> tuple[Actor, Actor]:
    return add_pair(utility.root)


def ask(pair: tuple[Actor, Actor], utility: Utility, **options: Any) -> PayerChange:
    own, *others = [account.number for account in list_accounts(utility)]
    given: dict[str, Any] = {
        "number": "G1", "name": "集团", "account_number": own, "spread": SpreadRule.OLDEST_FIRST,
        "account_numbers": others, "effective_date": DAY, "reason": "协议", "at": NOON,
    }  # fmt: skip
    return payments.ask_payer(actor=pair[0], **{**given, **options})


def count_payers(utility: Utility) -> int:
    return int(Payer.objects.for_actor(utility.actor).count())


def list_paid_for(utility: Utility, payer: Payer, on: date) -> list[int]:
    return list_member_ids(payer=payer, on=on, actor=utility.actor)


class TestNewPayer:
    def test_stands_once_another_person_agrees_and_pays_for_all(
        self, utility: Utility, pair: tuple[Actor, Actor]
    ) -> None:
        change = ask(pair, utility)
        assert (change.state, count_payers(utility)) == (PayerChangeState.ASKED.value, 0)

        payments.approve_payer_change(actor=pair[1], key=change.pk, at=NOON)

        payer = search_payers(actor=utility.actor, text="G1", limit=2)[0]
        own, *others = list_accounts(utility)
        assert list_paid_for(utility, payer, DAY) == [account.pk for account in others]
        assert list_paid_for(utility, payer, DAY - timedelta(days=1)) == []
        assert count_members(actor=utility.actor, payer_ids=[payer.pk], on=DAY) == {payer.pk: 2}
        payment = make_payment(utility, None, 3 * BILL_FEN, payer_id=payer.pk)
        receive_payment(actor=utility.actor, payment=payment, at=at_ten(payment.paid_on))
        assert [look_at(utility, account).owed_fen for account in (own, *others)] == [0, 0, 0]
        assert list_faults() == []

    def test_is_not_approved_by_who_asked(self, utility: Utility) -> None:
        both = factory.add_clerk(utility.root, "both", ["payments.ask", "payments.approve"])
        change = ask((both, both), utility)

        with pytest.raises(SamePerson):
            payments.approve_payer_change(actor=both, key=change.pk, at=NOON)

        assert count_payers(utility) == 0

    def test_needs_the_right_at_either_end(self, utility: Utility, pair: tuple[Actor, Actor]) -> None:
        asks, decides = pair
        with pytest.raises(PermissionRefused):
            ask((decides, decides), utility)
        change = ask(pair, utility)

        with pytest.raises(PermissionRefused):
            payments.approve_payer_change(actor=asks, key=change.pk, at=NOON)

        assert count_payers(utility) == 0

    def test_refused_or_taken_back_leaves_nothing_and_may_be_asked_again(
        self, utility: Utility, pair: tuple[Actor, Actor]
    ) -> None:
        first = ask(pair, utility)
        with pytest.raises(UnableToKeepPayer, match="asked_already"):
            ask(pair, utility)
        with pytest.raises(UnableToKeepPayer, match="reason_missing"):
            payments.refuse_payer_change(actor=pair[1], key=first.pk, reason=" ", at=NOON)
        payments.refuse_payer_change(actor=pair[1], key=first.pk, reason="无授权", at=NOON)
        second = ask(pair, utility)
        payments.withdraw_payer_change(actor=pair[0], key=second.pk, at=NOON)

        with pytest.raises(UnableToKeepPayer, match="decided_already"):
            payments.approve_payer_change(actor=pair[1], key=second.pk, at=NOON)

        states = list(PayerChange.objects.for_actor(utility.actor).order_by("id").values_list("state", flat=True))
        assert (states, count_payers(utility)) == (["REFUSED", "WITHDRAWN"], 0)

    def test_is_taken_back_only_by_who_asked(self, utility: Utility, pair: tuple[Actor, Actor]) -> None:
        change = ask(pair, utility)
        another = factory.add_clerk(utility.root, "another", ["payments.ask"])

        with pytest.raises(UnableToKeepPayer, match="asked_by_another"):
            payments.withdraw_payer_change(actor=another, key=change.pk, at=NOON)

        change.refresh_from_db()
        assert change.state == PayerChangeState.ASKED.value

    @pytest.mark.parametrize(
        ("options", "reason"),
        [
            ({"reason": " "}, "reason_missing"),
            ({"number": " "}, "nothing_entered"),
            ({"name": ""}, "nothing_entered"),
        ],
    )
    def test_is_not_asked_for_without_what_it_needs(
        self, utility: Utility, pair: tuple[Actor, Actor], options: dict[str, Any], reason: str
    ) -> None:
        with pytest.raises(UnableToKeepPayer, match=reason):
            ask(pair, utility, **options)

        assert not PayerChange.objects.for_actor(utility.actor).exists()

    def test_names_accounts_that_are_there_and_not_its_own(self, utility: Utility, pair: tuple[Actor, Actor]) -> None:
        own = list_accounts(utility)[0].number
        with pytest.raises(payments.AccountNotFound):
            ask(pair, utility, account_numbers=["9999999999999"])
        with pytest.raises(UnableToKeepPayer, match="own_account"):
            ask(pair, utility, account_numbers=[own])

        assert not PayerChange.objects.for_actor(utility.actor).exists()

    def test_of_another_unit_is_unknown(self, utility: Utility, pair: tuple[Actor, Actor]) -> None:
        change = ask(pair, utility)
        station = factory.org.add_unit(code="9", name="别处", kind=factory.UnitKind.STATION, parent=utility.root)
        elsewhere = factory.add_clerk(station, "elsewhere", ["payments.approve"])

        with pytest.raises(PayerChangeUnknown):
            payments.approve_payer_change(actor=elsewhere, key=change.pk, at=NOON)

        assert count_payers(utility) == 0


class TestChangesOfAPayer:
    @pytest.fixture
    def payer(self, utility: Utility, pair: tuple[Actor, Actor]) -> Payer:
        own, first, _second = list_accounts(utility)
        return make_payer(pair, "G1", [own.number, first.number], since=DAY)

    def test_takes_an_account_on_and_gives_it_up_again(
        self, utility: Utility, pair: tuple[Actor, Actor], payer: Payer
    ) -> None:
        _own, first, second = list_accounts(utility)
        change_payer(pair, "G1", PayerChangeKind.JOIN, [second.number], on=DAY + timedelta(days=5))
        change_payer(pair, "G1", PayerChangeKind.LEAVE, [first.number], on=DAY + timedelta(days=10))

        by_day = {days: list_paid_for(utility, payer, DAY + timedelta(days=days)) for days in (4, 5, 9, 10)}

        assert by_day == {4: [first.pk], 5: [first.pk, second.pk], 9: [first.pk, second.pk], 10: [second.pk]}

    def test_ends_with_all_its_accounts(self, utility: Utility, pair: tuple[Actor, Actor], payer: Payer) -> None:
        own, first, _second = list_accounts(utility)
        end = DAY + timedelta(days=30)

        change_payer(pair, "G1", PayerChangeKind.END, [], on=end)

        payer.refresh_from_db()
        assert (payer.until_date, list_paid_for(utility, payer, end)) == (end, [])
        assert map_payers(actor=utility.actor, account_ids=[own.pk, first.pk], on=end) == {}
        assert search_payers(actor=utility.actor, text="G1", limit=2, on=end) == []
        with pytest.raises(UnableToKeepPayer, match="payer_ended"):
            change_payer(pair, "G1", PayerChangeKind.JOIN, [first.number], on=end)

    def test_one_account_has_one_payer(self, utility: Utility, pair: tuple[Actor, Actor], payer: Payer) -> None:
        own, first, second = list_accounts(utility)
        for accounts in ([first.number], [own.number], [second.number, first.number]):
            with pytest.raises(UnableToKeepPayer, match="another_payer"):
                make_payer(pair, "G2", accounts, since=DAY)
        with pytest.raises(UnableToKeepPayer, match="member_already"):
            change_payer(pair, "G1", PayerChangeKind.JOIN, [first.number], on=DAY)

        assert map_payers(actor=utility.actor, account_ids=[own.pk, first.pk, second.pk], on=DAY) == {
            own.pk: [payer], first.pk: [payer],
        }  # fmt: skip

    def test_what_became_impossible_meanwhile_is_not_carried_out(
        self, utility: Utility, pair: tuple[Actor, Actor], payer: Payer
    ) -> None:
        second = list_accounts(utility)[2]
        waiting = payments.ask_payer_change(
            actor=pair[0], number="G1", kind=PayerChangeKind.JOIN, account_numbers=[second.number],
            effective_date=DAY, reason="协议", at=NOON,
        )  # fmt: skip
        other = make_payer(pair, "G2", [second.number], since=DAY)

        with pytest.raises(UnableToKeepPayer, match="another_payer"):
            payments.approve_payer_change(actor=pair[1], key=waiting.pk, at=NOON)

        waiting.refresh_from_db()
        assert waiting.state == PayerChangeState.ASKED.value
        assert map_payers(actor=utility.actor, account_ids=[second.pk], on=DAY) == {second.pk: [other]}

    @pytest.mark.parametrize("kind", [PayerChangeKind.JOIN, PayerChangeKind.LEAVE])
    def test_names_accounts(self, pair: tuple[Actor, Actor], payer: Payer, kind: PayerChangeKind) -> None:
        with pytest.raises(UnableToKeepPayer, match="no_accounts"):
            change_payer(pair, payer.number, kind, [], on=DAY)

    def test_gives_up_only_what_it_pays_for(self, utility: Utility, pair: tuple[Actor, Actor], payer: Payer) -> None:
        _own, first, second = list_accounts(utility)
        for account, day in ((second, DAY + timedelta(days=1)), (first, DAY)):
            with pytest.raises(UnableToKeepPayer, match="not_a_member"):
                change_payer(pair, "G1", PayerChangeKind.LEAVE, [account.number], on=day)

        assert list_paid_for(utility, payer, DAY) == [first.pk]

    def test_does_not_end_before_an_account_joins(
        self, utility: Utility, pair: tuple[Actor, Actor], payer: Payer
    ) -> None:
        with pytest.raises(UnableToKeepPayer, match="joins_later"):
            change_payer(pair, "G1", PayerChangeKind.END, [], on=DAY)

        payer.refresh_from_db()
        assert payer.until_date is None
