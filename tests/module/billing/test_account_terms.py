"""Bills fall due by the terms of the house or the account's own; those are agreed by two persons and end each other."""

from datetime import date, datetime
from decimal import Decimal
from typing import Any

import pytest
from django.db import transaction
from tests.factories import months
from tests.factories import utility as factory
from tests.factories.billed import add_foundry, add_home, list_bills, run_january
from tests.factories.utility import LATER, Utility
from tests.module.billing.test_corrections import Staff, carry_out, only_bill

from dianke.application import claims, meter_to_cash
from dianke.domain.billing.models import AccountTerms, Bill
from dianke.domain.billing.operations.account_terms import NewTerms, UnableToAgreeTerms
from dianke.domain.billing.queries.account_terms import get_terms_of_accounts
from dianke.domain.billing.rules.contract_rates import ContractRateRefused
from dianke.domain.billing.rules.due_dates import DueRule
from dianke.domain.billing.types import AllocationOrder, DueRuleKind
from dianke.domain.customers.models import CustomerAccount
from dianke.kernel.clock import SHANGHAI
from dianke.platform.identity.separation import SamePerson
from dianke.platform.identity.types import Actor

pytestmark = pytest.mark.django_db

AT = datetime(2026, 1, 20, 9, tzinfo=SHANGHAI)
START = date(2026, 2, 1)
ON_25TH = DueRule(DueRuleKind.DAY_OF_MONTH, 25)


class People:
    """Who proposes and who approves."""

    def __init__(self, utility: Utility) -> None:
        self.clerk: Actor = factory.add_clerk(utility.root, "proposer", ["payments.ask"])
        self.chief: Actor = factory.add_clerk(utility.root, "approver", ["payments.approve"])


@pytest.fixture
def utility() -> Utility:
    utility = factory.build_utility()
    add_foundry(utility)
    add_home(utility, "1450")
    return utility


@pytest.fixture
def people(utility: Utility) -> People:
    return People(utility)


def get_account(utility: Utility, number: int = 0) -> CustomerAccount:
    account: CustomerAccount = CustomerAccount.objects.for_actor(utility.actor).order_by("id")[number]
    return account


def propose(people: People, account: CustomerAccount, at: datetime = AT, **terms: Any) -> AccountTerms:
    new = NewTerms(**{"start": START, "due_rule": ON_25TH, **terms})
    return claims.propose_account_terms(
        actor=people.clerk, account_number=account.number, new=new, reason="供用电合同约定", at=at
    )


def agree(people: People, account: CustomerAccount, at: datetime = AT, **terms: Any) -> AccountTerms:
    proposed = propose(people, account, at, **terms)
    return claims.approve_account_terms(actor=people.chief, terms_id=proposed.pk, at=at)


def issue(utility: Utility) -> list[Bill]:
    run = run_january(utility)
    months.exempt_everything(actor=utility.runner, run=run)
    meter_to_cash.issue_run(actor=utility.issuer, number=run.number, at=LATER)
    return list_bills(utility)


class TestDueDate:
    def test_of_a_bill_follows_its_class_counted_from_issue(self, utility: Utility) -> None:
        foundry, home = issue(utility)

        assert (foundry.due_date, home.due_date) == (date(2026, 2, 16), date(2026, 2, 21))

    def test_of_an_account_with_own_terms_follows_those_and_no_other_bill_does(
        self, utility: Utility, people: People
    ) -> None:
        agree(people, get_account(utility))
        propose(people, get_account(utility, 1))

        foundry, home = issue(utility)

        assert (foundry.due_date, home.due_date) == (date(2026, 2, 25), date(2026, 2, 21))

    def test_of_a_replacement_counts_from_its_own_issue_and_a_reversal_has_none(self, utility: Utility) -> None:
        issue(utility)
        home = only_bill(utility, utility.points[1])

        (replacement,) = carry_out(Staff(utility), home, {"segment.1.total_end": "1400"})

        reversal = Bill.objects.for_actor(utility.actor).get(id=replacement.pk - 1)
        # Issued on 21 April.
        assert (replacement.due_date, reversal.due_date) == (date(2026, 5, 11), None)


class TestTerms:
    def test_hold_from_their_day_on_and_end_those_before(self, utility: Utility, people: People) -> None:
        account = get_account(utility)
        agree(people, account, late_fee_rate=Decimal("0.0015"), contract="HT-1")
        agree(people, account, start=date(2026, 6, 1), due_rule=None, allocation_order=AllocationOrder.PRINCIPAL_FIRST)

        def look(day: date) -> tuple[Any, ...] | None:
            found = get_terms_of_accounts(actor=utility.actor, customer_account_ids=[account.pk], on=day)
            terms = found.get(account.pk)
            return None if terms is None else (terms.due_rule, terms.late_fee_rate, terms.allocation_order)

        assert look(date(2026, 1, 31)) is None
        assert look(date(2026, 5, 31)) == (ON_25TH, Decimal("0.001500"), None)
        assert look(date(2026, 6, 1)) == (None, None, AllocationOrder.PRINCIPAL_FIRST)

    def test_are_not_approved_by_who_proposed_them(self, utility: Utility) -> None:
        both = factory.add_clerk(utility.root, "both", ["payments.ask", "payments.approve"])
        people = People(utility)
        people.clerk = people.chief = both

        with pytest.raises(SamePerson), transaction.atomic():
            agree(people, get_account(utility))

        assert not AccountTerms.objects.for_actor(utility.actor).filter(state="APPROVED").exists()

    @pytest.mark.parametrize(
        ("terms", "field"),
        [
            ({"start": date(2026, 1, 19)}, "start"),
            ({"end": START}, "end"),
            ({"due_rule": DueRule(DueRuleKind.DAYS_AFTER_ISSUE, 61)}, "due_value"),
            ({"late_fee_rate": Decimal("0.002")}, "contract"),
        ],
    )
    def test_without_sense_are_not_proposed(
        self, utility: Utility, people: People, terms: dict[str, Any], field: str
    ) -> None:
        with pytest.raises(UnableToAgreeTerms) as refusal:
            propose(people, get_account(utility), **terms)

        assert refusal.value.field == field
        assert not AccountTerms.objects.for_actor(utility.actor).exists()

    def test_with_a_rate_that_no_contract_may_fix_are_not_proposed(self, utility: Utility, people: People) -> None:
        with pytest.raises(ContractRateRefused):
            propose(people, get_account(utility), late_fee_rate=Decimal("0.0031"), contract="HT-1")

        assert not AccountTerms.objects.for_actor(utility.actor).exists()

    def test_wait_one_at_a_time_and_are_decided_once(self, utility: Utility, people: People) -> None:
        account = get_account(utility)
        waiting = propose(people, account)

        with pytest.raises(UnableToAgreeTerms), transaction.atomic():
            propose(people, account)
        claims.refuse_account_terms(actor=people.chief, terms_id=waiting.pk, at=AT, reason="合同未签")
        with pytest.raises(UnableToAgreeTerms), transaction.atomic():
            claims.approve_account_terms(actor=people.chief, terms_id=waiting.pk, at=AT)

        assert AccountTerms.objects.for_actor(utility.actor).get().state == "REFUSED"

    def test_are_not_approved_when_their_day_has_passed(self, utility: Utility, people: People) -> None:
        waiting = propose(people, get_account(utility))

        with pytest.raises(UnableToAgreeTerms) as refusal, transaction.atomic():
            claims.approve_account_terms(
                actor=people.chief, terms_id=waiting.pk, at=datetime(2026, 2, 2, 9, tzinfo=SHANGHAI)
            )

        assert refusal.value.field == "start"
