"""What a correction changes in the facts of its bill, adds and takes out, and what that leaves to be done."""

from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from dianke.domain.billing.models import Bill, BillCorrection
from dianke.domain.billing.queries import bills as bill_queries
from dianke.domain.billing.queries import corrections as queries
from dianke.domain.billing.queries.correcting import list_living
from dianke.domain.billing.queries.frozen import get_block
from dianke.domain.billing.rules import frozen
from dianke.domain.billing.rules.correction_facts import ChangedFact, list_changed
from dianke.domain.billing.rules.correction_rows import parse_row_name
from dianke.domain.billing.types import get_bill_id_range
from dianke.interfaces.web.corrections import words
from dianke.kernel.errors import DomainError
from dianke.platform.identity.types import Actor


@dataclass(frozen=True)
class DrawnChange:
    """A fact that was wrong, was missing, or ought not to have been there."""

    group: str
    name: str
    before: str
    after: str


def draw_changes(actor: Actor, order: BillCorrection) -> list[DrawnChange]:
    """Return the facts of an order in words; none where the bill or what it froze is out of reach."""
    try:
        bill = bill_queries.get_bill(actor=actor, bill_id=order.bill_id)
        found = list_changed(frozen.narrow(get_block(bill), bill.usage_point_id).inputs, order.changes)
    except DomainError:
        return []
    return [_draw(one) for one in found if one.fact.part != "sub" or one.fact.code not in words.UNSEEN]


def _draw(one: ChangedFact) -> DrawnChange:
    name, group = words.name_fact(one.fact), words.name_group(one.fact)
    if one.act == "out":
        return DrawnChange(group, name, before=pgettext("fact", "billed"), after=_("taken out"))
    before = words.name_value(one.fact, one.before) if one.act == "change" else _("not there")
    return DrawnChange(
        group if one.act == "change" else _("Added: %(what)s") % {"what": group},
        name, before=before, after=words.name_value(one.fact, one.after),
    )  # fmt: skip


def draw_rows_left(actor: Actor, order: BillCorrection) -> dict[str, Any]:
    """Return what of the archive is left to be mended, and the later bills that lack or hold the same rows."""
    parsed = [parse_row_name(name) for name in order.changes]
    parts = list(dict.fromkeys(one.part for one in parsed if one is not None))
    if not parts:
        return {"archive_left": [], "bills_left": []}
    return {
        "archive_left": [words.ARCHIVE[part] for part in parts],
        "bills_left": _list_later(actor, order) if set(parts) - {"segment"} else [],
    }


def _list_later(actor: Actor, order: BillCorrection) -> list[Bill]:
    """Return the later bills of the point that the order leaves as they are."""
    try:
        bill = bill_queries.get_bill(actor=actor, bill_id=order.bill_id)
    except DomainError:
        return []
    first, _end = get_bill_id_range(year=bill.month.year, month=bill.month.month)
    _first, end = get_bill_id_range(year=bill.month.year + 1, month=12)
    later = list_living(
        actor=actor, usage_point_id=bill.usage_point_id, account_id=bill.account_id, first=first, end=end
    )
    touched = {
        key for item in queries.list_corrected(actor=actor, order=order) for key in (item.bill_id, item.replacement_id)
    }
    return [one for one in later if one.period_start >= bill.period_end and one.pk not in touched]
