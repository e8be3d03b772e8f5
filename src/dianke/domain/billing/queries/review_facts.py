"""What the review of a shard needs beside the calculation's inputs: sparse columns, and the bills of a year."""

from collections import defaultdict
from collections.abc import Sequence
from datetime import date, timedelta

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc
from django.db import connection
from django.db.models import Q

from dianke.domain.billing.models import BillRun, BillRunShard, ReviewParameter
from dianke.domain.billing.queries.columns import fetch
from dianke.domain.billing.rules.review.build import ReviewSources, build_facts
from dianke.domain.billing.rules.review.facts import HISTORY_MONTHS, ReviewFacts
from dianke.domain.billing.rules.review.figures import GroupFigures, join_figures
from dianke.domain.billing.rules.review.parameters import Override, ParameterBook
from dianke.domain.billing.types import get_bill_id_range
from dianke.domain.readings.models import CycleMonth
from dianke.kernel.clock import at_midnight
from dianke.platform.org.models import Unit
from dianke.platform.org.scoping import Scope

_HISTORY_ROW = np.dtype([("point_id", ">i8"), ("yymm", ">i4"), ("energy_kwh_e2", ">i8"), ("amount_fen", ">i8")])
# A ticket that is dated a month before the period still belongs to an exchange that this month is first billed on.
_TICKET_DAYS = 31


def load_facts(
    *,
    shard: BillRunShard,
    run: BillRun,
    points: pa.Table,
    segments: pa.Table,
    capacities: pa.Table,
    groups: Sequence[GroupFigures],
) -> ReviewFacts:
    """
    Return the facts of a shard that was calculated, read within the running transaction.

    The tables are those that the shard was read into; `groups` hold what each calculation gave.
    """
    return build_facts(
        points=points,
        segments=segments,
        capacities=capacities,
        joined=join_figures(list(groups)),
        sources=load_sources(shard=shard, cycle_month=run.cycle_month, points=points, run=run),
        month=run.cycle_month.month,
        period=(run.start, run.end),
    )


def load_sources(
    *, shard: BillRunShard, cycle_month: CycleMonth, points: pa.Table, run: BillRun | None = None
) -> ReviewSources:
    """
    Return what stands in the database of a shard's points beside the inputs of the calculation.

    A run that bills a period of its own is looked at for that period, with the segments that it measured.
    """
    own = run if run is not None and run.has_own_period else None
    start, end = (own.start, own.end) if own else (cycle_month.billed_from, cycle_month.period.upper)
    measured = _OWN_SEGMENTS if own else _FROZEN_SEGMENTS
    keys = {
        "month": own.pk if own else cycle_month.pk,
        "last_month": _find_last_month(cycle_month, start),
        "first": shard.first_point_id,
        "last": shard.last_point_id,
        "start": start,
        "end": end,
        "opening": at_midnight(start),
        "closing": at_midnight(end),
        "year": date((end - timedelta(days=1)).year, 1, 1),
        "tickets_from": start - timedelta(days=_TICKET_DAYS),
    }
    return ReviewSources(
        trades=_list_trades(points),
        suspended=fetch(_SUSPENDED, keys),
        shares=fetch(_SHARES, keys),
        last_segments=fetch(_LAST_SEGMENTS.replace("/*measured*/", measured), keys),
        tickets=fetch(_TICKETS, keys),
        ratios=fetch(_RATIOS.replace("/*measured*/", measured), keys),
        suspensions=fetch(_SUSPENSIONS, keys),
        history=load_history(first=shard.first_point_id, last=shard.last_point_id, month=cycle_month.month),
    )


def load_history(*, first: int, last: int, month: date) -> npt.NDArray[np.void]:
    """Return point, month (yymm), energy and amount of every bill of some points in the months before one."""
    year, place = divmod(month.year * 12 + month.month - 1 - HISTORY_MONTHS, 12)
    begin = date(year, place + 1, 1)
    keys = {
        "first": first,
        "last": last,
        "from": get_bill_id_range(year=begin.year, month=begin.month)[0],
        "to": get_bill_id_range(year=month.year, month=month.month)[0],
    }
    with connection.cursor() as cursor:
        cursor.execute(_HISTORY, keys)
        (data,) = cursor.fetchone()
    return np.frombuffer(data or b"", dtype=_HISTORY_ROW)


