"""A change of price, multiplier, capacity, identity or bank data raises an alarm, which another person decides."""

from datetime import date, datetime, timedelta
from decimal import Decimal

import pytest
from tests.factories import archive as factory
from tests.factories.archive import Archive
from tests.module.trail.conftest import add_person

from dianke.application.trail import decide_alarm
from dianke.application.trail.decide_alarms import UnableToDecideAlarm
from dianke.application.trail.lists import describe_alarms
from dianke.domain.customers.models import Customer
from dianke.domain.metering import operations as metering
from dianke.domain.metering.models import UsagePoint
from dianke.domain.network import operations as network
from dianke.domain.network.models import Transformer
from dianke.domain.network.types import TransformerState
from dianke.kernel.clock import SHANGHAI, SystemClock
from dianke.platform.audit.alarms import raise_alarms_of_strays
from dianke.platform.audit.models import AlarmDecision, ChangeAlarm
from dianke.platform.audit.types import AlarmKind, AlarmState
from dianke.platform.audit.use_case import PermissionRefused, use_case
from dianke.platform.identity.separation import SamePerson
from dianke.platform.identity.types import Actor

pytestmark = pytest.mark.django_db

SYSTEM = Actor.system("testing alarms")
NOW = datetime(2026, 2, 1, 9, tzinfo=SHANGHAI)


@use_case(right="archive.edit")
def rename_customer(*, actor: Actor, number: str, name: str, reason: str) -> None:
    """Give a customer another name."""
    customer = Customer.objects.for_actor(actor).get(number=number)
    customer.name = name
    customer.save(update_fields=["name"])


@use_case(right="archive.edit")
def change_ratio(*, actor: Actor, point: UsagePoint, ct: str) -> None:
    """Give the meter of a point other transformers."""
    metering.change_ratio(
        actor=actor,
        usage_point=point,
        on=date(2026, 1, 10),
        readings=factory.values({"total": "5"}),
        ct=factory.ratio(ct),
    )


@use_case(right="archive.edit")
def exchange_like_for_like(*, actor: Actor, archive: Archive, point: UsagePoint) -> None:
    """Put another meter of the same multiplier up."""
    metering.exchange_meter(
        actor=actor,
        usage_point=point,
        meter=factory.add_meter(archive),
        on=date(2026, 1, 10),
        removal_readings=factory.values({"total": "5"}),
        install_readings=factory.values({"total": "0"}),
    )


@use_case(right="archive.edit")
def enlarge(*, actor: Actor, code: str) -> None:
    """Give a transformer more capacity, and suspend it."""
    transformer = Transformer.objects.for_actor(actor).get(code=code)
    transformer.capacity_kva = Decimal(630)
    transformer.save(update_fields=["capacity_kva"])
    network.set_transformer_state(
        actor=actor, transformer=transformer, state=TransformerState.SUSPENDED, from_date=date(2026, 1, 5)
    )


@use_case(right="archive.edit")
def rename_within(*, actor: Actor, number: str, name: str, reason: str) -> None:
    """Do it through another use case."""
    rename_customer(actor=actor, number=number, name=name, reason=reason)


def list_alarms() -> list[ChangeAlarm]:
    return list(ChangeAlarm.objects.for_actor(SYSTEM).order_by("kind", "id"))


@pytest.fixture
def editor(archive: Archive) -> Actor:
    """Return somebody of the eastern station who changes the archive, and may look at alarms too."""
    return add_person(archive.east, "editor", "archive.edit", "alarms.review", "archive.view")


@pytest.fixture
def alarm(archive: Archive, editor: Actor) -> ChangeAlarm:
    """Return the alarm of a customer's new name."""
    account = factory.add_account(archive, name="王晓明")
    rename_customer(actor=editor, number=account.customer.number, name="王小明", reason="证件核对")
    (raised,) = list_alarms()
    return raised


def test_a_new_name_raises_an_alarm_with_who_and_why(alarm: ChangeAlarm, archive: Archive) -> None:
    change = describe_alarms([alarm])[alarm.pk]

    assert (alarm.kind, alarm.state, alarm.fields) == (AlarmKind.IDENTITY, AlarmState.OPEN, ["name"])
    assert (alarm.actor_login, alarm.reason, alarm.unit_id) == ("editor", "证件核对", archive.east.pk)
    assert [(one.name, one.before, one.after) for one in change.fields] == [("name", "王晓明", "王小明")]
    assert (change.address, change.origin, change.title.split()[-1]) == ("10.0.0.7", "web", "王小明")


def test_a_change_of_a_field_that_is_not_watched_raises_none(archive: Archive, editor: Actor) -> None:
    account = factory.add_account(archive)

    rename_customer(actor=editor, number=account.customer.number, name=account.customer.name, reason="未变")

    assert list_alarms() == []


