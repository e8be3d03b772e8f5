"""What invoices bring to the menu, the home and the search box."""

from collections.abc import Sequence
from datetime import datetime

from django.urls import reverse
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _

import dianke.interfaces.web.invoices.words  # noqa: F401 - enters the states
from dianke.application import invoices
from dianke.domain.invoicing.queries import invoices as queries
from dianke.domain.invoicing.types import Colour, RequestState
from dianke.interfaces.web.components import formats
from dianke.interfaces.web.navigation import MenuEntry, register
from dianke.interfaces.web.people import Names
from dianke.interfaces.web.shell.home import WorkItem, register_work
from dianke.interfaces.web.shell.search import Act, register_acts
from dianke.platform.identity.types import Actor

_SHOWN = 20
_RIGHTS = ((invoices.APPROVE, Colour.RED), (invoices.MAKE, Colour.BLUE))


def _count_waiting(actor: Actor) -> int:
    """Return how many requests wait for the reader."""
    waiting = 0
    for right, colour in _RIGHTS:
        if actor.may(right):
            rows = queries.filter_requests(actor=actor, right=right)
            waiting += rows.filter(state=RequestState.ASKED.value, colour=colour.value).count()
    return waiting


register(
    MenuEntry(group="receivables", label=_("Tax invoices"), url_name="web:invoices", right=invoices.VIEW, order=210),
    MenuEntry(
        group="receivables",
        label=_("Invoice requests"),
        url_name="web:invoice_requests",
        right=invoices.VIEW,
        order=211,
        count=_count_waiting,
    ),
    MenuEntry(
        group="receivables",
        label=_("Bills to be invoiced"),
        url_name="web:invoice_bills",
        right=invoices.VIEW,
        order=212,
    ),
)
register_acts(
    Act(_("Make an invoice"), "web:invoice_bills", right=invoices.MAKE, words="开发票 电子发票 开票 invoice"),
    Act(_("Invoices of a run"), "web:invoice_runs", right=invoices.MAKE, words="批量开票"),
    Act(_("Sellers on invoices"), "web:invoice_sellers", right=invoices.VIEW, words="销售方 税号 seller"),
)


def _list_work(actor: Actor, at: datetime) -> Sequence[WorkItem]:
    """Return what the reader may confirm or make, the oldest first."""
    kinds = {Colour.RED: _("Confirm a red letter"), Colour.BLUE: _("Make an invoice")}
    rows = [
        (kinds[colour], request)
        for right, colour in _RIGHTS
        if actor.may(right)
        for request in queries.filter_requests(actor=actor, right=right)
        .filter(state=RequestState.ASKED.value, colour=colour.value)
        .exclude(asked_by=actor.login if colour is Colour.RED else "")
        .order_by("asked_at", "id")[:_SHOWN]
    ]
    names = Names(request.asked_by for _kind, request in rows)
    return [
        WorkItem(
            kind=kind,
            number=request.number,
            title=request.buyer_name,
            url=reverse("web:invoice_request", args=[request.pk]),
            quantity=_now("%(amount)s yuan") % {"amount": formats.signed_fen(request.total_fen)},
            source=names.of(request.asked_by),
        )
        for kind, request in rows
    ]


register_work(_list_work, right=invoices.VIEW)
