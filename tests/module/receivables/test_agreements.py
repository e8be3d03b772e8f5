"""Debts paid in instalments: agreed on by two persons, kept or broken, explained by the books to the fen."""

from collections.abc import Callable
from datetime import date, datetime
from typing import Any

import pytest
from django.db import transaction
from tests.factories import utility as factory
from tests.factories.billed import issue_homes
from tests.factories.once import built_once, fresh
from tests.factories.paid import at_ten, get_bill, list_accounts, list_faults, look_at, pay
from tests.factories.utility import Utility

from dianke.application import agreements, claims
from dianke.domain.collection.queries.ageing import list_arrears
from dianke.domain.receivables.models import Agreement, Payment
from dianke.domain.receivables.operations import payments
from dianke.domain.receivables.operations.agreements import AgreementOutOfState, NewAgreement
from dianke.domain.receivables.operations.claims import NewClaim
from dianke.domain.receivables.queries import agreements as queries
from dianke.domain.receivables.rules.agreements import PlannedPart
from dianke.domain.receivables.types import AgreementState, ClaimKind, FeesAfterBreak, FeesMeanwhile
from dianke.kernel.errors import DomainError
from dianke.platform.audit.use_case import PermissionRefused
from dianke.platform.identity.separation import SamePerson
from dianke.platform.identity.types import Actor
from dianke.platform.outbox.models import Message

pytestmark = pytest.mark.django_db
SYSTEM = Actor.system("testing agreements")

# Of a home that went from 1000 to 1450, due on 21 February: ten days at 1 ‰ until 3 March.
BILL_FEN, FEE_FEN = 289_99, 2_90
LATE = date(2026, 3, 3)
AT, DECIDED_AT = at_ten(LATE), datetime(2026, 3, 3, 11, tzinfo=at_ten(LATE).tzinfo)
PLAN = (
    PlannedPart(date(2026, 3, 20), 97_63),
    PlannedPart(date(2026, 4, 20), 97_63),
    PlannedPart(date(2026, 5, 20), 97_63),
)


class Staff:
    """A utility with two homes in arrears, who proposes and who approves."""

    def __init__(self) -> None:
        self.utility: Utility = issue_homes("1450", "1180")
        self.home, self.other = list_accounts(self.utility)
        self.asker = factory.add_clerk(
            self.utility.root, "asker", ["payments.view", "payments.ask", "agreements.propose"]
        )
        self.boss = factory.add_clerk(
            self.utility.root, "boss", ["payments.view", "payments.approve", "agreements.approve"]
        )


built = built_once(Staff)


@pytest.fixture
def staff(built: Staff) -> Staff:
    return fresh(built)


def propose(staff: Staff, **changed: Any) -> Agreement:
    fields: dict[str, Any] = {
        "item_ids": (get_bill(staff.utility, staff.home).pk,),
        "plan": PLAN,
        "late_fees": FeesMeanwhile.FROZEN,
        "signed_on": LATE,
        "reason": "经营困难",
    }
    new = NewAgreement(**{**fields, **changed})
    return agreements.propose_agreement(actor=staff.asker, account_number=staff.home.number, new=new, at=AT)


def agree(staff: Staff, **changed: Any) -> Agreement:
    return agreements.approve_agreement(actor=staff.boss, key=propose(staff, **changed).pk, at=DECIDED_AT)


def list_paid(agreement: Agreement) -> list[int]:
    return [part.paid_fen for part in queries.get_progress(agreement=agreement).parts]


def pass_night(day: date) -> agreements.AgreementNight:
    return agreements.run_agreement_night(actor=SYSTEM, at=at_ten(day))


def refused_with(act: Callable[[], object]) -> str:
    """Return why an act was refused, with what it began undone."""
    with pytest.raises(DomainError) as refusal, transaction.atomic():
        act()
    return str(refusal.value.facts.get("reason", refusal.value.code))