def test_another_ratio_at_a_point_raises_an_alarm(archive: Archive, editor: Actor) -> None:
    point = factory.add_point(archive)
    factory.install(archive, point)

    change_ratio(actor=editor, point=point, ct="100/5")

    (raised,) = list_alarms()
    change = describe_alarms([raised])[raised.pk]
    assert raised.kind == AlarmKind.MULTIPLIER
    assert ("multiplier", "1", "20") in [(one.name, one.before, one.after) for one in change.fields]


def test_a_first_meter_and_one_of_the_same_multiplier_raise_none(archive: Archive, editor: Actor) -> None:
    point = factory.add_point(archive)
    factory.install(archive, point)

    exchange_like_for_like(actor=editor, archive=archive, point=point)

    assert list_alarms() == []


def test_capacity_and_state_of_a_transformer_raise_alarms(archive: Archive, editor: Actor) -> None:
    enlarge(actor=editor, code="T1")

    raised = {alarm.model_label: alarm.fields for alarm in list_alarms()}
    assert raised == {"network.transformer": ["capacity_kva"], "network.transformerspell": ["state"]}


def test_a_use_case_inside_another_raises_one_alarm(archive: Archive, editor: Actor) -> None:
    account = factory.add_account(archive)

    rename_within(actor=editor, number=account.customer.number, name="赵六", reason="更名")

    assert len(list_alarms()) == 1


def test_a_change_without_a_use_case_is_found_by_the_daily_pass(archive: Archive) -> None:
    account = factory.add_account(archive)
    customer = account.customer
    customer.name = "绕过"
    customer.save(update_fields=["name"])
    now = SystemClock().now()

    raise_alarms_of_strays(start=now - timedelta(days=1), end=now + timedelta(days=1))

    (raised,) = list_alarms()
    assert (raised.actor_login, raised.use_case, raised.fields) == ("", "", ["name"])


def test_another_person_decides_and_the_decision_stays(alarm: ChangeAlarm, archive: Archive) -> None:
    reviewer = add_person(archive.root, "reviewer", "alarms.review")

    decide_alarm(actor=reviewer, alarm_id=alarm.pk, state=AlarmState.IN_ORDER, note="", at=NOW)

    decision = AlarmDecision.objects.for_actor(SYSTEM).get()
    alarm.refresh_from_db()
    assert (alarm.state, decision.decided_by, decision.decided_at) == (AlarmState.IN_ORDER, "reviewer", NOW)


def test_who_made_the_change_does_not_decide_its_alarm(alarm: ChangeAlarm, editor: Actor) -> None:
    with pytest.raises(SamePerson):
        decide_alarm(actor=editor, alarm_id=alarm.pk, state=AlarmState.IN_ORDER, note="", at=NOW)

    alarm.refresh_from_db()
    assert alarm.state == AlarmState.OPEN


@pytest.mark.parametrize("unit", ["west"])
def test_an_alarm_of_another_station_is_out_of_reach(alarm: ChangeAlarm, archive: Archive, unit: str) -> None:
    stranger = add_person(getattr(archive, unit), "stranger", "alarms.review")

    with pytest.raises(UnableToDecideAlarm):
        decide_alarm(actor=stranger, alarm_id=alarm.pk, state=AlarmState.IN_ORDER, note="", at=NOW)

    alarm.refresh_from_db()
    assert alarm.state == AlarmState.OPEN


def test_not_in_order_wants_a_note_and_a_decision_is_taken_once(alarm: ChangeAlarm, archive: Archive) -> None:
    reviewer = add_person(archive.root, "reviewer", "alarms.review")

    with pytest.raises(UnableToDecideAlarm):
        decide_alarm(actor=reviewer, alarm_id=alarm.pk, state=AlarmState.NOT_IN_ORDER, note=" ", at=NOW)
    decide_alarm(actor=reviewer, alarm_id=alarm.pk, state=AlarmState.NOT_IN_ORDER, note="与证件不符", at=NOW)
    with pytest.raises(UnableToDecideAlarm):
        decide_alarm(actor=reviewer, alarm_id=alarm.pk, state=AlarmState.IN_ORDER, note="", at=NOW)

    assert AlarmDecision.objects.for_actor(SYSTEM).get().note == "与证件不符"


def test_without_the_right_nobody_decides(alarm: ChangeAlarm, archive: Archive) -> None:
    clerk = add_person(archive.root, "clerk", "archive.view")

    with pytest.raises(PermissionRefused):
        decide_alarm(actor=clerk, alarm_id=alarm.pk, state=AlarmState.IN_ORDER, note="", at=NOW)

    alarm.refresh_from_db()
    assert alarm.state == AlarmState.OPEN