def load_book(*, unit_ids: Sequence[int], on: date) -> ParameterBook:
    """Return the parameters in force on a day for the points of some units."""
    rows = list(
        ReviewParameter.objects.for_actor(_EVERYBODY)
        .filter(from_date__lte=on)
        .select_related("unit")
        .order_by("unit__path", "from_date", "id")
    )
    if not rows:
        return ParameterBook(on=on)
    paths = dict(Unit.objects.for_actor(_EVERYBODY).filter(id__in=unit_ids).values_list("id", "path").order_by("id"))
    overrides: dict[int, list[Override]] = defaultdict(list)
    for unit_id, path in paths.items():
        for row in rows:
            if path.startswith(row.unit.path):
                overrides[unit_id].append(Override(row.code, row.usage_class, row.from_date, row.values))
    return ParameterBook(on=on, overrides=overrides)


class _Everybody:
    """Parameters bind every unit below the one that set them, whoever calculates."""

    sees_every_unit = True

    def list_unit_paths(self, right: str | None = None) -> tuple[str, ...]:
        return ("",)


_EVERYBODY: Scope = _Everybody()


def _find_last_month(cycle_month: CycleMonth, start: date) -> int:
    rows = CycleMonth.objects.for_actor(_EVERYBODY).filter(Q(period__endswith=start), cycle_id=cycle_month.cycle_id)
    return int(rows.values_list("id", flat=True).order_by("-id").first() or 0)


def _list_trades(points: pa.Table) -> pa.Table:
    """Return the trades of the points whose customer has one, as four digits."""
    codes = points["industry_code"]
    known = points.filter(pc.match_substring_regex(codes, "^[0-9]{2,4}$"))
    digits = pc.cast(pc.utf8_rpad(known["industry_code"], 4, "0"), pa.int64())
    return pa.table({"point_id": known["point_id"], "industry_code": digits})


# The segments of a frozen month, or those of a run with a period of its own.
_FROZEN_SEGMENTS = "(select *, cycle_month_id as owner_id from readings_frozensegment)"
_OWN_SEGMENTS = "(select *, run_id as owner_id from billing_runsegment)"

_WITHIN = "p.id between %(first)s and %(last)s"

_SUSPENDED = f"""
select p.id as point_id from metering_usagepoint p
  join customers_customeraccount a on a.id = p.account_id
 where {_WITHIN} and a.status = 'SUSPENDED'
"""  # noqa: S608 - built from constants of this file

# A share counts as set on the first day that the point had it so, for new terms may carry the old share on.
_SHARES = """
select s.point_id, greatest(min(s.since), max(s.checked)) as set_date
  from (select t.usage_point_id as point_id,
               (select min(lower(o.period)) from billing_billingterms o
                  join billing_shareterms w on w.terms_id = o.id
                 where o.usage_point_id = t.usage_point_id and w.name = h.name
                   and w.ratio is not distinct from h.ratio and w.fixed_kwh is not distinct from h.fixed_kwh) as since,
               (select max(k.checked_date) from billing_sharecheck k
                 where k.usage_point_id = t.usage_point_id and k.checked_date < %(end)s) as checked
          from billing_shareterms h
          join billing_billingterms t on t.id = h.terms_id
         where t.usage_point_id between %(first)s and %(last)s and t.period && daterange(%(start)s, %(end)s)) s
 group by s.point_id
"""

# A frozen segment is estimated where its opening or its closing is, so that one estimate marks two months. Twice
# estimated is only who has an estimate at both ends of the period, and these few are looked up among the readings.
_ESTIMATED_ON = """
exists (select 1 from readings_meterreading x join metering_meterinstallation i on i.id = x.installation_id
         where i.usage_point_id = o.usage_point_id and x.replaced_by_id is null and x.quality = 'ESTIMATED'
           and x.read_at >= %({day})s and x.read_at < %({day})s + interval '1 day')"""

