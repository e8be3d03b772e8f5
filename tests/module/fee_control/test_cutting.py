"""From a low balance to the cut and back: rungs, messages, three persons, commands, payments at any moment."""

from collections.abc import Callable
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from tests.factories import controlled, paid
from tests.factories.controlled import MONDAY, SYSTEM, Controlled, at_time
from tests.factories.once import built_once, fresh

from dianke.application import fee_control
from dianke.domain.collection.models import DunningStep
from dianke.domain.collection.operations.work import pause_account
from dianke.domain.collection.types import PauseKind, StepKind, StepResult, StepState
from dianke.domain.customers.models import Customer
from dianke.domain.customers.types import Importance
from dianke.domain.fee_control.meter_control import Outgoing, SimulatedHeadEnd
from dianke.domain.fee_control.models import ControlAgreement, ControlNotice, MeterAnswer, MeterCommand, SupplyOrder
from dianke.domain.fee_control.operations.orders import CutOffRefused
from dianke.domain.fee_control.types import Answer, Cause, ExemptionKind, Way
from dianke.domain.metering.models import MeterAsset
from dianke.domain.receivables.models import Payment
from dianke.domain.receivables.operations.payments import reverse_payment
from dianke.platform.audit.use_case import PermissionRefused
from dianke.platform.outbox.models import Message

pytestmark = pytest.mark.django_db
TUESDAY, WEDNESDAY, THURSDAY = (MONDAY + timedelta(days=count) for count in (1, 2, 3))
built = built_once(lambda: controlled.build("1150"))


@pytest.fixture
def home(built: Controlled, db: None, settings: Any, tmp_path: Any) -> Controlled:
    settings.DATA_DIR, settings.SIMULATED_CARRIER, settings.EMAIL_HOST = tmp_path, True, ""
    settings.SIMULATED_HEAD_END = True
    # What an address ends in decides how a meter answers.
    MeterAsset.objects.for_actor(SYSTEM).update(asset_number="M100005555")
    return fresh(built)


def bring_down(home: Controlled) -> SupplyOrder:
    """The bill of January is not paid: three nights bring an order."""
    for day in (MONDAY, TUESDAY, WEDNESDAY, THURSDAY):
        controlled.night(day)
    return controlled.orders_of(home.accounts[0])[0]


def cut(home: Controlled) -> SupplyOrder:
    order = bring_down(home)
    controlled.approve_and_release(home, order, at_time(THURSDAY, 9))
    controlled.minute(at_time(THURSDAY, 9, 1))
    controlled.minute(at_time(THURSDAY, 10, 2))
    order.refresh_from_db(from_queryset=SupplyOrder.objects.for_actor(SYSTEM))
    return order


def pay_all(home: Controlled, at: datetime, number: str = "1") -> None:
    paid.pay(home.utility, home.accounts[0], 30_000, number, day=at.date())


def test_nobody_is_cut_off_who_was_not_told_warned_and_told_again(home: Controlled) -> None:
    account = home.accounts[0]
    states = []

    for day in (MONDAY, TUESDAY, WEDNESDAY, THURSDAY):
        controlled.night(day)
        states.append(controlled.state_of(account))
    order = controlled.orders_of(account)[0]
    controlled.approve_and_release(home, order, at_time(THURSDAY, 9))
    early = controlled.minute(at_time(THURSDAY, 9, 1))
    before = controlled.minute(at_time(THURSDAY, 10, 0))
    then = controlled.minute(at_time(THURSDAY, 10, 2))

    assert states == ["NOTICE", "WARNED", "WARNED", "TO_DISCONNECT"]
    assert [(one.last_words, one.commands, one.done) for one in (early, before, then)] == [
        (1, 0, 0),
        (0, 0, 0),
        (0, 1, 1),
    ]
    kinds = ControlNotice.objects.for_actor(SYSTEM).order_by("id").values_list("kind", flat=True)
    assert list(kinds) == ["NOTICE", "WARNING", "LAST_HOUR", "DISCONNECTED"]
    assert controlled.state_of(account) == "DISCONNECTED"
    texts = [one.text for one in Message.objects.for_actor(SYSTEM).order_by("id")]
    assert "将于2月5日10:01后停止供电" in texts[2]


