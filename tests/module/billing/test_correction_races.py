"""Two people at once: a bill is held by one order, an order is approved once and issued once."""

import threading
from collections.abc import Callable
from typing import Any

import pytest
from django.db import connection, transaction
from tests.factories import utility as factory
from tests.factories.billed import add_home
from tests.factories.utility import Utility
from tests.module.billing.test_corrections import APPROVED, ASKED, ISSUED, Staff, draft, issue_january, only_bill

from dianke.application import bill_corrections
from dianke.domain.billing.models import Bill, BillCorrection
from dianke.domain.billing.operations.corrections import BillUnderCorrection, CorrectionOutOfState
from dianke.kernel.errors import DomainError

pytestmark = pytest.mark.django_db(transaction=True)

CHANGES = {"segment.1.total_end": "1350"}


@pytest.fixture
def utility() -> Utility:
    with transaction.atomic():
        built = factory.build_utility()
        add_home(built, "1450")
        issue_january(built)
    return built


@pytest.fixture
def staff(utility: Utility) -> Staff:
    return Staff(utility)


def do_at_once(*acts: Callable[[], Any]) -> list[type[Exception] | None]:
    """Return what each act was refused with, all begun together on connections of their own."""
    gate = threading.Barrier(len(acts))
    found: list[type[Exception] | None] = [None] * len(acts)

    def run(number: int, act: Callable[[], Any]) -> None:
        gate.wait()
        try:
            act()
        except DomainError as refusal:
            found[number] = type(refusal)
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=(number, act)) for number, act in enumerate(acts)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return found


def test_of_two_approvals_and_two_issues_one_succeeds(utility: Utility, staff: Staff) -> None:
    order = draft(staff, only_bill(utility), CHANGES)
    bill_corrections.ask_correction(actor=staff.clerk, key=order.pk, at=ASKED)

    approvals = do_at_once(
        lambda: bill_corrections.approve_correction(actor=staff.chief, key=order.pk, at=APPROVED),
        lambda: bill_corrections.approve_correction(actor=staff.head, key=order.pk, at=APPROVED),
    )
    issues = do_at_once(
        *[lambda: bill_corrections.issue_correction(actor=staff.chief, key=order.pk, at=ISSUED)] * 2,
    )

    assert sorted(approvals, key=str) == sorted([CorrectionOutOfState, None], key=str)
    assert sorted(issues, key=str) == sorted([CorrectionOutOfState, None], key=str)
    assert Bill.objects.for_actor(utility.actor).count() == 3


def test_of_two_drafts_of_one_bill_one_is_refused(utility: Utility, staff: Staff) -> None:
    bill = only_bill(utility)

    found = do_at_once(*[lambda: draft(staff, bill, CHANGES)] * 2)

    assert sorted(found, key=str) == sorted([BillUnderCorrection, None], key=str)
    assert BillCorrection.objects.for_actor(utility.actor).count() == 1
