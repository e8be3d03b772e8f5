"""Reads of ratings: what a run said, of one customer and of all."""

from collections.abc import Sequence
from datetime import date
from typing import Any

import numpy as np
from django.db.models import QuerySet, Sum

from dianke.domain.valuation.models import CustomerRating, RatingRun, RatingTotal
from dianke.domain.valuation.rules.brake import Standing
from dianke.domain.valuation.rules.facts import Integers
from dianke.domain.valuation.types import CLASSES, RunState
from dianke.platform.database.fetching import fetch_columns
from dianke.platform.org.scoping import Scope

_STANDING = """
select r.customer_id, array_position(%(classes)s::text[], r.value_class::text) - 1,
       coalesce(array_position(%(classes)s::text[], r.stood_class::text) - 1, -1), r.stood_months::bigint
  from valuation_customerrating r where r.run_id = %(run)s order by r.customer_id
"""
_SUMS = ("customer_count", "energy_kwh_e2", "revenue_fen", "margin_fen", "ranked_fen", "future_value_fen")


def get_last_run(
    *, actor: Scope, before: date | None = None, state: RunState | None = RunState.DONE
) -> RatingRun | None:
    """Return the last run that is done (or in any state), or None; `before` leaves out a month and later ones."""
    rows: QuerySet[RatingRun] = RatingRun.objects.for_actor(actor)
    if before is not None:
        rows = rows.filter(month__lt=before)
    if state is not None:
        rows = rows.filter(state=state.value)
    return rows.order_by("-month").first()


def get_run(*, actor: Scope, month: date, lock: bool = False) -> RatingRun | None:
    """Return the run of a month, or None."""
    rows: QuerySet[RatingRun] = RatingRun.objects.for_actor(actor)
    return (rows.select_for_update() if lock else rows).filter(month=month).first()


def list_runs(*, actor: Scope, limit: int) -> list[RatingRun]:
    """Return the last runs, the newest first."""
    return list(RatingRun.objects.for_actor(actor).order_by("-month")[:limit])


def filter_ratings(*, actor: Scope, run: RatingRun | None) -> QuerySet[CustomerRating]:
    """Return the ratings of a run within the actor's units; no order."""
    rows: QuerySet[CustomerRating] = CustomerRating.objects.for_actor(actor)
    return rows.filter(run=run).select_related("customer", "unit") if run else rows.none()


def list_ratings_of(*, actor: Scope, customer_id: int, limit: int) -> list[CustomerRating]:
    """Return the last ratings of a customer, the newest first."""
    rows = CustomerRating.objects.for_actor(actor).filter(customer_id=customer_id, run__state=RunState.DONE.value)
    return list(rows.select_related("run", "customer").order_by("-run__month")[:limit])


def map_amounts(*, actor: Scope, run: RatingRun, customer_ids: Sequence[int]) -> dict[int, int]:
    """Return what the pyramid of a run ranked of some customers."""
    rows = CustomerRating.objects.for_actor(actor).filter(run=run, customer_id__in=customer_ids)
    return dict(rows.values_list("customer_id", "ranked_fen"))


def sum_by(*, actor: Scope, run: RatingRun, names: Sequence[str]) -> list[dict[str, Any]]:
    """Return counts and sums of a run within the actor's units, by some of its columns."""
    rows = RatingTotal.objects.for_actor(actor).filter(run=run).order_by()
    return list(rows.values(*names).annotate(**{name: Sum(name) for name in _SUMS}).order_by(*names))


def fetch_standing(*, run: RatingRun) -> tuple[Integers, Standing]:
    """Return the customers of a run, by key, and where it left them."""
    values = {"classes": [one.value for one in CLASSES], "run": run.pk}
    rows = fetch_columns(_STANDING, values, ("customer", "class", "stood", "months"))
    return rows["customer"], Standing(*(rows[name].astype(np.int8) for name in ("class", "stood", "months")))
