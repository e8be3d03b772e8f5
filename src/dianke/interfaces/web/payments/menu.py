"""What payments bring to the menu, the home and the search box."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from django.urls import reverse
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

import dianke.interfaces.web.payments.lists
import dianke.interfaces.web.payments.payer_lists
import dianke.interfaces.web.payments.words  # noqa: F401 - enters the states
from dianke.application import counter
from dianke.domain.channels.queries import shifts as changes
from dianke.domain.receivables.models import Payment
from dianke.domain.receivables.queries import payers, payments
from dianke.interfaces.web.components import formats
from dianke.interfaces.web.navigation import MenuEntry, register
from dianke.interfaces.web.payments import payer_words
from dianke.interfaces.web.payments.words import CHANGES
from dianke.interfaces.web.people import Names
from dianke.interfaces.web.shell.home import WorkItem, register_work
from dianke.interfaces.web.shell.search import Act, Hit, SearchSource, register_acts, register_source
from dianke.kernel.clock import to_shanghai
from dianke.platform.identity.types import Actor

_SHOWN = 50

register(
    MenuEntry(group="payments", label=_("Payments"), url_name="web:payments", right=counter.VIEW, order=2),
    MenuEntry(group="payments", label=_("Suspense"), url_name="web:payments_suspense", right=counter.VIEW, order=3),
    MenuEntry(group="payments", label=_("Collective payers"), url_name="web:payers", right=counter.VIEW, order=4),
)


def _list_suspense(actor: Actor, at: datetime) -> Sequence[WorkItem]:
    """Return money that has waited in suspense for longer than a day."""
    before = to_shanghai(at).date() - timedelta(days=1)
    rows = (
        payments.filter_suspense(actor=actor)
        .filter(customer_account_id=None, paid_on__lt=before)
        .order_by("id")[:_SHOWN]
    )
    return [
        WorkItem(
            kind=_("Money nobody knows"),
            number=one.number,
            title=one.summary or one.external_number,
            url=reverse("web:payment", args=[one.number]),
            quantity=_now("%(amount)s yuan") % {"amount": formats.fen(one.amount_fen)},
            source=_now("since %(day)s") % {"day": formats.day(one.paid_on)},
        )
        for one in rows
    ]


def _list_changes(actor: Actor, at: datetime) -> Sequence[WorkItem]:
    """Return what others asked to be done to payments."""
    rows = [one for one in changes.list_waiting_changes(actor=actor) if one.asked_by != actor.login]
    found = {one.pk: one for one in Payment.objects.for_actor(actor).filter(pk__in=[row.payment_id for row in rows])}
    names = Names(one.asked_by for one in rows)
    return [
        WorkItem(
            kind=CHANGES[one.kind],
            number=found[one.payment_id].number,
            title=one.reason,
            url=reverse("web:payment", args=[found[one.payment_id].number]),
            quantity=_now("%(amount)s yuan") % {"amount": formats.fen(found[one.payment_id].amount_fen)},
            source=names.of(one.asked_by),
        )
        for one in rows
        if one.payment_id in found
    ]


def _list_payer_changes(actor: Actor, at: datetime) -> Sequence[WorkItem]:
    """Return what others asked of collective payers."""
    rows = [one for one in payers.list_waiting_changes(actor=actor) if one.asked_by != actor.login][:_SHOWN]
    names = Names(one.asked_by for one in rows)
    return [
        WorkItem(
            kind=payer_words.KINDS[one.kind],
            number=one.number,
            title=one.name,
            url=reverse("web:payer_change", args=[one.pk]),
            quantity=formats.day(one.effective_date),
            source=names.of(one.asked_by),
        )
        for one in rows
    ]


def _find_payers(actor: Actor, text: str, limit: int) -> Sequence[Hit]:
    return [
        Hit(
            title=pgettext_lazy("thing", "Collective payer"),
            url=reverse("web:payer", args=[one.number]),
            number=one.number,
            note=one.name,
        )
        for one in payments.search_payers(actor=actor, text=text, limit=limit)
    ]


def _find(actor: Actor, text: str, limit: int) -> Sequence[Hit]:
    key = payments.find_key(text)
    rows = Payment.objects.for_actor(actor).filter(pk=key)[:limit] if key is not None else []
    return [
        Hit(
            title=pgettext_lazy("payment", "Payment"),
            url=reverse("web:payment", args=[one.number]),
            number=one.number,
            note=f"{formats.day(one.paid_on)} {formats.fen(one.amount_fen)}",
        )
        for one in rows
    ]


register_work(_list_suspense, right=counter.ASSIGN)
register_work(_list_changes, right=counter.APPROVE)
register_work(_list_payer_changes, right=counter.APPROVE)
register_source(SearchSource(label=_("Collective payers"), find=_find_payers, right=counter.VIEW, order=41))
register_acts(
    Act(
        pgettext_lazy("payer", "New collective payer"),
        "web:payer_new",
        right=counter.ASK,
        words="集团缴费 集团户 collective payer",
    ),
)
register_source(SearchSource(label=_("Payments"), find=_find, right=counter.VIEW, order=40))
