"""
What will come within some days: of the bills that are open now, and of those that will be issued meanwhile.

Open bills by class of use and age: of what was open as many days ago in a class and a bucket, the share that was
collected since is taken for what is open today in the same class and bucket; a bucket without history takes the share
of its class, a class without so long a history that of fewer days. Bills to come are those of `coming`. The same sum,
made as of so many days ago from what was known then, is compared with what came: that is the back-test shown.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

from django.db import connection

from dianke.domain.collection.queries.coming import ComingBills, Outlook, list_coming_bills, look_ahead, sum_came_of_new
from dianke.domain.collection.queries.open_items import prepare_open_items
from dianke.domain.collection.queries.recovery import GIVEN_UP
from dianke.domain.collection.queries.recovery_items import RecoveryItem, RecoveryItems
from dianke.domain.collection.rules.buckets import list_buckets
from dianke.domain.collection.rules.forecast import HORIZONS, Cell, Measured, expect, fill_history
from dianke.domain.receivables.models import Voucher
from dianke.domain.receivables.types import get_key_range
from dianke.platform.identity.types import Actor
from dianke.platform.org.scoping import Scope

DAYS = 30
_SYSTEM = Actor.system("measuring what came")
_CAME = """
came as materialized (
     select p.item_id, sum(p.credit_fen)::bigint as fen from receivables_posting p
      where p.ledger_account_id = any(%(ledgers)s) and p.booked_on > %(as_of)s and p.booked_on <= %(until)s
        and p.id >= %(came_first)s and p.id < %(came_end)s and p.item_id is not null
        and p.voucher_id <> all(%(given_up)s)
      group by p.item_id)
select o.usage_class, width_bucket(coalesce(%(as_of)s::date - o.due_date, 0), %(starts)s::int[]),
       sum(o.open_fen)::bigint, coalesce(sum(least(greatest(c.fen, 0), o.open_fen)), 0)::bigint
  from open_item o left join came c on c.item_id = o.item_id
 where o.open_fen > 0 group by 1, 2
"""
# What is expected of a cell, spread by what is open: rounded on the running sum, so that nothing is lost.
_SPREAD = """
cell as (select * from unnest(%(classes)s::text[], %(buckets)s::int[], %(opens)s::bigint[], %(expected)s::bigint[])
              as c (usage_class, bucket, open_fen, expected_fen)),
running as (
     select o.item_id, o.customer_account_id, o.usage_class, o.open_fen, c.open_fen as cell_fen, c.expected_fen,
            sum(o.open_fen) over (partition by c.usage_class, c.bucket order by o.item_id) as until_fen
       from open_item o
       join cell c on c.usage_class = o.usage_class
        and c.bucket = width_bucket(coalesce(%(as_of)s::date - o.due_date, 0), %(starts)s::int[])
      where o.open_fen > 0),
spread as (
     select item_id, customer_account_id, usage_class, open_fen,
            (div(until_fen * expected_fen, cell_fen)
             - div((until_fen - open_fen) * expected_fen, cell_fen))::bigint as fen
       from running where %(class)s = '' or usage_class = %(class)s),
summed as (select s.*, sum(open_fen) over () as all_open, sum(fen) over () as all_fen from spread s)
select item_id, customer_account_id, usage_class, open_fen, fen, all_open, all_fen
  from summed where item_id > %(after)s order by item_id limit %(limit)s
