"""Relations between customers: entered, ended, drawn."""

from datetime import timedelta
from decimal import Decimal
from functools import partial
from typing import Any

from django import forms
from django.http import HttpResponse
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy
from django.views.decorators.http import require_http_methods, require_POST

from dianke.application.archive import relations
from dianke.application.archive.entry import ENTER
from dianke.domain.customers import queries as customers
from dianke.domain.customers.models import Customer
from dianke.domain.customers.operations import CustomerOutOfReach
from dianke.domain.customers.queries.managers import list_managements
from dianke.domain.customers.queries.relations import RelationUnknown, get_relation, list_relations, walk_relations
from dianke.domain.customers.types import NewRelation, RelationKind
from dianke.interfaces.web.access import page_right
from dianke.interfaces.web.acting import carry_out
from dianke.interfaces.web.customers import relation_words, words
from dianke.interfaces.web.customers.account_frame import Viewed
from dianke.interfaces.web.customers.belonging_forms import day
from dianke.interfaces.web.customers.entry_forms import text
from dianke.interfaces.web.customers.form_pages import (
    FormPage,
    answer_form,
    choose,
    found,
    get_customer,
    url_of_customer,
)
from dianke.interfaces.web.customers.relation_graph import draw_graph, list_tree
from dianke.interfaces.web.requests import StaffRequest
from dianke.kernel.clock import SystemClock
from dianke.platform.org.reach import reaches


class RelationForm(forms.Form):
    """How another customer stands to this one."""

    other = text(_("The other customer"), 20, required=True, hint=_("customer or user number"))
    side = forms.ChoiceField(label=pgettext_lazy("relation", "The other is"), choices=choose(relation_words.SIDES))
    share = forms.DecimalField(
        label=_("Share (%)"), min_value=Decimal("0.01"), max_value=100, decimal_places=2, required=False,
        help_text=_("of a parent firm in its subsidiary"),
    )  # fmt: skip
    start_date = day(_("From the day"))
    source = text(_("Known from"), 60, hint=_("register, customer, contract …"))
    note = text(_("Note"), 200)


@require_http_methods(["GET", "POST"])
@page_right(ENTER)
def add_relation(request: StaffRequest, number: str) -> HttpResponse:
    """Enter how another customer stands to this one."""
    customer = get_customer(request.actor, number, ENTER)
    form = RelationForm(request.POST or None, initial={"start_date": SystemClock().now().date()})
    back = url_of_customer(customer, "customer_contacts")

    def carry(values: dict[str, Any]) -> str:
        other = _find_other(request, values["other"])
        side = values["side"]
        first, second = (other, customer) if side.startswith("<") else (customer, other)
        relation = NewRelation(
            customer_id=first.pk,
            other_id=second.pk,
            kind=RelationKind(side.lstrip("<>")),
            start_date=values["start_date"],
            share_e4=int(values["share"] * 100) if values["share"] is not None else None,
            source=values["source"],
            note=values["note"],
        )
        relations.add_relation(actor=request.actor, relation=relation, at=SystemClock().now())
        return back

    page = FormPage(
        title=_("Add a relation"),
        act=_("Add"),
        back_url=back,
        number=customer.number,
        facts=[customer.name],
        intro=_("It is shown at both customers; whoever may not see the other's unit reads only that there is one."),
    )
    return answer_form(request, form, page, carry)


@require_POST
@page_right(ENTER)
def end_relation(request: StaffRequest, key: int) -> HttpResponse:
    """Let a relation end today."""
    try:
        relation = get_relation(actor=request.actor, key=key, right=ENTER)
    except RelationUnknown:
        found(None)
    today = SystemClock().now().date()
    # One that began today holds for the one day, for no period is empty.
    on = max(today, relation.period.lower + timedelta(days=1))
    mine = reaches(actor=request.actor, unit_path=relation.customer.unit.path)
    return carry_out(
        request,
        partial(relations.end_relation, actor=request.actor, key=key, on=on),
        done=_now("The relation has ended."),
        back=url_of_customer(relation.customer if mine else relation.other, "customer_contacts"),
    )


def describe_relations(viewed: Viewed) -> dict[str, Any]:
    """Return the relations of a customer for its page: table, tree and picture."""
    rows = list_relations(actor=viewed.actor, customer=viewed.customer)
    if not rows:
        return {"relations": []}
    network = walk_relations(actor=viewed.actor, customer=viewed.customer, on=viewed.today)
    managements = list_managements(actor=viewed.actor, customer=viewed.customer)
    manager = next((one for one in managements if words.is_in_force(one.period, viewed.today)), None)
    contacts = customers.list_contacts(actor=viewed.actor, customer=viewed.customer, on=viewed.today)
    shown = []
    for one in rows:
        is_first = one.customer_id == viewed.customer.pk
        other = one.other if is_first else one.customer
        is_seen = reaches(actor=viewed.actor, unit_path=other.unit.path)
        word = relation_words.name_other(kind=one.kind, other_is_first=not is_first)
        shown.append((one, word, other if is_seen else None, words.is_in_force(one.period, viewed.today)))
    return {
        "relations": shown,
        "another_unit": relation_words.ANOTHER_UNIT,
        "tree": list_tree(customer=viewed.customer, network=network),
        "graph": draw_graph(customer=viewed.customer, network=network, contacts=contacts, manager=manager),
    }


def _find_other(request: StaffRequest, number: str) -> Customer:
    rows = Customer.objects.for_actor(request.actor, ENTER).filter(merged_into=None)
    other: Customer | None = rows.filter(number=number.strip()).first()
    if other is None:
        other = rows.filter(accounts__number=number.strip()).first()
    if other is None:
        raise CustomerOutOfReach(field="other")
    return other