def test_a_command_and_its_answer_are_kept_as_frames_without_the_password(home: Controlled) -> None:
    cut(home)

    (command,) = MeterCommand.objects.for_actor(SYSTEM).select_related("answer")

    assert (command.number, command.address, command.answer.outcome) == (1, "000100005555", "DONE")
    assert command.answer.frame_hex.startswith("FEFEFEFE68555500000100681C10--------")
    assert command.answer.answer_hex.startswith("FEFEFEFE68555500000100689C00")


def test_a_payment_restores_supply_within_its_promise(home: Controlled) -> None:
    account = home.accounts[0]
    cut(home)
    pay_all(home, at_time(THURSDAY, 10))

    done = controlled.minute(at_time(THURSDAY, 11))
    order = controlled.orders_of(account)[1]

    assert (done.restored, done.commands, done.done) == (1, 1, 1)
    assert (order.kind, order.state, order.undoes_id) == ("RECONNECTION", "DONE", controlled.orders_of(account)[0].pk)
    assert (order.clock_from, order.due_at) == (at_time(THURSDAY, 10), at_time(THURSDAY, 12))
    assert controlled.state_of(account) == "NORMAL"


def test_too_little_restores_nothing(home: Controlled) -> None:
    cut(home)
    paid.pay(home.utility, home.accounts[0], 100, day=THURSDAY)

    done = controlled.minute(at_time(THURSDAY, 11))

    assert (done.restored, done.commands) == (0, 0)
    assert controlled.state_of(home.accounts[0]) == "DISCONNECTED"


def test_a_payment_takes_an_order_back_at_once(home: Controlled) -> None:
    order = bring_down(home)
    controlled.approve_and_release(home, order, at_time(THURSDAY, 9))
    pay_all(home, at_time(THURSDAY, 10))

    done = controlled.minute(at_time(THURSDAY, 10, 30))

    assert (done.withdrawn, done.commands) == (1, 0)
    assert [(one.state, one.ended_reason) for one in controlled.orders_of(home.accounts[0])] == [("WITHDRAWN", "paid")]
    assert controlled.state_of(home.accounts[0]) == "NORMAL"


class PaidMeanwhile(SimulatedHeadEnd):
    """A head-end during whose work the customer pays."""

    def __init__(self, pay: Callable[[], None]) -> None:
        self._pay = pay

    def send(self, outgoing: Outgoing, *, at: datetime) -> Answer:
        self._pay()
        return super().send(outgoing, at=at)


def test_money_that_comes_while_the_meter_is_told_brings_supply_back_at_once(home: Controlled) -> None:
    order = bring_down(home)
    controlled.approve_and_release(home, order, at_time(THURSDAY, 9))
    controlled.minute(at_time(THURSDAY, 9, 1))
    control = PaidMeanwhile(lambda: pay_all(home, at_time(THURSDAY, 10)))

    done = controlled.minute(at_time(THURSDAY, 10, 2), find=lambda: control)
    after = controlled.minute(at_time(THURSDAY, 10, 3))

    assert (done.commands, done.done, after.done) == (1, 1, 1)
    assert [(one.kind, one.state) for one in controlled.orders_of(home.accounts[0])] == [
        ("DISCONNECTION", "DONE"),
        ("RECONNECTION", "DONE"),
    ]
    assert controlled.state_of(home.accounts[0]) == "NORMAL"


class DiesOnTheWay(SimulatedHeadEnd):
    """A head-end whose answer nobody lives to keep."""

    def send(self, outgoing: Outgoing, *, at: datetime) -> Answer:
        raise KeyboardInterrupt


def test_a_command_that_nobody_answered_is_taken_as_lost_and_repeated(home: Controlled) -> None:
    order = bring_down(home)
    controlled.approve_and_release(home, order, at_time(THURSDAY, 9))
    controlled.minute(at_time(THURSDAY, 9, 1))

    with pytest.raises(KeyboardInterrupt):
        controlled.minute(at_time(THURSDAY, 10, 2), find=DiesOnTheWay)
    waits = controlled.minute(at_time(THURSDAY, 10, 5))
    lost = controlled.minute(at_time(THURSDAY, 10, 13))
    again = controlled.minute(at_time(THURSDAY, 10, 24))

    assert (waits.commands, lost.commands, again.done) == (0, 0, 1)
    answers = MeterAnswer.objects.for_actor(SYSTEM).order_by("command__number")
    assert [(one.outcome, one.detail) for one in answers] == [("UNREACHED", "lost"), ("DONE", "carried out")]


