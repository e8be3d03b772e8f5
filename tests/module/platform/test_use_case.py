"""A use case is permission, one transaction and one record of the trail."""

from datetime import date

import pytest

from dianke.kernel.errors import DomainError
from dianke.platform.audit.models import UseCaseRecord
from dianke.platform.audit.use_case import PermissionRefused, use_case
from dianke.platform.identity import operations as identity
from dianke.platform.identity.backends import StaffBackend
from dianke.platform.identity.queries import build_actor
from dianke.platform.identity.types import Actor
from dianke.platform.org import operations as org
from dianke.platform.org.models import Unit
from dianke.platform.org.types import UnitKind

pytestmark = pytest.mark.django_db

SYSTEM = Actor.system("testing the trail")


class Refused(DomainError):
    """A refusal after a write."""

    code = "test.refused"
    message = "refused"


@use_case(right="staff.manage")
def rename_unit(*, actor: Actor, code: str, name: str, reason: str, fails: bool = False) -> None:
    """Rename a unit, and perhaps fail after the write."""
    unit = Unit.objects.for_actor(actor).get(code=code)
    unit.name = name
    unit.save()
    if fails:
        raise Refused


@pytest.fixture
def root() -> Unit:
    return org.add_unit(code="0", name="旧名", kind=UnitKind.UTILITY, parent=None)


def add_person(root: Unit, rights: list[str]) -> Actor:
    staff = identity.add_staff(login="li", name="李", unit=root, password="correct horse battery")
    post = identity.define_post(code="P", name="岗", rights=rights)
    identity.assign_post(staff=staff, post=post, unit=root, start=date(2026, 1, 1))
    return build_actor(staff=staff, on=date(2026, 2, 1), origin="web", address="127.0.0.1")


def list_records() -> list[UseCaseRecord]:
    return list(UseCaseRecord.objects.for_actor(SYSTEM).order_by("id"))


def test_leaves_one_record_with_who_from_where_why_and_what(root: Unit) -> None:
    actor = add_person(root, ["staff.manage"])

    rename_unit(actor=actor, code="0", name="新名", reason="改制")

    (record,) = list_records()
    assert (record.actor_login, record.origin, record.address, record.reason) == ("li", "web", "127.0.0.1", "改制")
    assert record.facts == {"code": "0", "name": "新名"}


def test_ties_the_history_of_the_row_to_the_record(root: Unit) -> None:
    rename_unit(actor=add_person(root, ["staff.manage"]), code="0", name="新名", reason="改制")

    (record,) = list_records()
    history = Unit.pgh_event_model.objects.for_actor(SYSTEM).filter(pgh_context_id=record.history_context)
    assert [event.name for event in history] == ["新名"]


def test_without_the_right_nothing_happens(root: Unit) -> None:
    actor = add_person(root, ["archive.view"])

    with pytest.raises(PermissionRefused):
        rename_unit(actor=actor, code="0", name="新名", reason="")

    root.refresh_from_db()
    assert (root.name, list_records()) == ("旧名", [])


def test_a_refusal_after_a_write_undoes_the_write_and_the_record(root: Unit) -> None:
    actor = add_person(root, ["staff.manage"])

    with pytest.raises(Refused):
        rename_unit(actor=actor, code="0", name="新名", reason="", fails=True)

    root.refresh_from_db()
    assert (root.name, list_records()) == ("旧名", [])


def test_a_post_that_has_ended_gives_no_right(root: Unit) -> None:
    staff = identity.add_staff(login="wang", name="王", unit=root, password="correct horse battery")
    post = identity.define_post(code="P", name="岗", rights=["staff.manage"])
    identity.assign_post(staff=staff, post=post, unit=root, start=date(2025, 1, 1), end=date(2026, 1, 1))

    last_day = build_actor(staff=staff, on=date(2025, 12, 31), origin="web")
    day_after = build_actor(staff=staff, on=date(2026, 1, 1), origin="web")

    assert (last_day.may("staff.manage"), day_after.may("staff.manage")) == (True, False)


def test_rows_of_a_neighbouring_unit_are_out_of_reach(root: Unit) -> None:
    east = org.add_unit(code="1", name="东", kind=UnitKind.STATION, parent=root)
    west = org.add_unit(code="2", name="西", kind=UnitKind.STATION, parent=root)
    identity.add_staff(login="in-east", name="东人", unit=east, password=None)
    person = identity.add_staff(login="in-west", name="西人", unit=west, password=None)
    post = identity.define_post(code="P", name="岗", rights=["staff.manage"])
    identity.assign_post(staff=person, post=post, unit=west, start=date(2025, 1, 1))
    actor = build_actor(staff=person, on=date(2026, 1, 1), origin="web")

    seen = type(person).objects.for_actor(actor)

    assert [staff.login for staff in seen] == ["in-west"]


@pytest.mark.parametrize("password", ["", "wrong", "correct horse batterY"])
def test_a_wrong_password_opens_nothing(root: Unit, password: str) -> None:
    add_person(root, [])

    assert StaffBackend().authenticate(None, login="li", password=password) is None
    assert StaffBackend().authenticate(None, login="nobody", password="correct horse battery") is None