class TestProposing:
    def test_changes_nothing_until_another_person_approves(self, staff: Staff) -> None:
        agreement = propose(staff)

        assert (agreement.state, agreement.amount_fen, agreement.level) == ("PROPOSED", BILL_FEN + FEE_FEN, "SECTION")
        assert look_at(staff.utility, staff.home, date(2026, 3, 13)).debts[0].late_fee_fen == 2 * FEE_FEN
        assert queries.find_accounts_under_agreement(account_ids=[staff.home.pk]) == set()
        both = factory.add_clerk(staff.utility.root, "asker2", ["agreements.propose", "agreements.approve"])
        own = Agreement.objects.for_actor(SYSTEM).get(pk=agreement.pk)
        with pytest.raises(PermissionRefused):
            agreements.approve_agreement(actor=staff.asker, key=own.pk, at=DECIDED_AT)
        Agreement.objects.for_actor(SYSTEM).filter(pk=own.pk).update(proposed_by=both.login)
        with pytest.raises(SamePerson):
            agreements.approve_agreement(actor=both, key=own.pk, at=DECIDED_AT)
        assert Agreement.objects.for_actor(SYSTEM).get().state == "PROPOSED"

    @pytest.mark.parametrize(
        ("changed", "reason"),
        [
            ({"plan": PLAN[:2]}, "the instalments do not add up to the debt"),
            ({"item_ids": ()}, "a bill is chosen that is not owed, or none"),
            ({"item_ids": (1,)}, "a bill is chosen that is not owed, or none"),
            ({"reason": " "}, "give a reason"),
            ({"signed_on": date(2026, 3, 4)}, "the day of signing has not come yet"),
        ],
    )
    def test_is_refused_where_the_plan_is_not_the_debt(
        self, staff: Staff, changed: dict[str, Any], reason: str
    ) -> None:
        assert refused_with(lambda: propose(staff, **changed)) == reason
        assert Agreement.objects.for_actor(SYSTEM).count() == 0

    def test_takes_each_bill_once(self, staff: Staff) -> None:
        agree(staff)

        assert refused_with(lambda: propose(staff)) == "a bill is under an agreement already"

    def test_is_not_approved_when_something_was_paid_meanwhile(self, staff: Staff) -> None:
        agreement = propose(staff)
        pay(staff.utility, staff.home, 50_00, day=LATE)

        with pytest.raises(AgreementOutOfState):
            agreements.approve_agreement(actor=staff.boss, key=agreement.pk, at=DECIDED_AT)
        agreements.refuse_agreement(actor=staff.boss, key=agreement.pk, reason="已缴", at=DECIDED_AT)
        assert Agreement.objects.for_actor(SYSTEM).get().state == "REFUSED"

    def test_of_a_large_debt_is_approved_by_the_higher_level(self, staff: Staff) -> None:
        agreement = propose(staff)
        Agreement.objects.for_actor(SYSTEM).filter(pk=agreement.pk).update(level="UTILITY")
        head = factory.add_clerk(staff.utility.root, "head", ["agreements.approve", "payments.approve_large"])

        with pytest.raises(PermissionRefused):
            agreements.approve_agreement(actor=staff.boss, key=agreement.pk, at=DECIDED_AT)
        assert agreements.approve_agreement(actor=head, key=agreement.pk, at=DECIDED_AT).state == "IN_FORCE"

    def test_is_taken_back_by_who_proposed_it(self, staff: Staff) -> None:
        agreement = propose(staff)
        colleague = factory.add_clerk(staff.utility.root, "colleague", ["agreements.propose"])

        reason = refused_with(lambda: agreements.withdraw_agreement(actor=colleague, key=agreement.pk, at=DECIDED_AT))
        assert reason == "only who proposed it may take it back"
        assert agreements.withdraw_agreement(actor=staff.asker, key=agreement.pk, at=DECIDED_AT).state == "WITHDRAWN"


