"""The balance of a bank account against our books: to the fen, with what explains it as work for two persons."""

from datetime import date, timedelta

import pytest
from django.db import transaction
from tests.factories import banks
from tests.factories import utility as factory
from tests.factories.bank_files import write_camt, write_entry
from tests.factories.banks import ANSWERED_AT, PAID_ON, Office
from tests.factories.paid import at_ten, get_sums

from dianke.application import bank_channels, claims
from dianke.domain.channels.models import ReconciliationDay, StatementEntry
from dianke.domain.channels.operations.reconciliation import DayOutOfState, DifferenceOutOfState
from dianke.domain.channels.queries.balance import list_homeless, reconcile_balance
from dianke.domain.channels.queries.reconciliation import list_differences
from dianke.domain.channels.rules.balance import Balance
from dianke.domain.receivables.models import Payment
from dianke.domain.receivables.operations.claims import NewClaim
from dianke.domain.receivables.operations.payments import reverse_payment
from dianke.domain.receivables.types import ClaimKind
from dianke.platform.identity.separation import SamePerson
from dianke.platform.identity.types import Actor

pytestmark = pytest.mark.django_db
DAY = f"{PAID_ON:%Y-%m-%d}"
SYSTEM = Actor.system("looking at balances")


@pytest.fixture
def office() -> Office:
    return banks.build_office(mandates=2)


def load(office: Office, *entries: str, opening: str, closing: str) -> list[StatementEntry]:
    return banks.load(office, write_camt(entries, opening=opening, closing=closing))


def look(office: Office, day: date = PAID_ON) -> Balance:
    return reconcile_balance(actor=office.maker, bank=office.bank, day=day)


def test_an_account_whose_bookings_are_all_known_leaves_nothing(office: Office) -> None:
    load(
        office,
        write_entry("E1", "5000.00", text=office.accounts[0].number, day=DAY),
        write_entry("E2", "30.00", name="不知名", day=DAY),
        write_entry("F1", "3.00", way="DBIT", text="手续费", day=DAY),
        opening="12.34",
        closing="5039.34",
    )

    balance = look(office)

    assert (balance.closing_fen, balance.base_fen, balance.ours_fen) == (5039_34, 12_34, 5027_00)
    assert (balance.items, balance.gaps, balance.difference_fen) == ((), (), 0)


def test_money_under_way_on_either_side_explains_the_difference(office: Office) -> None:
    batch = banks.send_batch(office)[0]
    banks.book(office, banks.bring(office, banks.answer(office, batch)))
    load(office, write_entry("E1", "30.00", name="不知名", day=DAY), opening="0.00", closing="30.00")
    with transaction.atomic():
        payment = Payment.objects.for_actor(SYSTEM).get(channel="TRANSFER")
        reverse_payment(actor=SYSTEM, payment=payment, reason="错", login="x", at=ANSWERED_AT)

    balance = look(office)

    assert [(one.name, one.ours_fen, one.theirs_fen) for one in balance.ours_only] == [
        (batch.number, batch.amount_fen, 0)
    ]
    assert [(one.name, one.ours_fen, one.theirs_fen) for one in balance.theirs_only] == [("E1", 0, 30_00)]
    assert balance.adjusted_ours_fen == batch.amount_fen + 30_00
    assert balance.difference_fen == 0


def test_a_statement_that_is_missing_is_told_and_is_the_difference(office: Office) -> None:
    load(office, write_entry("E1", "10.00", name="甲", day=DAY), opening="0.00", closing="10.00")
    after = PAID_ON + timedelta(days=2)
    load(office, write_entry("E3", "1.00", name="甲", day=f"{after}"), opening="14.00", closing="15.00")

    balance = look(office, after)

    assert [(one.day, one.missing_fen) for one in balance.gaps] == [(after, 4_00)]
    assert balance.difference_fen == 4_00
    assert look(office).difference_fen == 0


def test_without_a_balance_nothing_is_proved(office: Office) -> None:
    assert look(office).difference_fen is None
    with pytest.raises(DayOutOfState):
        bank_channels.compare_balance(actor=office.maker, bank_code="102", day=PAID_ON, at=ANSWERED_AT)


class TestWork:
    @pytest.fixture
    def boss(self, office: Office) -> Actor:
        return factory.add_clerk(office.utility.root, "boss", ["payments.approve", "payments.approve_large"])

    def ask(self, office: Office) -> ReconciliationDay:
        day = bank_channels.compare_balance(actor=office.maker, bank_code="102", day=PAID_ON, at=ANSWERED_AT)
        for one in list_differences(actor=office.maker, day=day):
            bank_channels.ask_remedy(actor=office.maker, key=one.pk, note="查明", at=ANSWERED_AT)
        return day

    def test_money_that_somebody_took_out_of_the_books_is_booked_anew_by_two(self, office: Office, boss: Actor) -> None:
        load(office, write_entry("E1", "30.00", name="不知名", day=DAY), opening="0.00", closing="30.00")
        with transaction.atomic():
            payment = Payment.objects.for_actor(SYSTEM).get()
            reverse_payment(actor=SYSTEM, payment=payment, reason="错", login="x", at=ANSWERED_AT)
        day = self.ask(office)
        (difference,) = list_differences(actor=office.maker, day=day)

        both = factory.add_clerk(office.utility.root, "maker2", ["payments.approve", "payments.reconcile"])
        bank_channels.approve_remedy(actor=boss, key=difference.pk, at=ANSWERED_AT)

        assert get_sums()["1002.01"] == 30_00
        with pytest.raises((SamePerson, DifferenceOutOfState)):
            bank_channels.approve_remedy(actor=both, key=difference.pk, at=ANSWERED_AT)
        again = bank_channels.compare_balance(actor=office.maker, bank_code="102", day=PAID_ON, at=ANSWERED_AT)
        assert (again.ours_fen, again.theirs_fen) == (30_00, 30_00)
        bank_channels.close_day(actor=office.maker, key=again.pk, at=ANSWERED_AT)
        with pytest.raises(DayOutOfState):
            bank_channels.compare_balance(actor=office.maker, bank_code="102", day=PAID_ON, at=ANSWERED_AT)

    def test_a_payout_that_no_bank_tells_of_stands_apart_until_its_booking_comes(
        self, office: Office, boss: Actor
    ) -> None:
        load(office, write_entry("E1", "5000.00", text=office.accounts[0].number, day=DAY), opening="0.00",
             closing="5000.00")  # fmt: skip
        asker = factory.add_clerk(office.utility.root, "asker", ["payments.ask"])
        claim = claims.ask_claim(
            actor=asker, account_number=office.accounts[0].number, new=NewClaim(kind=ClaimKind.REFUND, amount_fen=100),
            reason="退", at=at_ten(PAID_ON),
        )  # fmt: skip
        claims.approve_claim(actor=boss, claim_id=claim.pk, at=at_ten(PAID_ON))
        claims.pay_out_claim(actor=asker, claim_id=claim.pk, reference="X1", paid_on=PAID_ON, at=ANSWERED_AT)

        assert look(office).items == ()
        assert [(one.key, one.ours_fen) for one in list_homeless(actor=office.maker, day=PAID_ON)] == [
            (f"claim:{claim.pk}", -100)
        ]
        load(office, write_entry("X1", "1.00", way="DBIT", text="退费", day=DAY), opening="5000.00", closing="4999.00")
        assert list_homeless(actor=office.maker, day=PAID_ON) == []
        assert (look(office).closing_fen, look(office).difference_fen) == (4999_00, 0)