def test_a_meter_that_is_never_reached_fails_after_three_tries_and_may_be_cut_by_hand(home: Controlled) -> None:
    MeterAsset.objects.for_actor(SYSTEM).update(asset_number="M999990000")
    order = bring_down(home)
    controlled.approve_and_release(home, order, at_time(THURSDAY, 9))
    controlled.minute(at_time(THURSDAY, 9, 1))
    for minute in (2, 13, 24):
        controlled.minute(at_time(THURSDAY, 10, minute))
    order.refresh_from_db(from_queryset=SupplyOrder.objects.for_actor(SYSTEM))
    failed = (order.state, order.attempt_count, order.failed_reason)

    fee_control.release_order(actor=home.technician, key=order.pk, way=Way.MANUAL, at=at_time(THURSDAY, 14))
    done = fee_control.record_by_hand(
        actor=home.technician, key=order.pk, at=at_time(THURSDAY, 14, 30), file_name="meter.txt", content=b"1150.00"
    )

    assert failed == ("FAILED", 3, "no answer")
    assert (done.state, done.way, done.operated_by, done.executed_at) == (
        "DONE", "MANUAL", "fc-technician", at_time(THURSDAY, 14, 30),
    )  # fmt: skip


def test_three_persons_are_needed(home: Controlled) -> None:
    order = bring_down(home)
    fee_control.approve_order(actor=home.supervisor, key=order.pk, at=at_time(THURSDAY, 9))

    with pytest.raises(PermissionRefused):
        fee_control.release_order(actor=home.supervisor, key=order.pk, way=Way.REMOTE, at=at_time(THURSDAY, 9))
    with pytest.raises(PermissionRefused):
        fee_control.approve_order(actor=home.collector, key=order.pk, at=at_time(THURSDAY, 9))

    assert controlled.orders_of(home.accounts[0])[0].state == "APPROVED"


def test_an_important_user_needs_the_special_approval(home: Controlled) -> None:
    Customer.objects.for_actor(SYSTEM).update(importance=Importance.FIRST.value)
    order = bring_down(home)

    with pytest.raises(PermissionRefused):
        fee_control.approve_order(actor=home.supervisor, key=order.pk, at=at_time(THURSDAY, 9))

    assert controlled.orders_of(home.accounts[0])[0].state == "PROPOSED"


def exempt(home: Controlled) -> None:
    row = fee_control.propose_exemption(
        actor=home.collector, number=home.accounts[0].number, kind=ExemptionKind.MEDICAL, reason="家中有呼吸机",
        file_name="proof.txt", content="证明".encode(), start=MONDAY, end=date(2026, 12, 31), at=at_time(MONDAY, 9),
    )  # fmt: skip
    fee_control.approve_exemption(actor=home.supervisor, key=row.pk, at=at_time(MONDAY, 10))


def pause(home: Controlled) -> None:
    pause_account(
        account=home.accounts[0], kind=PauseKind.DISPUTE, reason="电量有异议", since=MONDAY, until=None, login="x",
        at=at_time(MONDAY, 9),
    )  # fmt: skip


@pytest.mark.parametrize(("protect", "rule"), [(exempt, "EXEMPT MEDICAL"), (pause, "PAUSED")])
def test_what_protects_an_account_is_named(home: Controlled, protect: Callable[[Controlled], None], rule: str) -> None:
    protect(home)
    for day in (MONDAY, TUESDAY, WEDNESDAY, THURSDAY):
        controlled.night(day)

    with pytest.raises(CutOffRefused, match=rule):
        fee_control.propose_order(
            actor=home.collector, number=home.accounts[0].number, cause=Cause.BALANCE, at=at_time(THURSDAY, 9)
        )

    assert controlled.orders_of(home.accounts[0]) == []