class TestKeeping:
    def test_rests_late_fees_and_dunning_and_is_seen_by_who_cuts_off(self, staff: Staff) -> None:
        agreement, day = agree(staff), date(2026, 3, 19)

        assert look_at(staff.utility, staff.home, day).debts[0].late_fee_fen == FEE_FEN
        assert [one.customer_account_id for one in list_arrears(actor=SYSTEM, as_of=day)] == [staff.other.pk]
        keys = [staff.home.pk, staff.other.pk]
        assert queries.find_accounts_under_agreement(account_ids=keys) == {staff.home.pk}
        item = get_bill(staff.utility, staff.home).pk
        assert queries.find_items_under_agreement(account_ids=keys) == {item: agreement.pk}

    def test_pays_the_instalment_due_first_and_is_settled_with_the_last(self, staff: Staff) -> None:
        agreement = agree(staff)

        pay(staff.utility, staff.home, 100_00, "1", day=date(2026, 3, 18))
        assert list_paid(agreement) == [97_63, 2_37, 0]
        assert pass_night(date(2026, 3, 24)).broken == 0
        pay(staff.utility, staff.home, BILL_FEN + FEE_FEN - 100_00, "2", day=date(2026, 4, 18))
        night = pass_night(date(2026, 4, 19))

        agreement.refresh_from_db()
        progress = queries.get_progress(agreement=agreement)
        assert (night.settled, agreement.state, agreement.ended_on) == (1, "SETTLED", date(2026, 4, 19))
        assert [(one.parts, one.beside_fen) for _source, one in progress.settlements] == [
            ({1: 97_63, 2: 2_37}, 0),
            ({2: 95_26, 3: 97_63}, 0),
        ]
        position = look_at(staff.utility, staff.home, date(2026, 4, 19))
        assert (position.owed_fen, position.prepaid_fen, list_faults()) == (0, 0, [])

    def test_goes_on_with_running_fees_beside_the_plan(self, staff: Staff) -> None:
        agreement, day = agree(staff, late_fees=FeesMeanwhile.RUNNING), date(2026, 3, 13)
        assert look_at(staff.utility, staff.home, day).debts[0].late_fee_fen == 2 * FEE_FEN

        pay(staff.utility, staff.home, 97_63, day=day)

        [(_source, first)] = queries.get_progress(agreement=agreement).settlements
        assert (first.parts, first.beside_fen) == ({1: 97_63 - FEE_FEN}, FEE_FEN)

    def test_opens_the_instalment_again_when_its_payment_is_reversed(self, staff: Staff) -> None:
        agreement = agree(staff)
        pay(staff.utility, staff.home, BILL_FEN + FEE_FEN, "1", day=date(2026, 3, 18))
        assert pass_night(date(2026, 3, 19)).settled == 1
        payment = Payment.objects.for_actor(SYSTEM).get()
        payments.reverse_payment(
            actor=SYSTEM, payment=payment, reason="退票", login="chief", at=at_ten(date(2026, 3, 20))
        )

        assert list_paid(agreement) == [0, 0, 0]
        assert pass_night(date(2026, 3, 21)).reopened == 1
        assert pass_night(date(2026, 3, 24)).broken == 1
        assert list_faults() == []

    def test_counts_a_waiver_of_the_agreed_fee(self, staff: Staff) -> None:
        agreement = agree(staff)
        new = NewClaim(kind=ClaimKind.LATE_FEE_WAIVER, waived_fen={get_bill(staff.utility, staff.home).pk: FEE_FEN})
        claim = claims.ask_claim(
            actor=staff.asker, account_number=staff.home.number, new=new, reason="减免", at=at_ten(date(2026, 3, 5))
        )
        claims.approve_claim(actor=staff.boss, claim_id=claim.pk, at=at_ten(date(2026, 3, 6)))

        assert list_paid(agreement) == [FEE_FEN, 0, 0]
        pay(staff.utility, staff.home, BILL_FEN, day=date(2026, 3, 18))
        assert list_paid(agreement) == [97_63, 97_63, 97_63]

    def test_announces_each_instalment_once(self, staff: Staff) -> None:
        agreement = agree(staff)

        nights = [pass_night(date(2026, 3, day)).messages for day in (16, 17, 18)]

        [message] = Message.objects.for_actor(SYSTEM)
        assert nights == [0, 1, 0]
        assert (message.purpose, message.about_key) == ("INSTALMENT", str(agreement.pk))
        assert f"{agreement.number}第1期97.63元将于2026-03-20到期" in message.text