_LAST_SEGMENTS = f"""
select o.usage_point_id as point_id, o.meter_number, (o.multiplier * 1000000)::bigint as multiplier_e6,
       case when o.quality = 'ESTIMATED' and {_ESTIMATED_ON.format(day="opening")}
                 and {_ESTIMATED_ON.format(day="closing")} then 'ESTIMATED' else 'ACTUAL' end as quality
  from readings_frozensegment o
  join /*measured*/ n on n.owner_id = %(month)s and n.usage_point_id = o.usage_point_id and n.sequence = 1
 where o.cycle_month_id = %(last_month)s and o.usage_point_id between %(first)s and %(last)s
   and not exists (select 1 from readings_frozensegment x
                    where x.cycle_month_id = o.cycle_month_id and x.usage_point_id = o.usage_point_id
                      and x.sequence > o.sequence)
   and (o.meter_number <> n.meter_number or o.multiplier <> n.multiplier or o.quality = 'ESTIMATED')
"""  # noqa: S608 - built from constants of this file

_TICKETS = """
select distinct usage_point_id as point_id from billing_meterticket
 where usage_point_id between %(first)s and %(last)s and done_date >= %(tickets_from)s and done_date < %(end)s
"""

# The product of the plates against the frozen multiplier, without a division; three digits of rounding are let pass.
# Most meters are connected directly and counted once: only the others are looked at, each for itself, for joined the
# planner reads all installations there are.
_RATIOS = """
select point_id, (max(multiplier) * 1000000)::bigint as billed_e6,
       (max(ct_primary * pt_primary / (ct_secondary * pt_secondary)) * 1000000)::bigint as asset_e6
  from (select s.usage_point_id as point_id, s.multiplier, i.*
          from (select usage_point_id, multiplier, installation_id from /*measured*/ m
                 where owner_id = %(month)s and usage_point_id between %(first)s and %(last)s and multiplier <> 1
                offset 0) s,
               lateral (select ct_primary, ct_secondary, pt_primary, pt_secondary from metering_meterinstallation
                         where id = s.installation_id offset 0) i
         union all
        select i.usage_point_id, 1, i.ct_primary, i.ct_secondary, i.pt_primary, i.pt_secondary
          from (select * from metering_meterinstallation
                 where usage_point_id between %(first)s and %(last)s
                   and (ct_primary <> ct_secondary or pt_primary <> pt_secondary)
                offset 0) i
         where exists (select 1 from /*measured*/ m
                        where m.owner_id = %(month)s and m.usage_point_id = i.usage_point_id
                          and m.installation_id = i.id and m.multiplier = 1
                       offset 0)) odd
 where abs(multiplier * ct_secondary * pt_secondary - ct_primary * pt_primary) > 0.000001 * ct_secondary * pt_secondary
 group by point_id
"""

_SUSPENSIONS = f"""
select point_id, max(days) as days
  from (select p.id as point_id, x.id,
               sum(least(coalesce(upper(s.period), %(end)s), %(end)s)
                   - greatest(coalesce(lower(s.period), %(year)s), %(year)s)) as days
          from metering_usagepoint p
          join network_transformer x on x.account_id = p.account_id
          join network_transformerspell s on s.transformer_id = x.id
         where {_WITHIN} and s.state = 'SUSPENDED' and s.period && daterange(%(year)s, %(end)s)
         group by p.id, x.id) one
 group by point_id
"""  # noqa: S608 - built from constants of this file

# What was back-billed is no use of the month that it stands in, and is taken off again.
# One value of bytes: the driver handles each row of a result by itself, which costs more than to find it.
_HISTORY = """
select string_agg(int8send(usage_point_id) || int4send((id / 1000000000000)::int) || int8send(energy_kwh_e2)
                  || int8send(amount_fen), '')
  from (select usage_point_id, id, energy_kwh_e2, amount_fen from billing_bill
         where usage_point_id between %(first)s and %(last)s and id >= %(from)s and id < %(to)s
        union all
        select b.usage_point_id, b.id, -b.energy_kwh_e2, -b.amount_fen from billing_correctedbill c
          join billing_billcorrection o on o.id = c.correction_id and o.kind = 'BACK_BILLING'
          join billing_bill b on b.id = c.replacement_id
         where c.replacement_id >= %(from)s and c.replacement_id < %(to)s
           and b.usage_point_id between %(first)s and %(last)s) billed
"""
