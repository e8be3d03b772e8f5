"""What gateways and agents bring to the menu, the home and the search box."""

from collections.abc import Sequence
from datetime import datetime

from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _

from dianke.application import acquirers, bank_channels
from dianke.domain.channels.queries import acquirers as queries
from dianke.domain.channels.queries import cheques, clearing, reconciliation
from dianke.domain.channels.rules.gateway.types import Outcome
from dianke.interfaces.web.components import formats
from dianke.interfaces.web.navigation import MenuEntry, register
from dianke.interfaces.web.online import words
from dianke.interfaces.web.people import Names
from dianke.interfaces.web.shell.home import WorkItem, register_work
from dianke.interfaces.web.shell.search import Act, register_acts
from dianke.kernel.clock import to_shanghai
from dianke.platform.identity.types import Actor

_SHOWN = 20

register(
    MenuEntry(
        group="payments", label=_("Payment orders"), url_name="web:payment_orders", right=acquirers.VIEW, order=205
    )
)
for _order, _label, _name, _right in (
    (232, _("Files of gateways and agents"), "web:collection_files", acquirers.VIEW),
    (242, _("Money under way"), "web:under_way", acquirers.VIEW),
    (250, _("Gateways and agents"), "web:acquirers", acquirers.VIEW),
    (255, _("Call-backs"), "web:call_backs", acquirers.RECONCILE),
):
    register(MenuEntry(group="channels", label=_label, url_name=_name, right=_right, order=_order))
register_acts(
    Act(_("Add a gateway or agent"), "web:acquirer_new", right=acquirers.RELEASE, words="网关 代收机构 gateway agent"),
)


def _list_keys(actor: Actor, at: datetime) -> Sequence[WorkItem]:
    keys = list(queries.filter_proposed_keys(actor=actor).exclude(proposed_by=actor.login).order_by("id")[:_SHOWN])
    names = Names([one.proposed_by for one in keys])
    return [
        WorkItem(
            kind=_("Key to be released"),
            number=one.key_id,
            title=one.acquirer.name,
            url=reverse("web:acquirer", args=[one.acquirer.code]),
            source=names.of(one.proposed_by),
        )
        for one in keys
    ]


def _list_remedies(actor: Actor, at: datetime) -> Sequence[WorkItem]:
    rows = reconciliation.filter_asked_remedies(actor=actor).exclude(asked_by=actor.login).order_by("id")[:_SHOWN]
    asked = list(rows)
    names = Names([one.asked_by for one in asked])
    return [
        WorkItem(
            kind=_("Remedy of a difference"),
            number=one.reference,
            title=one.day.other_side,
            url=reverse("web:bank_day", args=[one.day_id]),
            quantity=_now("%(amount)s yuan") % {"amount": formats.signed_fen(one.theirs_fen - one.ours_fen)},
            source=names.of(one.asked_by),
        )
        for one in asked
    ]


def _list_contradictions(actor: Actor, at: datetime) -> Sequence[WorkItem]:
    """Return the call-backs of the last days that contradict the books."""
    rows = queries.filter_call_backs(actor=actor).filter(
        Q(outcome__outcome=Outcome.REFUSED.value), received_at__gte=at - queries.SHOWN_AS_WORK
    )
    return [
        WorkItem(
            kind=_("Call-back that contradicts the books"),
            number=one.external_number,
            title=str(words.REASONS.get(one.outcome.reason, one.outcome.reason)),
            url=reverse("web:call_back", args=[one.pk]),
            quantity=_now("%(amount)s yuan") % {"amount": formats.fen(one.amount_fen)},
            source=one.acquirer.name,
        )
        for one in rows.order_by("-id")[:_SHOWN]
    ]


def _list_late_cards(actor: Actor, at: datetime) -> Sequence[WorkItem]:
    """Return card terminals whose bank is late, or paid more than they took."""
    return [
        WorkItem(
            kind=_("Cards not settled"),
            number=one.acquirer.code,
            title=one.acquirer.name,
            url=reverse("web:under_way"),
            quantity=_now("%(amount)s yuan") % {"amount": formats.signed_fen(one.left_fen)},
            source=one.acquirer.unit.name,
        )
        for one in clearing.list_late_terminals(actor=actor, on=to_shanghai(at).date())[:_SHOWN]
    ]


def _list_late_cheques(actor: Actor, at: datetime) -> Sequence[WorkItem]:
    """Return cheques that the bank has not credited in time."""
    rows = list(cheques.filter_late(actor=actor, on=to_shanghai(at).date()).order_by("id")[:_SHOWN])
    return [
        WorkItem(
            kind=_("Cheque not credited"),
            number=one.slip_number,
            title=one.bank_name,
            url=reverse("web:under_way"),
            quantity=_now("%(amount)s yuan") % {"amount": formats.fen(one.amount_fen)},
            source=one.shift.unit.name,
        )
        for one in rows
    ]


register_work(_list_late_cards, right=acquirers.RECONCILE)
register_work(_list_late_cheques, right=acquirers.RECONCILE)
register_work(_list_keys, right=acquirers.RELEASE)
register_work(_list_remedies, right=bank_channels.APPROVE)
register_work(_list_contradictions, right=acquirers.RECONCILE)
