"""Waivers, refunds and deposits: asked by one person, approved by another, booked once, never more than is there."""

from collections.abc import Callable
from datetime import date, datetime
from typing import Any

import pytest
from django.db import IntegrityError, transaction
from tests.factories import utility as factory
from tests.factories.billed import issue_homes
from tests.factories.once import built_once, fresh
from tests.factories.paid import at_ten, get_bill, get_sums, list_accounts, list_faults, look_at, pay
from tests.factories.utility import Utility

from dianke.application import claims
from dianke.domain.customers.models import CustomerAccount
from dianke.domain.receivables.models import Claim, Voucher
from dianke.domain.receivables.operations.claims import ClaimOutOfState, NewClaim, UnableToClaim
from dianke.domain.receivables.types import ClaimKind, ClaimState
from dianke.kernel.errors import DomainError
from dianke.platform.audit.use_case import PermissionRefused
from dianke.platform.identity.separation import SamePerson
from dianke.platform.identity.types import Actor

pytestmark = pytest.mark.django_db

# Of a home that went from 1000 to 1450, due on 21 February.
BILL_FEN = 289_99
DUE, LATE, LATER_DAY = date(2026, 2, 21), date(2026, 3, 3), date(2026, 3, 13)
AT = at_ten(LATE)
# Ten days at 1 ‰ of 289.99, rounded once.
FEE_FEN = 2_90


_built = built_once(lambda: issue_homes("1450"))


@pytest.fixture
def utility(_built: Utility) -> Utility:
    return fresh(_built)


@pytest.fixture
def home(utility: Utility) -> CustomerAccount:
    return list_accounts(utility)[0]


@pytest.fixture
def asker(utility: Utility) -> Actor:
    return factory.add_clerk(utility.root, "asker", ["payments.view", "payments.ask"])


@pytest.fixture
def boss(utility: Utility) -> Actor:
    return factory.add_clerk(utility.root, "boss", ["payments.view", "payments.approve"])


def ask(asker: Actor, home: CustomerAccount, kind: ClaimKind, amount_fen: int = 0, **more: Any) -> Claim:
    new = NewClaim(kind=kind, amount_fen=amount_fen, **more)
    return claims.ask_claim(actor=asker, account_number=home.number, new=new, reason="客户申请", at=AT)


def ask_waiver(asker: Actor, home: CustomerAccount, item_id: int, amount_fen: int) -> Claim:
    return ask(asker, home, ClaimKind.LATE_FEE_WAIVER, waived_fen={item_id: amount_fen})


def approve(boss: Actor, claim: Claim, at: datetime = AT) -> Claim:
    return claims.approve_claim(actor=boss, claim_id=claim.pk, at=at)


def refused_with(act: Callable[[], object]) -> str:
    """Return why an act was refused, with what it began undone."""
    with pytest.raises(DomainError) as refusal, transaction.atomic():
        act()
    return str(refusal.value.facts.get("reason", refusal.value.code))


class TestWaiver:
    def test_of_a_fee_that_only_runs_books_nothing_and_takes_it_off(
        self, utility: Utility, home: CustomerAccount, asker: Actor, boss: Actor
    ) -> None:
        bill = get_bill(utility, home)
        assert (bill.due_date, look_at(utility, home, LATE).debts[0].late_fee_fen) == (DUE, FEE_FEN)

        claim = approve(boss, ask_waiver(asker, home, bill.pk, FEE_FEN))

        assert (claim.state, claim.voucher_id) == (ClaimState.APPROVED.value, None)
        assert look_at(utility, home, LATE).debts[0].late_fee_fen == 0
        # Ten days more: 580 in all, less what was waived.
        assert look_at(utility, home, LATER_DAY).debts[0].late_fee_fen == 5_80 - FEE_FEN
        pay(utility, home, BILL_FEN, day=LATE)
        assert look_at(utility, home, LATER_DAY).owed_fen == 0
        assert list_faults() == []

    def test_of_a_booked_fee_is_a_red_entry(
        self, utility: Utility, home: CustomerAccount, asker: Actor, boss: Actor
    ) -> None:
        bill = get_bill(utility, home)
        # Principal first would need terms; a fee is left where the money does not reach it all.
        pay(utility, home, 1_00, day=LATE)
        assert get_sums()["1122.03"] == FEE_FEN - 1_00

        claim = approve(boss, ask_waiver(asker, home, bill.pk, 1_50))

        voucher = Voucher.objects.for_actor(utility.actor).get(pk=claim.voucher_id)
        assert (voucher.kind, voucher.source) == ("LATE_FEE_WAIVER", f"claim:{claim.pk}:approved")
        assert (get_sums()["1122.03"], get_sums()["6301.01"]) == (FEE_FEN - 1_00 - 1_50, -(FEE_FEN - 1_50))
        assert look_at(utility, home, LATE).debts[0].late_fee_fen == FEE_FEN - 1_00 - 1_50
        assert list_faults() == []

    def test_asks_for_no_more_than_the_fee_that_nobody_asks_for_yet(
        self, utility: Utility, home: CustomerAccount, asker: Actor
    ) -> None:
        bill = get_bill(utility, home)
        ask_waiver(asker, home, bill.pk, 2_00)

        assert refused_with(lambda: ask_waiver(asker, home, bill.pk, 91)) == "more_than_late_fee"
        assert Claim.objects.for_actor(utility.actor).count() == 1

    def test_cannot_be_approved_once_the_fee_was_paid(
        self, utility: Utility, home: CustomerAccount, asker: Actor, boss: Actor
    ) -> None:
        claim = ask_waiver(asker, home, get_bill(utility, home).pk, FEE_FEN)
        pay(utility, home, BILL_FEN + FEE_FEN, day=LATE)

        assert refused_with(lambda: approve(boss, claim)) == "more_than_late_fee"
        assert Claim.objects.for_actor(utility.actor).get().state == ClaimState.ASKED.value


