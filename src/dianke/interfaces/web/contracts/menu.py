"""What supply contracts bring to the menu, the home and the search box."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from dianke.application.contracts.orders import APPROVE, DRAFT, FILE, VIEW
from dianke.application.contracts.templates import APPROVE_TEMPLATES
from dianke.domain.contracts import queries
from dianke.domain.contracts.types import TemplateState, VersionState
from dianke.interfaces.web.components import formats
from dianke.interfaces.web.components.page import Text
from dianke.interfaces.web.contracts import words
from dianke.interfaces.web.customers.naming import hide_names
from dianke.interfaces.web.navigation import MenuEntry, register
from dianke.interfaces.web.people import Names
from dianke.interfaces.web.shell.home import WorkItem, register_work
from dianke.interfaces.web.shell.search import Act, register_acts
from dianke.kernel.clock import to_shanghai
from dianke.platform.identity.types import Actor

_SHOWN = 50

register(MenuEntry(group="service_orders", label=_("Supply contracts"), url_name="web:contracts", right=VIEW, order=60))
register(
    MenuEntry(
        group="service_orders", label=_("Templates of contracts"), url_name="web:contract_templates", right=VIEW,
        order=65,
    )
)  # fmt: skip
register_acts(
    Act(_("Supply contracts"), "web:contracts", right=VIEW, words="供用电合同 合同 续签 到期 contract renewal")
)


def _list_proposed(actor: Actor, _at: datetime) -> Sequence[WorkItem]:
    rows = queries.filter_versions(actor=actor).filter(state=VersionState.PROPOSED.value).order_by("id")[:_SHOWN]
    others = [one for one in rows if actor.login not in (one.drafted_by, one.proposed_by)]
    return _draw(actor, _("Contract to be approved"), others)


def _list_approved(actor: Actor, _at: datetime) -> Sequence[WorkItem]:
    rows = queries.filter_versions(actor=actor).filter(state=VersionState.APPROVED.value).order_by("id")[:_SHOWN]
    return _draw(actor, _("Contract to be signed"), rows)


def _list_signed(actor: Actor, _at: datetime) -> Sequence[WorkItem]:
    rows = queries.filter_versions(actor=actor).filter(state=VersionState.SIGNED.value).order_by("id")[:_SHOWN]
    return _draw(actor, _("Contract to be filed"), rows)


def _list_ending(actor: Actor, at: datetime) -> Sequence[WorkItem]:
    rows = queries.list_ending(actor=actor, on=to_shanghai(at).date())[:_SHOWN]
    return _draw(actor, _("Contract that ends soon"), rows)


def _list_templates(actor: Actor, _at: datetime) -> Sequence[WorkItem]:
    rows = [one for one in queries.list_templates(actor=actor) if one.state == TemplateState.PROPOSED.value]
    names = Names(one.proposed_by for one in rows)
    return [
        WorkItem(
            kind=_("Template of contracts to be approved"),
            number=formats.day(one.valid_from),
            title=str(words.KINDS[one.kind]),
            url=reverse("web:contract_template_proposal", args=[one.pk]),
            source=names.of(one.proposed_by),
        )
        for one in rows
        if one.proposed_by != actor.login
    ]


def _draw(actor: Actor, kind: Text, found: Iterable[Any]) -> list[WorkItem]:
    rows = list(found)
    hide_names(actor, [one.account for one in rows])
    names = Names(one.drafted_by for one in rows)
    return [
        WorkItem(
            kind=kind,
            number=str(one),
            title=one.account.customer.name,
            url=reverse("web:contract", args=[one.pk]),
            quantity=formats.day(one.period.upper) if one.period.upper else "",
            source=names.of(one.drafted_by),
        )
        for one in rows
    ]


register_work(_list_proposed, right=APPROVE)
register_work(_list_approved, right=FILE)
register_work(_list_signed, right=FILE)
register_work(_list_ending, right=DRAFT)
register_work(_list_templates, right=APPROVE_TEMPLATES)
