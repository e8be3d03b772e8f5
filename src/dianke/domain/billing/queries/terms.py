"""Reads of what points are billed on."""

from collections.abc import Sequence
from datetime import date, timedelta

from django.db.models import Prefetch, QuerySet, prefetch_related_objects

from dianke.domain.billing.models import BillingTerms, ShareTerms
from dianke.domain.tariffs import queries as tariffs
from dianke.domain.tariffs.queries.plans import find_version
from dianke.domain.tariffs.types import Consumer, Structure
from dianke.kernel.calendar import load_mainland_calendar
from dianke.kernel.errors import DomainError
from dianke.kernel.period import DatePeriod
from dianke.platform.org.kept_statements import KeptStatements
from dianke.platform.org.scoping import Scope

_TERMS = KeptStatements(is_prepared=True)
# A stand-in, as the keys below nought: no terms hold on such a day.
_DAY = date.min


def list_terms(*, actor: Scope, usage_point_ids: Sequence[int], on: date) -> list[BillingTerms]:
    """Return the terms that hold for points on a day, with plans and shares."""
    terms = _TERMS.ask_objects(
        actor=actor,
        shape=len(usage_point_ids),
        write=lambda scope: _write_terms(scope, len(usage_point_ids)),
        values={-place: key for place, key in enumerate(usage_point_ids, 1)} | {_DAY: on},
    )
    # Related rows are scoped too, so the prefetch names who asks.
    prefetch_related_objects(terms, Prefetch("shares", ShareTerms.objects.for_actor(actor).order_by("sequence")))
    return terms


def _write_terms(actor: Scope, count: int) -> QuerySet[BillingTerms]:
    points = [-place for place in range(1, count + 1)]
    rows: QuerySet[BillingTerms] = BillingTerms.objects.for_actor(actor)
    rows = rows.filter(usage_point__in=points, period__contains=_DAY)
    return rows.select_related("plan", "usage_point").order_by("usage_point__code", "id")


def get_period_codes(*, actor: Scope, usage_point_id: int, day: date) -> list[int] | None:
    """Return the 96 period codes of a point's day, or None where its price has no time of use."""
    terms = next(iter(list_terms(actor=actor, usage_point_ids=[usage_point_id], on=day)), None)
    if terms is None or not terms.time_of_use:
        return None
    try:
        codes = tariffs.get_period_codes(
            actor=actor,
            version=find_version(actor=actor, plan=terms.plan, on=day),
            consumer=Consumer(structure=Structure(terms.structure)),
            period=DatePeriod(day, day + timedelta(days=1)),
            calendar=load_mainland_calendar(),
        )
    except DomainError:
        # A curve is shown also for days that no sheet covers; only the strip of hours is left out.
        return None
    return [int(code) for code in codes[0]]