class TestRefund:
    def test_turns_a_prepayment_into_what_is_owed_and_then_leaves_the_bank(
        self, utility: Utility, home: CustomerAccount, asker: Actor, boss: Actor
    ) -> None:
        pay(utility, home, BILL_FEN + 100_00)

        claim = approve(boss, ask(asker, home, ClaimKind.REFUND, 60_00))
        assert (get_sums()["2203.01"], get_sums()["2241.04"]) == (-40_00, -60_00)
        claim = claims.pay_out_claim(actor=asker, claim_id=claim.pk, reference="B-1", paid_on=LATE, at=AT)

        sums = get_sums()
        assert (sums["1002.01"], "2241.04" in sums) == (-60_00, False)
        assert (claim.state, claim.paid_reference, claim.paid_by) == ("PAID", "B-1", "asker")
        assert look_at(utility, home, LATE).prepaid_fen == 40_00
        assert list_faults() == []

    def test_never_reaches_beyond_the_prepayment_that_is_free(
        self, utility: Utility, home: CustomerAccount, asker: Actor
    ) -> None:
        pay(utility, home, BILL_FEN + 100_00)
        ask(asker, home, ClaimKind.REFUND, 60_00)

        assert refused_with(lambda: ask(asker, home, ClaimKind.REFUND, 40_01)) == "more_than_prepaid"

    def test_is_paid_out_once_under_a_number_of_its_own(
        self, utility: Utility, home: CustomerAccount, asker: Actor, boss: Actor
    ) -> None:
        pay(utility, home, BILL_FEN + 100_00)
        first, second = (approve(boss, ask(asker, home, ClaimKind.REFUND, 10_00)) for _round in range(2))

        def pay_out(claim: Claim, reference: str = "B-1", day: date = LATE) -> Claim:
            return claims.pay_out_claim(actor=asker, claim_id=claim.pk, reference=reference, paid_on=day, at=AT)

        assert refused_with(lambda: pay_out(first, reference=" ")) == "reference_missing"
        assert refused_with(lambda: pay_out(first, day=DUE)) == "day_outside"
        pay_out(first)
        assert refused_with(lambda: pay_out(second)) == "reference_known"
        assert refused_with(lambda: pay_out(first, reference="B-2")) == "decided_already"
        assert get_sums()["1002.01"] == -10_00


