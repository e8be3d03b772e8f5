"""The month is frozen for billing: from then on a later reading or multiplier changes nothing of it."""

from datetime import datetime

from django.db import connection

from dianke.domain.readings import measuring
from dianke.domain.readings.measuring import SEGMENT_COLUMNS
from dianke.domain.readings.models import CycleMonth
from dianke.domain.readings.types import FrozenMonth, MonthStatus
from dianke.kernel.clock import at_midnight
from dianke.kernel.errors import DomainError
from dianke.platform.identity.types import Actor


class UnableToFreezeMonth(DomainError):
    """The month cannot be frozen."""

    code = "readings.unable_to_freeze_month"
    message = "month {month} cannot be frozen: {reason}"


def freeze_month(*, actor: Actor, cycle_month: CycleMonth, at: datetime) -> FrozenMonth:
    """
    Freeze a month: one segment for each meter or ratio that a point of the cycle had within it.

    The last of several stages freezes the whole month, from its first reading to its last.

    :raises UnableToFreezeMonth: if it is frozen already, not over yet, or not the actor's
    """
    rows = CycleMonth.objects.for_actor(actor).select_for_update(of=("self",)).select_related("cycle")
    month: CycleMonth | None = rows.filter(pk=cycle_month.pk).first()
    label = f"{cycle_month.month:%Y-%m}"
    if month is None:
        raise UnableToFreezeMonth(field="cycle_month", month=label, reason="it is not within your units")
    if month.status == MonthStatus.FROZEN:
        raise UnableToFreezeMonth(field="cycle_month", month=label, reason="it is frozen already")
    if at < at_midnight(month.period.upper):
        raise UnableToFreezeMonth(field="cycle_month", month=label, reason=f"it lasts until {month.period.upper}")
    found = _insert_segments(month)
    month.status = MonthStatus.FROZEN.value
    month.frozen_at = at
    month.frozen_by = actor.login
    month.save(update_fields=["status", "frozen_at", "frozen_by"])
    return found


def _insert_segments(month: CycleMonth) -> FrozenMonth:
    start, end = month.billed_from, month.period.upper
    keys = {"month": month.pk, **measuring.write_keys(month=month, start=start, end=end)}
    settles = month.month_start is not None and not month.is_interim
    with connection.cursor() as cursor:
        measured = measuring.select_segments(points=measuring.POINTS_OF_CYCLE, settles_stages=settles)
        cursor.execute(_INSERT.format(measured=measured), keys)
        cursor.execute(_COUNTS, keys)
        points, without_meter, segments, incomplete = cursor.fetchone()
    return FrozenMonth(
        points=points,
        segments=segments,
        points_without_meter=without_meter,
        incomplete_segments=incomplete,
    )


_INSERT = f"""
insert into readings_frozensegment (cycle_month_id, {", ".join(SEGMENT_COLUMNS)})
select %(month)s, s.* from ({{measured}}) s
on conflict (cycle_month_id, usage_point_id, sequence) do nothing
"""  # noqa: S608 - built from constants

_COUNTS = """
select (select count(*) from readings_routepoint p
          join readings_readingroute r on r.id = p.route_id and r.cycle_id = %(cycle)s),
       (select count(*) from readings_routepoint p
          join readings_readingroute r on r.id = p.route_id and r.cycle_id = %(cycle)s
         where not exists (select 1 from readings_frozensegment s
                            where s.cycle_month_id = %(month)s and s.usage_point_id = p.usage_point_id)),
       count(*),
       count(*) filter (where exists (
           select 1 from unnest(m.registers) k
            where to_jsonb(s) ->> (k || case when k = 'demand' then '' else '_start' end) is null
               or to_jsonb(s) ->> (k || case when k = 'demand' then '' else '_end' end) is null))
  from readings_frozensegment s
  join metering_meterinstallation i on i.id = s.installation_id
  join metering_meterasset m on m.id = i.meter_id
 where s.cycle_month_id = %(month)s
"""
