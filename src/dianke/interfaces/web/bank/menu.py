"""What banks bring to the menu, the home and the search box."""

from collections.abc import Sequence
from datetime import datetime

from django.urls import reverse
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _

from dianke.application import bank_channels
from dianke.domain.channels.queries import reconciliation, statements, withholding
from dianke.domain.channels.queries.undo import list_waiting_undos
from dianke.domain.channels.rules.withholding import BatchState
from dianke.interfaces.web.bank import words
from dianke.interfaces.web.components import formats
from dianke.interfaces.web.navigation import MenuEntry, register
from dianke.interfaces.web.people import Names
from dianke.interfaces.web.shell.home import WorkItem, register_work
from dianke.interfaces.web.shell.search import Act, register_acts
from dianke.platform.identity.types import Actor

_SHOWN = 20

register(
    MenuEntry(
        group="channels",
        label=_("Bank withholding"),
        url_name="web:bank_batches",
        right=bank_channels.VIEW,
        order=210,
    ),
    MenuEntry(
        group="channels",
        label=_("Withholding agreements"),
        url_name="web:bank_mandates",
        right=bank_channels.VIEW,
        order=220,
    ),
    MenuEntry(
        group="channels",
        label=_("Bank statements"),
        url_name="web:bank_entries",
        right=bank_channels.VIEW,
        order=230,
    ),
    MenuEntry(
        group="channels", label=_("Reconciliation"), url_name="web:bank_days", right=bank_channels.VIEW, order=240
    ),
    MenuEntry(
        group="channels", label=_("Balances of banks"), url_name="web:bank_balance", right=bank_channels.VIEW, order=245
    ),
)
register_acts(
    Act(_("New batch of withholding"), "web:bank_batch_new", right=bank_channels.RECONCILE, words="代扣 批扣 batch"),
    Act(_("New agreement"), "web:bank_mandate_new", right=bank_channels.RECONCILE, words="代扣协议 签约 mandate"),
)


def _list_releases(actor: Actor, at: datetime) -> Sequence[WorkItem]:
    rows = withholding.filter_batches(actor=actor).filter(state=BatchState.DRAFT.value).exclude(made_by=actor.login)
    batches = list(rows.order_by("id")[:_SHOWN])
    names = Names([one.made_by for one in batches])
    return [
        WorkItem(
            kind=_("Batch to be released"),
            number=one.number,
            title=one.bank.name,
            url=reverse("web:bank_batch", args=[one.number]),
            quantity=_now("%(amount)s yuan") % {"amount": formats.fen(one.amount_fen)},
            source=names.of(one.made_by),
        )
        for one in batches
    ]


def _list_differences(actor: Actor, at: datetime) -> Sequence[WorkItem]:
    rows = reconciliation.filter_open_differences(actor=actor).filter(owner__in=["", actor.login])
    differences = [
        WorkItem(
            kind=_("Difference with the bank"),
            number=one.reference,
            title=words.DIFFERENCES[one.kind],
            url=reverse("web:bank_day", args=[one.day_id]),
            quantity=_now("%(amount)s yuan") % {"amount": formats.signed_fen(one.ours_fen - one.theirs_fen)},
            source=one.day.other_side,
        )
        for one in rows.order_by("day__day", "id")[:_SHOWN]
    ]
    waiting = statements.filter_entries(actor=actor).filter(state__in=statements.WAITING).order_by("booked_on", "id")
    return differences + [
        WorkItem(
            kind=_("Booking of the bank"),
            number=one.reference,
            title=one.counterparty or one.remittance,
            url=reverse("web:bank_entry", args=[one.pk]),
            quantity=_now("%(amount)s yuan") % {"amount": formats.signed_fen(one.amount_fen)},
            source=one.bank.name,
        )
        for one in waiting[:_SHOWN]
    ]


def _list_undos(actor: Actor, at: datetime) -> Sequence[WorkItem]:
    wishes = [one for one in list_waiting_undos(actor=actor) if one.asked_by != actor.login][:_SHOWN]
    names = Names([one.asked_by for one in wishes])
    return [
        WorkItem(
            kind=_("Match to be undone"),
            number=one.entry.reference,
            title=one.reason,
            url=reverse("web:bank_entry", args=[one.entry_id]),
            quantity=_now("%(amount)s yuan") % {"amount": formats.signed_fen(one.entry.amount_fen)},
            source=names.of(one.asked_by),
        )
        for one in wishes
    ]


register_work(_list_undos, right=bank_channels.APPROVE)
register_work(_list_releases, right=bank_channels.RELEASE)
register_work(_list_differences, right=bank_channels.RECONCILE)