class TestDeposit:
    def test_is_taken_used_for_debts_and_the_rest_given_back(
        self, utility: Utility, home: CustomerAccount, asker: Actor, boss: Actor
    ) -> None:
        approve(boss, ask(asker, home, ClaimKind.DEPOSIT_TAKEN, 500_00, received_reference="R-1"))
        assert (look_at(utility, home, LATE).deposit_fen, get_sums()["1002.01"]) == (500_00, 500_00)

        approve(boss, ask(asker, home, ClaimKind.DEPOSIT_USE, BILL_FEN + FEE_FEN))
        assert look_at(utility, home, LATE).owed_fen == 0
        back = approve(boss, ask(asker, home, ClaimKind.DEPOSIT_RETURN, 500_00 - BILL_FEN - FEE_FEN))
        claims.pay_out_claim(actor=asker, claim_id=back.pk, reference="B-9", paid_on=LATE, at=AT)

        position = look_at(utility, home, LATE)
        assert (position.deposit_fen, position.prepaid_fen) == (0, 0)
        assert get_sums()["1002.01"] == BILL_FEN + FEE_FEN
        assert list_faults() == []

    def test_is_taken_once_under_a_number_of_the_bank(self, home: CustomerAccount, asker: Actor) -> None:
        ask(asker, home, ClaimKind.DEPOSIT_TAKEN, 500_00, received_reference="R-1")

        again = refused_with(lambda: ask(asker, home, ClaimKind.DEPOSIT_TAKEN, 500_00, received_reference="R-1"))
        without = refused_with(lambda: ask(asker, home, ClaimKind.DEPOSIT_TAKEN, 500_00))

        assert (again, without) == ("reference_known", "reference_missing")

    def test_cannot_be_used_or_given_back_beyond_what_is_there(self, home: CustomerAccount, asker: Actor) -> None:
        assert refused_with(lambda: ask(asker, home, ClaimKind.DEPOSIT_USE, 1)) == "more_than_deposit"
        assert refused_with(lambda: ask(asker, home, ClaimKind.DEPOSIT_RETURN, 1)) == "more_than_deposit"


class TestDecision:
    def test_takes_another_person_of_the_level_of_the_amount(
        self, utility: Utility, home: CustomerAccount, asker: Actor, boss: Actor
    ) -> None:
        manager = factory.add_clerk(utility.root, "manager", ["payments.approve", "payments.approve_large"])
        both = factory.add_clerk(utility.root, "both", ["payments.ask", "payments.approve", "payments.approve_large"])
        large = ask(both, home, ClaimKind.DEPOSIT_TAKEN, 5_000_01, received_reference="R-1")

        with pytest.raises(SamePerson):
            approve(both, large)
        with pytest.raises(PermissionRefused):
            approve(boss, large)
        assert get_sums().get("2241.02") is None
        approve(manager, large)

        assert get_sums()["2241.02"] == -5_000_01

    def test_is_made_once_and_a_refusal_says_why(self, home: CustomerAccount, asker: Actor, boss: Actor) -> None:
        claim = ask(asker, home, ClaimKind.DEPOSIT_TAKEN, 500_00, received_reference="R-1")

        def refuse(reason: str) -> Claim:
            return claims.refuse_claim(actor=boss, claim_id=claim.pk, at=AT, reason=reason)

        assert refused_with(lambda: refuse(" ")) == "reason_missing"
        refuse("重复申请")

        assert refused_with(lambda: approve(boss, claim)) == "decided_already"
        assert get_sums().get("2241.02") is None
        # A refused deposit may be asked for anew.
        ask(asker, home, ClaimKind.DEPOSIT_TAKEN, 500_00, received_reference="R-1")

    def test_is_needless_once_who_asked_takes_it_back(
        self, utility: Utility, home: CustomerAccount, asker: Actor, boss: Actor
    ) -> None:
        colleague = factory.add_clerk(utility.root, "colleague", ["payments.ask"])
        claim = ask(asker, home, ClaimKind.DEPOSIT_TAKEN, 500_00, received_reference="R-1")

        other = refused_with(lambda: claims.withdraw_claim(actor=colleague, claim_id=claim.pk, at=AT))
        claims.withdraw_claim(actor=asker, claim_id=claim.pk, at=AT)

        assert other == "asked_by_another"
        with pytest.raises(ClaimOutOfState):
            approve(boss, claim)

    def test_by_the_same_person_is_refused_by_the_database_too(self, home: CustomerAccount, asker: Actor) -> None:
        claim = ask(asker, home, ClaimKind.DEPOSIT_TAKEN, 500_00, received_reference="R-1")
        claim.decided_by = claim.asked_by

        with pytest.raises(IntegrityError), transaction.atomic():
            claim.save()


def test_a_claim_needs_a_reason_and_an_amount(home: CustomerAccount, asker: Actor) -> None:
    new = NewClaim(kind=ClaimKind.REFUND, amount_fen=0)

    with pytest.raises(UnableToClaim) as without_reason:
        claims.ask_claim(actor=asker, account_number=home.number, new=new, reason=" ", at=AT)
    with pytest.raises(UnableToClaim) as without_amount:
        claims.ask_claim(actor=asker, account_number=home.number, new=new, reason="退费", at=AT)

    assert (without_reason.value.field, without_amount.value.field) == ("reason", "amount")
