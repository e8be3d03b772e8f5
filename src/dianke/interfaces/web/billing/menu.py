"""What billing brings to the menu, the home and the search box."""

from collections.abc import Sequence
from datetime import datetime

from django.urls import reverse
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _

import dianke.interfaces.web.billing.words  # noqa: F401 - enters the states
from dianke.domain.billing.queries import bills as bill_queries
from dianke.domain.billing.queries import runs as run_queries
from dianke.interfaces.web.components import formats
from dianke.interfaces.web.components.figures import Figure
from dianke.interfaces.web.navigation import MenuEntry, register
from dianke.interfaces.web.shell.home import WorkItem, register_figures, register_work
from dianke.interfaces.web.shell.search import Hit, SearchSource, register_source
from dianke.platform.identity.types import Actor

register(
    MenuEntry(group="billing", label=_("Bill runs"), url_name="web:bill_runs", right="billing.view", order=10),
    MenuEntry(group="billing", label=_("Bills"), url_name="web:bills", right="billing.view", order=20),
)


def _list_work(actor: Actor, at: datetime) -> Sequence[WorkItem]:
    items = []
    for run in run_queries.list_runs(actor=actor):
        if run.status not in {"CALCULATING", "CALCULATED", "ISSUING"}:
            continue
        totals = run_queries.get_totals(actor=actor, run=run)
        items.append(
            WorkItem(
                kind=_("Bill run"),
                number=run.number,
                title=f"{run.cycle_month.cycle.name} {run.cycle_month.month:%Y-%m}",
                url=reverse("web:bill_run", args=[run.number]),
                quantity=_now("%(count)s bills") % {"count": f"{totals.bills:,}"},
                source=run.started_by,
            )
        )
    return items


def _list_figures(actor: Actor) -> Sequence[Figure]:
    latest = next(iter(run_queries.list_runs(actor=actor)), None)
    if latest is None:
        return []
    totals = run_queries.sum_month(actor=actor, month=latest.cycle_month.month)
    month = formats.month(latest.cycle_month.month)
    return [
        Figure(caption=_("Bills of the month"), value=f"{totals.bills:,}", context=month),
        Figure(caption=_("Receivable (yuan)"), value=formats.fen(totals.amount_fen), context=month),
        Figure(
            caption=_("Faults · cannot be billed"),
            value=f"{totals.faults_open:,}",
            of=f"/ {totals.faults:,}",
            context=_("open"),
        ),
    ]


def _find_bills(actor: Actor, text: str, limit: int) -> Sequence[Hit]:
    digits = text.upper().removeprefix("ZD-").split("-")
    number = digits[1] if len(digits) > 1 else digits[0]
    if not number.isdigit() or len(number) < 4:
        return []
    return [
        Hit(
            title=bill.customer_name,
            url=reverse("web:bill", args=[bill.id]),
            number=bill.number,
            note=formats.fen(bill.amount_fen),
        )
        for bill in bill_queries.find_by_account_number(actor=actor, prefix=number, limit=limit)
    ]


register_work(_list_work, right="billing.view")
register_figures(_list_figures, right="billing.view")
register_source(SearchSource(label=_("Bills"), find=_find_bills, right="billing.view", order=40))
