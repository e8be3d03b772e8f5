"""What claims bring to the menu, the home and the search box."""

from collections.abc import Sequence
from datetime import datetime

from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from dianke.application import claims
from dianke.domain.billing.queries.account_terms import filter_terms
from dianke.domain.billing.types import TermsState
from dianke.domain.receivables.queries.claims import filter_claims
from dianke.domain.receivables.types import ClaimKind, ClaimState
from dianke.interfaces.web.claims import words
from dianke.interfaces.web.components import formats
from dianke.interfaces.web.navigation import MenuEntry, register
from dianke.interfaces.web.people import Names
from dianke.interfaces.web.shell.home import WorkItem, register_work
from dianke.interfaces.web.shell.search import Act, register_acts
from dianke.platform.identity.types import Actor

_SHOWN = 50
_PAID_OUT = (ClaimKind.REFUND.value, ClaimKind.DEPOSIT_RETURN.value)

register(
    MenuEntry(
        group="receivables",
        label=_("Waivers, refunds, deposits"),
        url_name="web:claims",
        right=claims.VIEW,
        order=38,
    )
)
register_acts(
    Act(
        _("Waivers, refunds, deposits"),
        "web:claims",
        right=claims.VIEW,
        words="违约金减免 退费 退款 保证金 waiver refund deposit",
    )
)


def _list_decisions(actor: Actor, _at: datetime) -> Sequence[WorkItem]:
    asked = [
        claim
        for claim in filter_claims(actor=actor).filter(state=ClaimState.ASKED.value).order_by("id")[:_SHOWN]
        if claim.asked_by != actor.login and claims.may_approve(actor, claim)
    ]
    proposed = [
        terms
        for terms in filter_terms(actor=actor).filter(state=TermsState.PROPOSED.value).order_by("id")[:_SHOWN]
        if terms.proposed_by != actor.login
    ]
    names = Names([*(one.asked_by for one in asked), *(one.proposed_by for one in proposed)])
    items = [
        WorkItem(
            kind=words.KINDS[one.kind],
            number=one.number,
            title=one.account.customer.name,
            url=reverse("web:claim", args=[one.pk]),
            quantity=formats.fen(one.amount_fen),
            source=names.of(one.asked_by),
        )
        for one in asked
    ]
    return items + [
        WorkItem(
            kind=_("Terms of payment to be approved"),
            number=one.account.number,
            title=one.account.customer.name,
            url=reverse("web:account_terms", args=[one.account.number]),
            source=names.of(one.proposed_by),
        )
        for one in proposed
    ]


def _list_payments(actor: Actor, _at: datetime) -> Sequence[WorkItem]:
    rows = filter_claims(actor=actor).filter(state=ClaimState.APPROVED.value, kind__in=_PAID_OUT).order_by("id")
    return [
        WorkItem(
            kind=_("To be paid out by the bank"),
            number=one.number,
            title=one.account.customer.name,
            url=reverse("web:claim", args=[one.pk]),
            quantity=formats.fen(one.amount_fen),
        )
        for one in rows[:_SHOWN]
    ]


register_work(_list_decisions, right=claims.APPROVE)
register_work(_list_payments, right=claims.ASK)