class TestEnding:
    @pytest.mark.parametrize(
        ("after_break", "fee_fen"),
        # 38 days from 22 February until 31 March; or ten before and seven after the break.
        [(FeesAfterBreak.FROM_START, 11_02), (FeesAfterBreak.FROM_BREAK, 4_93)],
    )
    def test_by_a_missed_instalment_brings_fees_and_dunning_back(
        self, staff: Staff, after_break: FeesAfterBreak, fee_fen: int
    ) -> None:
        agreement = agree(staff)
        Agreement.objects.for_actor(SYSTEM).filter(pk=agreement.pk).update(after_break=after_break.value)

        assert pass_night(date(2026, 3, 23)).broken == 0
        assert pass_night(date(2026, 3, 24)).broken == 1

        agreement.refresh_from_db()
        assert (agreement.state, agreement.ended_on) == (AgreementState.BROKEN.value, date(2026, 3, 24))
        day = date(2026, 3, 31)
        assert look_at(staff.utility, staff.home, day).debts[0].late_fee_fen == fee_fen
        arrears = [one.customer_account_id for one in list_arrears(actor=SYSTEM, as_of=day)]
        assert arrears == [staff.home.pk, staff.other.pk]

    def test_early_asks_for_two_persons(self, staff: Staff) -> None:
        agreement, at = agree(staff), at_ten(date(2026, 3, 10))
        agreements.ask_agreement_end(actor=staff.asker, key=agreement.pk, reason="客户改为一次结清", at=at)
        kept = agreements.decide_agreement_end(actor=staff.boss, key=agreement.pk, is_approved=False, at=at)
        assert (kept.state, kept.end_asked_by) == ("IN_FORCE", "")

        agreements.ask_agreement_end(actor=staff.asker, key=agreement.pk, reason="客户改为一次结清", at=at)
        with pytest.raises(PermissionRefused):
            agreements.decide_agreement_end(actor=staff.asker, key=agreement.pk, is_approved=True, at=at)
        ended = agreements.decide_agreement_end(actor=staff.boss, key=agreement.pk, is_approved=True, at=at)

        assert (ended.state, ended.ended_on) == ("ENDED", date(2026, 3, 10))
        # Ten days before, seven free, ten after.
        assert look_at(staff.utility, staff.home, date(2026, 3, 20)).debts[0].late_fee_fen == 2 * FEE_FEN

    def test_is_for_what_holds_alone(self, staff: Staff) -> None:
        agreement = propose(staff)

        reason = refused_with(
            lambda: agreements.ask_agreement_end(actor=staff.asker, key=agreement.pk, reason="x", at=DECIDED_AT)
        )

        assert reason == "it is in another state by now"


def test_an_agreement_is_paper_for_both_sides(staff: Staff) -> None:
    agreement = agree(staff, guarantee="张三连带责任保证")

    assert agreements.write_agreement(actor=staff.boss, key=agreement.pk).startswith(b"%PDF")


def test_what_belongs_to_another_unit_is_not_there(staff: Staff) -> None:
    agreement = propose(staff)
    station = factory.org.add_unit(code="91", name="别处", kind=factory.UnitKind.STATION, parent=staff.utility.root)
    stranger = factory.add_clerk(station, "stranger", ["payments.view", "agreements.approve", "agreements.propose"])

    assert refused_with(lambda: agreements.approve_agreement(actor=stranger, key=agreement.pk, at=DECIDED_AT)) == (
        "receivables.agreement_unknown"
    )
    new = NewAgreement(item_ids=(1,), plan=PLAN, late_fees=FeesMeanwhile.FROZEN, signed_on=LATE, reason="x")
    reason = refused_with(
        lambda: agreements.propose_agreement(actor=stranger, account_number=staff.home.number, new=new, at=AT)
    )
    assert reason == "agreements.account_unknown"
