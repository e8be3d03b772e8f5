"""A day of the trail is closed once and linked to the day before, when it is over, by who may."""

from datetime import datetime

import pytest
from tests.module.trail.test_chain import AFTER, FIRST, SECOND, SYSTEM, THIRD, add_records, close

from dianke.application.trail import chain_trail, prove_trail
from dianke.kernel.clock import SHANGHAI
from dianke.platform.audit.chain import DayNotOver, NothingChained
from dianke.platform.audit.models import ChainDay, TrailProof
from dianke.platform.audit.use_case import PermissionRefused
from dianke.platform.identity.types import Actor, Grant

pytestmark = pytest.mark.django_db


def test_closes_every_day_once_and_links_it_to_the_day_before() -> None:
    add_records(FIRST, 2)
    add_records(THIRD, 1)

    days = close()
    again = close()

    assert [(day.day, day.rows) for day in days] == [(FIRST, 2), (SECOND, 0), (THIRD, 1)]
    assert [day.previous_hash for day in days] == ["", days[0].hash, days[1].hash]
    assert again == []


def test_a_day_that_still_runs_is_not_closed() -> None:
    add_records(THIRD, 1)

    with pytest.raises(DayNotOver):
        chain_trail(actor=SYSTEM, until=THIRD, at=datetime(2026, 1, 7, 23, 59, tzinfo=SHANGHAI))

    assert not ChainDay.objects.for_actor(SYSTEM).exists()


def test_without_a_closed_day_there_is_nothing_to_prove() -> None:
    with pytest.raises(NothingChained):
        prove_trail(actor=SYSTEM, at=AFTER)

    assert not TrailProof.objects.for_actor(SYSTEM).exists()


def test_only_who_may_prove_closes_days() -> None:
    clerk = Actor(login="li", name="李", grants=frozenset({Grant("trail.view", "/")}))

    with pytest.raises(PermissionRefused):
        chain_trail(actor=clerk, until=THIRD, at=AFTER)

    assert not ChainDay.objects.for_actor(SYSTEM).exists()
