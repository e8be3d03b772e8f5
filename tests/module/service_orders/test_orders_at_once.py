"""Two people at once, each on a connection of their own: a step is done once, a final bill issued once."""

import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.db import connection, transaction
from tests.factories.leaving import ASKED, EVERYBODY, NOON, Town, build_town
from tests.factories.months import exempt_everything
from tests.factories.paid import pay
from tests.factories.parts import make_part
from tests.factories.utility import add_clerk

from dianke.application import service_orders
from dianke.domain.billing.models import Bill, FinalBilling
from dianke.domain.metering.models import UsagePoint
from dianke.domain.receivables.queries.debts import get_position
from dianke.domain.service_orders.models import OrderEffect, OrderStep, ServiceOrder
from dianke.domain.service_orders.operations.moving import OrderIsOver
from dianke.domain.service_orders.types import OrderKind
from dianke.kernel.errors import DomainError
from dianke.platform.identity.types import Actor

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def town(settings: Any, tmp_path: Path) -> Town:
    settings.DATA_DIR = tmp_path
    with transaction.atomic():
        return build_town()


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


def act_of(order: ServiceOrder, step: str, actor: Actor, outcome: str) -> Callable[[], Any]:
    """Return the act of a person who saw the order as it stands now."""
    waiting = OrderStep.objects.for_actor(EVERYBODY).get(order=order, step=step, ended_at=None)
    seen = ServiceOrder.objects.for_actor(EVERYBODY).get(pk=order.pk).revision
    return lambda: service_orders.complete_step(
        actor=actor, number=order.number, serial=waiting.serial, revision=seen, outcome=outcome, at=NOON
    )


def pay_debt(town: Town) -> None:
    account = town.account(town.home)
    pay(town.utility, account, get_position(actor=EVERYBODY, customer_account_id=account.pk, on=ASKED.date()).owed_fen)


def test_of_two_checks_and_two_issues_one_succeeds(town: Town) -> None:
    pay_debt(town)
    order = town.ask(town.home, OrderKind.TRANSFER, taker_number=town.add_taker().number)
    other = add_clerk(town.utility.root, "counter-2", ["orders.view", "orders.accept"])
    checks = [act_of(order, "check_debts", actor, "CLEAR") for actor in (town.people["counter"], other)]
    assert sorted(map(str, do_at_once(*checks))).count("None") == 1
    assert OrderStep.objects.for_actor(EVERYBODY).filter(order=order, step="check_debts").count() == 1

    town.sign(town.home, "接手人", at=ASKED)
    town.do(order, "sign_contract")
    town.do(order, "read_final", values=town.values(town.home, "650"))
    town.do(order, "bill_final")
    exempt_everything(actor=town.utility.runner, run=FinalBilling.objects.for_actor(EVERYBODY).get().run)
    chief = add_clerk(town.utility.root, "chief-2", ["orders.view", "billing.issue"])
    issues = [act_of(order, "issue_final", actor, "ISSUED") for actor in (town.people["chief"], chief)]
    assert sorted(map(str, do_at_once(*issues))).count("None") == 1

    assert Bill.objects.for_actor(EVERYBODY).filter(usage_point_id=town.home.pk).count() == 2
    assert OrderEffect.objects.for_actor(EVERYBODY).filter(order=order, kind="FINAL_ISSUED").count() == 1
    assert town.account(town.home).customer.name == "接手人"


def test_a_step_and_a_cancellation_never_both(town: Town) -> None:
    pay_debt(town)
    order = town.ask(town.home, OrderKind.CLOSE, has_stopped_all=True)
    seen = town.read(order).revision

    def cancel() -> None:
        service_orders.cancel_order(
            actor=town.people["counter"], number=order.number, revision=seen, reason="撤回", at=NOON
        )

    found = do_at_once(act_of(order, "check_site", town.people["inspector"], ""), cancel)

    assert sorted(map(str, found)).count("None") == 1
    done = town.read(order)
    checked = OrderStep.objects.for_actor(EVERYBODY).filter(order=order, step="check_site").exclude(ended_by="")
    assert (done.state == "CANCELLED") is not checked.exists()


def test_a_step_after_cancellation_is_refused(town: Town) -> None:
    pay_debt(town)
    order = town.ask(town.home, OrderKind.CLOSE, has_stopped_all=True)
    check = act_of(order, "check_site", town.people["inspector"], "")
    service_orders.cancel_order(
        actor=town.people["counter"], number=order.number, revision=town.read(order).revision, reason="撤回", at=NOON
    )

    with pytest.raises(OrderIsOver):
        check()


def test_two_orders_of_one_account_at_once(town: Town) -> None:
    pay_debt(town)
    number = town.add_taker().number

    found = do_at_once(
        lambda: town.ask(town.home, OrderKind.TRANSFER, taker_number=number),
        lambda: town.ask(town.home, OrderKind.CLOSE, has_stopped_all=True),
    )

    assert sorted(map(str, found)).count("None") == 1
    assert ServiceOrder.objects.for_actor(EVERYBODY).count() == 1


def test_a_merger_and_an_order_of_whoever_goes_in_at_once(town: Town) -> None:
    pay_debt(town)
    pay(town.utility, town.account(town.factory), owed_in_all(town.factory), "factory")
    merger = {
        "parts": (make_part("K100000002", "630"),), "account_numbers": (town.home.account.number,), "is_adjacent": True,
    }  # fmt: skip
    back = {**merger, "account_numbers": (town.factory.account.number,)}

    found = do_at_once(
        lambda: town.ask(town.factory, OrderKind.MERGE, **merger),
        lambda: town.ask(town.home, OrderKind.MERGE, **back),
        lambda: town.ask(town.home, OrderKind.CLOSE, has_stopped_all=True),
    )

    assert ServiceOrder.objects.for_actor(EVERYBODY).count() == 3 - len([one for one in found if one]) <= 1


def owed_in_all(point: UsagePoint) -> int:
    return get_position(actor=EVERYBODY, customer_account_id=point.account_id, on=ASKED.date()).owed_fen