"""


@dataclass(frozen=True, slots=True)
class ClassForecast:
    """What is open of a class, and what of it is expected."""

    usage_class: str
    open_fen: int
    expected_fen: int


@dataclass(frozen=True, slots=True)
class Forecast:
    """What is expected within some days: of open bills by class, and of bills that are still to be issued."""

    on: date
    days: int
    by_class: tuple[ClassForecast, ...]
    coming: tuple[ComingBills, ...]

    @property
    def open_fen(self) -> int:
        """Return what is open of all classes."""
        return sum(one.open_fen for one in self.by_class)

    @property
    def expected_fen(self) -> int:
        """Return what is expected of open bills of all classes."""
        return sum(one.expected_fen for one in self.by_class)

    @property
    def billed_fen(self) -> int:
        """Return what is expected to be billed."""
        return sum(one.billed_fen for one in self.coming)

    @property
    def coming_fen(self) -> int:
        """Return what is expected of bills that are still to be issued."""
        return sum(one.expected_fen for one in self.coming)


@dataclass(frozen=True, slots=True)
class BackTest:
    """What the same sum said as many days ago, and what came: of bills open then, and of those issued since."""

    said: Forecast
    came_open_fen: int
    billed_fen: int
    came_new_fen: int
    has_history: bool

    @property
    def said_fen(self) -> int:
        """Return what was said of both."""
        return self.said.expected_fen + self.said.coming_fen

    @property
    def came_fen(self) -> int:
        """Return what came of both."""
        return self.came_open_fen + self.came_new_fen

    @property
    def error(self) -> Decimal | None:
        """Return by how much the sum was off, over what came; None where nothing came."""
        return Decimal(self.said_fen - self.came_fen) / self.came_fen if self.came_fen > 0 else None


class Looking:
    """
    Looks at the books of the actor's units, at each span of days and each day once, however many forecasts ask.

    It belongs to one page: what is booked while it is drawn is not seen twice.
    """

    def __init__(self, *, actor: Scope, unit_path: str = "") -> None:
        self.actor, self.unit_path = actor, unit_path
        self._measured: dict[tuple[date, date], Mapping[Cell, Measured]] = {}
        self._outlooks: dict[date, Outlook] = {}

    def measure(self, start: date, end: date) -> Mapping[Cell, Measured]:
        """Return by class and bucket what was open on a day, and what of it came until another."""
        if (start, end) not in self._measured:
            self._measured[start, end] = _measure(self.actor, start, end, self.unit_path)
        return self._measured[start, end]

    def look_at_open(self, on: date) -> Mapping[Cell, Measured]:
        """Return what was open on a day, whatever came of it."""
        known = next((found for (start, _end), found in self._measured.items() if start == on), None)
        return self.measure(on, on) if known is None else known

    def look_ahead(self, on: date) -> Outlook:
        """Return what was known on a day of bills to come."""
        if on not in self._outlooks:
            self._outlooks[on] = look_ahead(actor=self.actor, on=on, unit_path=self.unit_path)
        return self._outlooks[on]

    def expect(self, on: date, days: int) -> tuple[Mapping[Cell, Measured], Mapping[Cell, int]]:
        """Return by class and bucket what is open on a day, and what of it is expected within some days."""
        now = self.look_at_open(on)
        history = dict(self.measure(on - timedelta(days=days), on))
        for shorter in sorted((one for one in HORIZONS if one < days), reverse=True):
            known = {usage_class for (usage_class, _bucket), one in history.items() if one.open_fen > 0}
            if known >= {usage_class for usage_class, _bucket in now}:
                break
            history = fill_history(history, shorter=self.measure(on - timedelta(days=shorter), on), now=now)
        return now, expect(now, history=history)


def forecast(*, looking: Looking, on: date, days: int = DAYS) -> Forecast:
    """Return what is expected within some days after a day, as known at its end."""
    now, expected = looking.expect(on, days)
    by_class: dict[str, tuple[int, int]] = {}
    for (usage_class, bucket), cell in now.items():
        open_fen, fen = by_class.get(usage_class, (0, 0))
        by_class[usage_class] = (open_fen + cell.open_fen, fen + expected[usage_class, bucket])
    coming = list_coming_bills(outlook=looking.look_ahead(on), days=days)
    classes = tuple(ClassForecast(name, *sums) for name, sums in sorted(by_class.items()))
    return Forecast(on, days, classes, tuple(coming))


def check_back(*, looking: Looking, on: date, days: int = DAYS) -> BackTest:
    """Return what the same sum said so many days before, from what was known then, and what came until the day."""
    start = on - timedelta(days=days)
    came = looking.measure(start, on)
    billed_fen, came_new_fen = sum_came_of_new(outlook=looking.look_ahead(on), start=start)
    return BackTest(
        said=forecast(looking=looking, on=start, days=days),
        came_open_fen=sum(cell.paid_fen for cell in came.values()),
        billed_fen=billed_fen,
        came_new_fen=came_new_fen,
        has_history=any(cell.open_fen for cell in looking.measure(start - timedelta(days=days), start).values()),
    )


def list_expected_items(
    *, actor: Scope, on: date, unit_path: str = "", days: int = DAYS, usage_class: str = "", after: int = -1,
    limit: int = 50,
) -> RecoveryItems:  # fmt: skip
    """
    Return the open bills with what is open and what is expected of each, so that columns add up to the forecast.

    What is expected of a cell is spread over its bills by what is open of them, to the fen.
    """
    now, expected = Looking(actor=actor, unit_path=unit_path).expect(on, days)
    prepared = prepare_open_items(actor=actor, as_of=on, unit_path=unit_path)
    cells = [(name, bucket, cell.open_fen, expected[name, bucket]) for (name, bucket), cell in now.items()]
    values = {
        **prepared.values,
        "starts": [one.first_day for one in list_buckets(on=on)[1:]],
        "classes": [one[0] for one in cells],
        "buckets": [one[1] for one in cells],
        "opens": [one[2] for one in cells],
        "expected": [one[3] for one in cells],
        "class": usage_class,
        "after": after,
        "limit": limit + 1,
    }
    with connection.cursor() as cursor:
        cursor.execute(f"with {prepared.head}, {_SPREAD}", values)
        found = cursor.fetchall()
    rows = tuple(RecoveryItem(item, account, name, (own, fen)) for item, account, name, own, fen, *_totals in found)
    totals = (int(found[0][5]), int(found[0][6])) if found else (0, 0)
    return RecoveryItems(rows[:limit], totals, len(rows) > limit)


def _measure(actor: Scope, start: date, end: date, unit_path: str) -> Mapping[Cell, Measured]:
    """Return by class and bucket what was open on a day, and what of it came until another."""
    prepared = prepare_open_items(actor=actor, as_of=start, unit_path=unit_path)
    came_first, _end = get_key_range(month=start)
    _first, came_end = get_key_range(month=end)
    given_up = Voucher.objects.for_actor(_SYSTEM).filter(kind__in=GIVEN_UP, booked_on__range=(start, end))
    values = {
        **prepared.values,
        "until": end,
        "came_first": came_first,
        "came_end": came_end,
        "given_up": list(given_up.values_list("pk", flat=True)),
        "starts": [one.first_day for one in list_buckets(on=start)[1:]],
    }
    with connection.cursor() as cursor:
        cursor.execute(f"with {prepared.head}, {_CAME}", values)
        return {
            (usage_class, bucket): Measured(open_fen, paid_fen)
            for usage_class, bucket, open_fen, paid_fen in cursor.fetchall()
        }
