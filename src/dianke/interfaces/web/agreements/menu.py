"""What agreements on instalments and guarantees bring to the menu, the home and the search box."""

from collections.abc import Sequence
from datetime import datetime

from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from dianke.application import agreements
from dianke.domain.receivables.queries.agreements import filter_agreements
from dianke.domain.receivables.queries.guarantees import ending_soon, filter_guarantees
from dianke.domain.receivables.queries.stages import filter_terms
from dianke.domain.receivables.types import AgreementState, GuaranteeState, StagedTermsState
from dianke.interfaces.web.agreements import words
from dianke.interfaces.web.components import formats
from dianke.interfaces.web.navigation import MenuEntry, register
from dianke.interfaces.web.people import Names
from dianke.interfaces.web.shell.home import WorkItem, register_work
from dianke.interfaces.web.shell.search import Act, register_acts
from dianke.kernel.clock import to_shanghai
from dianke.platform.identity.types import Actor

_SHOWN = 50

register(
    MenuEntry(
        group="receivables", label=_("Agreements on instalments"), url_name="web:agreements",
        right=agreements.VIEW, order=40,
    ),
    MenuEntry(
        group="receivables", label=_("Staged settlement"), url_name="web:stages", right=agreements.VIEW, order=41,
    ),
    MenuEntry(group="receivables", label=_("Guarantees"), url_name="web:guarantees", right=agreements.VIEW, order=42),
)  # fmt: skip
register_acts(
    Act(
        _("Agreements on instalments"), "web:agreements", right=agreements.VIEW,
        words="分期 分期还款 协议 instalments agreement",
    ),
    Act(_("Staged settlement"), "web:stages", right=agreements.VIEW, words="分次结算 预付 staged settlement advance"),
    Act(_("Guarantees"), "web:guarantees", right=agreements.VIEW, words="担保 保函 保证 guarantee bank"),
)  # fmt: skip


def _list_decisions(actor: Actor, _at: datetime) -> Sequence[WorkItem]:
    rows = filter_agreements(actor=actor)
    proposed = rows.filter(state=AgreementState.PROPOSED.value).order_by("id")
    ending = rows.filter(state=AgreementState.IN_FORCE.value).exclude(end_asked_by="").order_by("id")
    found = [
        *((_("Agreement on instalments to be approved"), one, one.proposed_by) for one in proposed[:_SHOWN]),
        *((_("Early end of an agreement"), one, one.end_asked_by) for one in ending[:_SHOWN]),
    ]
    waiting = [one for one in found if one[2] != actor.login and agreements.may_approve(actor, one[1])]
    names = Names(login for _kind, _one, login in waiting)
    return [
        WorkItem(
            kind=kind,
            number=one.number,
            title=one.account.customer.name,
            url=reverse("web:agreement", args=[one.pk]),
            quantity=formats.fen(one.amount_fen),
            source=names.of(login),
        )
        for kind, one, login in waiting
    ]


def _list_changes(actor: Actor, _at: datetime) -> Sequence[WorkItem]:
    rows = filter_guarantees(actor=actor).filter(state=GuaranteeState.HELD.value).exclude(asked_state="")
    waiting = [one for one in rows.order_by("id")[:_SHOWN] if one.asked_by != actor.login]
    names = Names(one.asked_by for one in waiting)
    return [
        WorkItem(
            kind=words.CHANGES[one.asked_state],
            number=one.number,
            title=one.account.customer.name,
            url=reverse("web:guarantee", args=[one.pk]),
            quantity=formats.fen(one.amount_fen),
            source=names.of(one.asked_by),
        )
        for one in waiting
    ]


def _list_terms(actor: Actor, _at: datetime) -> Sequence[WorkItem]:
    rows = filter_terms(actor=actor).filter(state=StagedTermsState.PROPOSED.value).order_by("id")
    waiting = [one for one in rows[:_SHOWN] if one.proposed_by != actor.login]
    names = Names(one.proposed_by for one in waiting)
    return [
        WorkItem(
            kind=_("Staged settlement to be approved"),
            number=one.number,
            title=one.account.customer.name,
            url=reverse("web:staged_terms", args=[one.account.number]),
            source=names.of(one.proposed_by),
        )
        for one in waiting
    ]


def _list_ending(actor: Actor, at: datetime) -> Sequence[WorkItem]:
    rows = filter_guarantees(actor=actor).filter(ending_soon(to_shanghai(at).date())).order_by("valid_until_date", "id")
    return [
        WorkItem(
            kind=_("Guarantee that ends soon"),
            number=one.number,
            title=one.account.customer.name,
            url=reverse("web:guarantee", args=[one.pk]),
            quantity=formats.day(one.valid_until_date),
        )
        for one in rows[:_SHOWN]
    ]


register_work(_list_decisions, right=agreements.APPROVE)
register_work(_list_changes, right=agreements.APPROVE)
register_work(_list_terms, right=agreements.APPROVE)
register_work(_list_ending, right=agreements.PROPOSE)