def test_a_debt_without_notice_names_its_rules_and_texts(home: Controlled) -> None:
    with pytest.raises(CutOffRefused) as caught:
        fee_control.propose_order(
            actor=home.collector, number=home.accounts[0].number, cause=Cause.OVERDUE, at=at_time(MONDAY, 9)
        )

    assert "NOT_OVERDUE_LONG_ENOUGH 0 (SRC-CUT-OFF)" in str(caught.value)
    assert "NOTICE_MISSING (SRC-CUT-OFF)" in str(caught.value)


def test_a_debt_with_seven_days_notice_is_cut_off_and_paid_for_within_a_day(home: Controlled) -> None:
    account = home.accounts[0]
    due = paid.get_bill(home.utility, account).due_date
    assert due is not None
    noticed = due + timedelta(days=25)
    fee_control.record_written_notice(
        actor=home.collector, number=account.number, note="送达本人签收", at=at_time(noticed, 9)
    )

    with pytest.raises(CutOffRefused, match="NOTICE_TOO_SHORT 7 d"):
        fee_control.propose_order(
            actor=home.collector, number=account.number, cause=Cause.OVERDUE,
            at=at_time(noticed + timedelta(days=6), 9),
        )  # fmt: skip
    (order,) = fee_control.propose_order(
        actor=home.collector, number=account.number, cause=Cause.OVERDUE, at=at_time(noticed + timedelta(days=7), 9)
    )

    assert (order.cause, order.days_overdue, order.state) == ("OVERDUE", 32, "PROPOSED")
    assert order.overdue_fen > 8_000


def test_a_done_notice_of_dunning_brings_an_order_for_the_debt_in_the_night(home: Controlled) -> None:
    account = home.accounts[0]
    agreement = ControlAgreement.objects.for_actor(SYSTEM).get()
    fee_control.end_agreement(actor=home.supervisor, key=agreement.pk, reason="客户改为后付费", at=at_time(TUESDAY, 9))
    due = paid.get_bill(home.utility, account).due_date
    assert due is not None
    DunningStep(
        unit=account.unit, account=account, since_due_date=due, code="NOTICE", kind=StepKind.NOTICE.value,
        ladder_from_date=MONDAY, proposed_on=due, due_at=at_time(due, 18), days_overdue=30, overdue_fen=8_832,
        item_count=1, state=StepState.DONE.value, result=StepResult.DELIVERED.value,
        done_on=due + timedelta(days=25), done_by="fc-collector",
    ).save()  # fmt: skip

    early = controlled.night(due + timedelta(days=31))
    night = controlled.night(due + timedelta(days=32))
    again = controlled.night(due + timedelta(days=33))
    (order,) = controlled.orders_of(account)

    assert (early.proposed, night.proposed, again.proposed) == (0, 1, 0)
    assert (order.cause, order.proposed_by, order.told_at) == (
        "OVERDUE",
        "system",
        at_time(due + timedelta(days=25), 0),
    )
    assert controlled.state_of(account) == "TO_DISCONNECT"


def test_a_reversed_payment_takes_supply_back_that_has_not_reached_the_meter(home: Controlled) -> None:
    MeterAsset.objects.for_actor(SYSTEM).update(asset_number="METER")
    order = bring_down(home)
    fee_control.approve_order(actor=home.supervisor, key=order.pk, at=at_time(THURSDAY, 9))
    fee_control.release_order(actor=home.technician, key=order.pk, way=Way.MANUAL, at=at_time(THURSDAY, 9))
    controlled.minute(at_time(THURSDAY, 9, 1))
    fee_control.record_by_hand(actor=home.technician, key=order.pk, reading=Decimal(1150), at=at_time(THURSDAY, 10, 2))
    received = paid.pay(home.utility, home.accounts[0], 30_000, day=THURSDAY)
    controlled.minute(at_time(THURSDAY, 11))
    waiting = controlled.state_of(home.accounts[0])

    payment = Payment.objects.for_actor(SYSTEM).get(pk=received.payment_id)
    reverse_payment(actor=SYSTEM, payment=payment, reason="退票", login="cashier", at=at_time(THURSDAY, 12))
    controlled.minute(at_time(THURSDAY, 12, 1))

    assert (waiting, controlled.state_of(home.accounts[0])) == ("TO_RECONNECT", "DISCONNECTED")
    assert [one.state for one in controlled.orders_of(home.accounts[0])] == ["DONE", "WITHDRAWN"]
