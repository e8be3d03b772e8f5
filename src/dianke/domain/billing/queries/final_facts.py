"""What decides whether an account may get a final bill, read together."""

from collections.abc import Mapping, Sequence
from datetime import date

from django.db.models import Q

from dianke.domain.billing.models import BillingTerms
from dianke.domain.billing.queries import finals as queries
from dianke.domain.billing.queries import runs as run_queries
from dianke.domain.billing.rules.finals import FinalFacts, MonthFacts
from dianke.domain.billing.types import BasicMode, LossMethod, RunStatus
from dianke.domain.customers.models import CustomerAccount
from dianke.domain.customers.types import AccountStatus
from dianke.domain.metering.models import MeterInstallation, UsagePoint
from dianke.domain.readings.models import CycleMonth
from dianke.platform.identity.types import Actor

_ANYBODY = Actor.system("finding how the points of an account are billed")


def read_facts(*, account: CustomerAccount, points: Sequence[UsagePoint], final_date: date, today: date) -> FinalFacts:
    """Return what is known of an account and of the meters that stand there on a day."""
    meters = queries.list_meters(points=points, on=final_date)
    return FinalFacts(
        customer_id=account.customer_id,
        is_closed=account.status == AccountStatus.CLOSED.value,
        opened_date=account.opened_date,
        today=today,
        points=[point.code for point in points],
        cycles=[cycle.code for cycle in queries.list_cycles(points=points)],
        in_series=queries.list_others_in_series(points=points),
        registers={meter.installation.pk: meter.registers for meter in meters},
    )


def read_month_facts(*, account: CustomerAccount, points: Sequence[UsagePoint], month: CycleMonth) -> MonthFacts:
    """Return what is known of the month that a final day falls into."""
    start, end = run_queries.get_whole_period(month)
    known = queries.list_cycle_months(cycle=month.cycle)
    live = queries.list_live_runs(cycle_months=[one for one in known if one.month >= month.month])
    of_month = [run for run in live if run.cycle_month.month == month.month]
    codes = {point.pk: point.code for point in points}
    billed, installed = queries.find_billed_until(account=account), queries.find_installed(points=points)
    billed |= dict.fromkeys(_list_without_meter(billed, start), start)
    return MonthFacts(
        start=start,
        end=end,
        has_stages=month.stages > 1,
        spans_months=month.cycle.months_per_period > 1,
        has_earlier=any(one.period.upper <= start for one in known),
        billed_until={codes[key]: day for key, day in billed.items() if key in codes},
        installed={codes[key]: day for key, day in installed.items()},
        has_final=queries.has_final_in(
            account=account, cycle_months=[one for one in known if one.month == month.month]
        ),
        later_runs=[run.number for run in live if run.cycle_month.month > month.month],
        own_runs=[run.number for run in of_month if run.cycle_month.stage >= month.stage],
        waiting_runs=[
            run.number
            for run in of_month
            if run.cycle_month.stage < month.stage and run.status != RunStatus.ISSUED.value
        ],
        uncut_points=_list_with_monthly_charges(points, start, end),
    )


def _list_without_meter(billed: Mapping[int, date], start: date) -> list[int]:
    """Return points that had no meter from the day they were billed to until a month begins: nothing is missing."""
    late = {key: day for key, day in billed.items() if day < start}
    rows = MeterInstallation.objects.for_actor(_ANYBODY).filter(usage_point_id__in=late, period__overlap=(None, start))
    # The last period of a point is the one that stays.
    last: dict[int, date | None] = dict(
        rows.order_by("usage_point_id", "period").values_list("usage_point_id", "period__endswith")
    )
    return [key for key, day in late.items() if (ended := last.get(key, day)) is not None and ended <= day]


def _list_with_monthly_charges(points: Sequence[UsagePoint], start: date, end: date) -> list[str]:
    rows = BillingTerms.objects.for_actor(_ANYBODY).filter(usage_point__in=points, period__overlap=(start, end))
    monthly = ~Q(basic_mode=BasicMode.NONE.value) | Q(loss_method=LossMethod.FIXED.value)
    found = rows.filter(monthly | Q(shares__fixed_kwh__isnull=False))
    return sorted(set(found.values_list("usage_point__code", flat=True)))
