"""
What of the bills that are open now will come within thirty days: the share that came within the last thirty.

By class of use and age: of what was open thirty days ago in a class and a bucket, the share that was collected since is
taken for what is open today in the same class and bucket; a bucket without history takes the share of its class. The
same sum, made as of thirty days ago from the thirty days before, is compared with what came: that is the error shown.
Bills that will only be issued are not in it.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

from django.db import connection

from dianke.domain.collection.queries.open_items import prepare_open_items
from dianke.domain.collection.queries.recovery import GIVEN_UP
from dianke.domain.collection.rules.buckets import list_buckets
from dianke.domain.collection.rules.forecast import Cell, Measured, expect
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


@dataclass(frozen=True, slots=True)
class ClassForecast:
    """What is open of a class, and what of it is expected."""

    usage_class: str
    open_fen: int
    expected_fen: int


@dataclass(frozen=True, slots=True)
class Forecast:
    """What is expected within thirty days, and what the same sum said thirty days ago against what came."""

    on: date
    by_class: tuple[ClassForecast, ...]
    said_fen: int
    came_fen: int
    has_history: bool

    @property
    def expected_fen(self) -> int:
        """Return what is expected of all classes."""
        return sum(one.expected_fen for one in self.by_class)

    @property
    def open_fen(self) -> int:
        """Return what is open of all classes."""
        return sum(one.open_fen for one in self.by_class)

    @property
    def error(self) -> Decimal | None:
        """Return by how much the sum of thirty days ago was off, over what came."""
        return Decimal(self.said_fen - self.came_fen) / self.came_fen if self.came_fen > 0 else None


def forecast(*, actor: Scope, on: date, unit_path: str = "") -> Forecast:
    """Return what of the open bills is expected within thirty days, with the error of thirty days ago."""
    month_ago, two_ago = on - timedelta(days=DAYS), on - timedelta(days=2 * DAYS)
    before = _measure(actor, two_ago, month_ago, unit_path)
    lately = _measure(actor, month_ago, on, unit_path)
    now = _measure(actor, on, on, unit_path)
    expected, said = expect(now, history=lately), expect(lately, history=before)
    by_class: dict[str, tuple[int, int]] = {}
    for (usage_class, bucket), cell in now.items():
        open_fen, fen = by_class.get(usage_class, (0, 0))
        by_class[usage_class] = (open_fen + cell.open_fen, fen + expected[usage_class, bucket])
    return Forecast(
        on,
        tuple(ClassForecast(name, *sums) for name, sums in sorted(by_class.items())),
        sum(said.values()),
        sum(cell.paid_fen for cell in lately.values()),
        any(cell.open_fen for cell in before.values()),
    )


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
