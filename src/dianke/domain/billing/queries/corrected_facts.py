"""The facts that an order states, completed by what the archive and other bills know of them."""

from collections.abc import Mapping

from dianke.domain.billing.models import Bill
from dianke.domain.billing.queries.correcting import list_living
from dianke.domain.billing.queries.frozen import get_block
from dianke.domain.billing.rules import correction_facts as facts
from dianke.domain.billing.rules import correction_rows as rows
from dianke.domain.billing.rules import frozen
from dianke.domain.billing.rules.correction_columns import FactUnreadable
from dianke.domain.billing.types import get_bill_id_range
from dianke.domain.metering.models import UsagePoint
from dianke.platform.org.scoping import Scope


def complete_changes(*, actor: Scope, bill: Bill, changes: Mapping[str, str]) -> dict[str, str]:
    """
    Return the changes of a bill in their plain form; a sub-meter that is to be taken off is found by the code of its
    point, and where no reading is given, with what its own bill of the same days measured.

    :raises FactUnknown: if the bill has no such fact
    :raises FactUnreadable: naming the fact whose value cannot be
    """
    inputs = frozen.narrow(get_block(bill), bill.usage_point_id).inputs
    cleaned = facts.clean_changes(inputs, changes)
    completed: dict[str, str] = {}
    subs: dict[str, dict[str, str]] = {}
    for name, value in cleaned.items():
        parsed = rows.parse_row_name(name)
        if parsed is not None and parsed.part == "sub" and parsed.is_new:
            subs.setdefault(parsed.stem, {})[parsed.code] = value
        else:
            completed[name] = value
    first = 1
    for stem, values in subs.items():
        found = _complete_sub(actor, bill, stem, values, first)
        first += len({name.rpartition(".")[0] for name in found})
        completed |= found
    return completed


def _complete_sub(actor: Scope, bill: Bill, stem: str, values: Mapping[str, str], first: int) -> dict[str, str]:
    name = f"{stem}.point"
    point: UsagePoint | None = UsagePoint.objects.for_actor(actor).filter(code=values["point"]).first()
    if point is None:
        raise FactUnreadable(field=name, value=values["point"], reason="there is no such usage point within your units")
    if rows.list_registers(values):
        given = {**values, "point_id": str(point.pk)}
        return {f"sub.+{first}.{code}": value for code, value in given.items()}
    start, end = get_bill_id_range(year=bill.month.year, month=bill.month.month)
    own = [
        one
        for one in list_living(actor=actor, usage_point_id=point.pk, account_id=point.account_id, first=start, end=end)
        if (one.period_start, one.period_end) == (bill.period_start, bill.period_end)
    ]
    if len(own) != 1:
        raise FactUnreadable(
            field=name, value=values["point"], reason="it has no bill of the same days: fill in what its meter showed"
        )
    segments = frozen.narrow(get_block(own[0]), point.pk).inputs.segments.to_pylist()
    return rows.list_sub_rows(point.code, point.pk, segments, first=first)
