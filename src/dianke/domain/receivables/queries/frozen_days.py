"""Days on which late fees rest on bills, because an agreement on instalments says so."""

from collections.abc import Collection
from datetime import date, timedelta

from django.db import connection

from dianke.domain.receivables.queries.arrays import write_integers

_FROZEN = """
select i.item_id, a.as_of_date, a.ended_on
  from receivables_agreementitem i join receivables_agreement a on a.id = i.agreement_id
 where i.item_id = any(%s::bigint[]) and a.late_fees = 'FROZEN'
   and (a.state in ('IN_FORCE', 'SETTLED', 'ENDED') or a.state = 'BROKEN' and a.after_break = 'FROM_BREAK')
"""


def list_frozen_days(*, item_ids: Collection[int]) -> dict[int, list[tuple[date, date | None]]]:
    """Return the half-open stretches of days without late fees by bill; None: until further notice."""
    if not item_ids:
        return {}
    found: dict[int, list[tuple[date, date | None]]] = {}
    with connection.cursor() as cursor:
        cursor.execute(_FROZEN, [write_integers(item_ids)])
        for item_id, as_of, ended_on in cursor.fetchall():
            # The day that the debt was taken of bore its fee; the day that the agreement ended on bears none.
            end = ended_on + timedelta(days=1) if ended_on else None
            found.setdefault(item_id, []).append((as_of + timedelta(days=1), end))
    return found
