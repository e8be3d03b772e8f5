"""Closing days of the trail, and proving them."""

from dataclasses import asdict
from datetime import date, datetime, timedelta
from time import perf_counter

from django.utils import timezone

from dianke.platform.audit import records
from dianke.platform.audit.alarms import raise_alarms_of_strays
from dianke.platform.audit.chain import Proof, close_days, prove_days
from dianke.platform.audit.chaining import bounds_of
from dianke.platform.audit.models import ChainDay
from dianke.platform.audit.use_case import use_case
from dianke.platform.identity.types import Actor


@use_case(right="trail.prove")
def chain_trail(*, actor: Actor, at: datetime, until: date | None = None) -> list[ChainDay]:
    """
    Close every day that is over, or those up to a day, and return the days that were closed now.

    Watched changes of those days that no use case made get their alarms here.
    """
    last = until or timezone.localdate(at) - timedelta(days=1)
    closed = close_days(until=last, at=at, by=actor.login)
    if closed:
        raise_alarms_of_strays(start=bounds_of(closed[0].day)[0], end=bounds_of(closed[-1].day)[1])
    return closed


@use_case(right="trail.prove")
def prove_trail(*, actor: Actor, at: datetime, first_day: date | None = None, expected_hash: str = "") -> Proof:
    """Compare the closed days with their rows, keep what was found, and return it."""
    started = perf_counter()
    proof = prove_days(first_day=first_day, expected_hash=expected_hash)
    finding = asdict(proof.broken) if proof.broken else {}
    records.keep_proof(
        at=at,
        by=actor.login,
        first_day=proof.first_day,
        last_day=proof.last_day,
        rows=proof.rows,
        duration_ms=round((perf_counter() - started) * 1000),
        last_hash=proof.last_hash,
        finding={key: str(value) for key, value in finding.items()},
    )
    return proof
