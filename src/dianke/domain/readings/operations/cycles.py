"""Cycles, routes, the points on them, and the months that are opened."""

from collections.abc import Sequence
from datetime import date

from django.db.backends.postgresql.psycopg_any import DateRange

from dianke.domain.metering.models import UsagePoint
from dianke.domain.readings import calendar_rules, rules
from dianke.domain.readings.models import CycleMonth, ReadingCycle, ReadingRoute, RoutePoint
from dianke.kernel.errors import DomainError
from dianke.kernel.period import DatePeriod
from dianke.platform.identity.types import Actor
from dianke.platform.org.models import Unit
from dianke.platform.org.reach import require_reach

BATCH = 2_000


class UnableToAddCycle(DomainError):
    """The cycle or route cannot be added."""

    code = "readings.unable_to_add_cycle"
    message = "{number} cannot be added: {reason}"


class UnableToPutPointsOnRoute(DomainError):
    """A point cannot stand on the route."""

    code = "readings.unable_to_put_points_on_route"
    message = "points cannot be put on route {route}: {reason}"


class UnableToOpenMonth(DomainError):
    """The month cannot be opened."""

    code = "readings.unable_to_open_month"
    message = "month {month} of cycle {cycle} cannot be opened: {reason}"


def add_cycle(
    *,
    actor: Actor,
    unit: Unit,
    code: str,
    name: str,
    reading_day: int = 1,
    months_per_period: int = 1,
    interim_days: Sequence[int] = (),
) -> ReadingCycle:
    """
    Add a reading cycle (抄表例日); on interim days its points are read and billed within the month as well.

    :raises UnableToAddCycle: if the code is taken or no month has such a day
    """
    require_reach(actor=actor, unit_ids=[unit.pk])
    system = Actor.system("checking that codes are free")
    if ReadingCycle.objects.for_actor(system).filter(code=code).exists():
        raise UnableToAddCycle(field="code", number=code, reason="the code is taken")
    if obstacle := rules.find_cycle_obstacle(reading_day=reading_day, months_per_period=months_per_period):
        raise UnableToAddCycle(field="reading_day", number=code, reason=obstacle)
    wanted = sorted(interim_days)
    obstacle = calendar_rules.find_interim_obstacle(
        interim_days=wanted, reading_day=reading_day, months_per_period=months_per_period
    )
    if obstacle:
        raise UnableToAddCycle(field="interim_days", number=code, reason=obstacle)
    cycle = ReadingCycle(
        unit=unit,
        code=code,
        name=name,
        reading_day=reading_day,
        months_per_period=months_per_period,
        interim_days=wanted,
    )
    cycle.save()
    return cycle


def add_route(*, actor: Actor, cycle: ReadingCycle, code: str, name: str, unit: Unit | None = None) -> ReadingRoute:
    """
    Add a route (抄表段) to a cycle, in the cycle's unit unless another is named.

    :raises UnableToAddCycle: if the code is taken or the cycle is not the actor's
    """
    unit_id = unit.pk if unit else cycle.unit_id
    require_reach(actor=actor, unit_ids=[unit_id])
    system = Actor.system("checking that codes are free")
    if ReadingRoute.objects.for_actor(system).filter(code=code).exists():
        raise UnableToAddCycle(field="code", number=code, reason="the code is taken")
    if not ReadingCycle.objects.for_actor(actor).filter(pk=cycle.pk).exists():
        raise UnableToAddCycle(field="cycle", number=code, reason="its cycle is not within your units")
    route = ReadingRoute(unit_id=unit_id, cycle=cycle, code=code, name=name)
    route.save()
    return route


def put_points_on_route(*, actor: Actor, route: ReadingRoute, usage_point_ids: Sequence[int]) -> int:
    """
    Let points stand on a route, behind those already there and in the order given; return how many.

    :raises UnableToPutPointsOnRoute: if a point stands on a route already, or one or the other is not yours
    """
    if not ReadingRoute.objects.for_actor(actor).select_for_update(of=("self",)).filter(pk=route.pk).first():
        raise UnableToPutPointsOnRoute(field="route", route=route.code, reason="the route is not within your units")
    wanted = set(usage_point_ids)
    visible = set(UsagePoint.objects.for_actor(actor).filter(id__in=wanted).values_list("id", flat=True))
    if wanted - visible or len(wanted) != len(usage_point_ids):
        raise UnableToPutPointsOnRoute(
            field="usage_point", route=route.code, reason="a point comes twice or is not within your units"
        )
    system = Actor.system("checking that points stand on no route")
    rows = RoutePoint.objects.for_actor(system)
    if taken := rows.filter(usage_point_id__in=wanted).select_related("usage_point", "route").first():
        raise UnableToPutPointsOnRoute(
            field="usage_point",
            route=route.code,
            reason=f"point {taken.usage_point.code} stands on route {taken.route.code}",
        )
    last = rows.filter(route=route).order_by("-sequence").values_list("sequence", flat=True).first() or 0
    RoutePoint.objects.bulk_create(
        [
            RoutePoint(route=route, usage_point_id=key, sequence=sequence)
            for sequence, key in enumerate(usage_point_ids, start=last + 1)
        ],
        batch_size=BATCH,
    )
    return len(usage_point_ids)


def open_month(*, actor: Actor, cycle: ReadingCycle, month: date, period: DatePeriod | None = None) -> CycleMonth:
    """
    Open a cycle's month for readings; its days follow from the cycle unless given.

    A cycle that is read several times a month has all its stages opened; the first of them is returned.

    :raises UnableToOpenMonth: if it is open already, or would leave days out or take days of another month
    """
    facts = {"month": f"{month:%Y-%m}", "cycle": cycle.code}
    # The lock on the cycle keeps two people from opening months that overlap.
    locked = ReadingCycle.objects.for_actor(actor).select_for_update(of=("self",)).filter(pk=cycle.pk).first()
    if locked is None:
        raise UnableToOpenMonth(field="cycle", **facts, reason="the cycle is not within your units")
    month = month.replace(day=1)
    period = period or rules.month_period(
        month=month, reading_day=cycle.reading_day, months_per_period=cycle.months_per_period
    )
    if period.end is None:
        raise UnableToOpenMonth(field="period", **facts, reason="its period has no end")
    stored = list(CycleMonth.objects.for_actor(actor).filter(cycle=cycle))
    if any(row.month == month for row in stored):
        raise UnableToOpenMonth(field="month", **facts, reason="it is open already")
    others = [DatePeriod(row.period.lower, row.period.upper) for row in stored]
    if obstacle := rules.find_month_obstacle(period, others=others):
        raise UnableToOpenMonth(field="period", **facts, reason=obstacle)
    return _open_stages(locked, month, period)


def _open_stages(cycle: ReadingCycle, month: date, period: DatePeriod) -> CycleMonth:
    stages = calendar_rules.cut_stages(period, interim_days=cycle.interim_days)
    opened = [
        CycleMonth(
            cycle=cycle,
            month=month,
            period=DateRange(stage.start, stage.end),
            stage=number,
            stages=len(stages),
            month_start=period.start if len(stages) > 1 else None,
        )
        for number, stage in enumerate(stages, 1)
    ]
    for row in opened:
        row.save()
    return opened[0]
