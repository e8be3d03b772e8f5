"""The tab of a customer's tags, and the few that the head of the page shows."""

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from django.http import HttpResponse

from dianke.application import profiles
from dianke.domain.profiles.queries import tags as queries
from dianke.domain.profiles.queries.columns import load_facts_of
from dianke.domain.profiles.queries.tags import HeldTag
from dianke.domain.profiles.rules.catalogue import list_facts_known
from dianke.domain.profiles.rules.valuing import list_needed
from dianke.domain.profiles.types import TagFamily
from dianke.interfaces.web.customers.account_frame import Viewed, customer_page, refuse_tab, show_tab
from dianke.interfaces.web.profiles import words
from dianke.interfaces.web.requests import StaffRequest
from dianke.platform.identity.types import Actor

_SPELLS, _REASONS = 50, 4


@dataclass(frozen=True)
class TagRow:
    """A tag of a customer as the tab shows it."""

    held: HeldTag
    name: str
    value: str
    reason: str
    source: str
    purpose: Any
    consent: Any


@customer_page
def show_tags(request: StaffRequest, viewed: Viewed) -> HttpResponse:
    """Show all tags of a customer that the reader's posts may see, each with since when, why, from where, what for."""
    if not viewed.actor.may(profiles.VIEW):
        return refuse_tab(request, viewed, "tags")
    actor = viewed.actor.within("archive.view")
    seen = [one for one in queries.list_seen_tags(actor=viewed.actor) if _may_see(viewed, one.right)]
    held = _list_valid(actor, viewed.customer.pk, seen, viewed.today)
    facts = load_facts_of(customer_id=viewed.customer.pk) if held else {}
    rows = [_make_row(viewed, one, facts) for one in held]
    spells = queries.list_spells(actor=actor, customer_id=viewed.customer.pk, tags=seen, limit=_SPELLS)
    values = {
        "families": [
            (words.FAMILIES[family.value], found)
            for family in TagFamily
            if (found := [one for one in rows if one.held.tag.family is family])
        ],
        "spells": [(words.label_held(tag, row.value), row) for tag, row in spells],
    }
    return show_tab(request, viewed, "tags", "profiles/customer_tags.html", values)


def _may_see(viewed: Viewed, right: str) -> bool:
    """Tell whether the reader holds a right where the customer is at home."""
    return viewed.actor.may(right, viewed.customer.unit.path)


def _list_valid(actor: Actor, customer_id: int, tags: Any, today: date) -> list[HeldTag]:
    found = queries.list_held(actor=actor, customer_id=customer_id, tags=tags)
    return [one for one in found if one.as_of_date + timedelta(days=one.tag.validity_days) >= today]


def _make_row(viewed: Viewed, held: HeldTag, facts: dict[str, int]) -> TagRow:
    known = list_facts_known()
    # A tag may be seen by more posts than a fact it is made of.
    needed = [code for code in sorted(list_needed(held.tag)) if code in facts and _may_see(viewed, known[code].right)]
    said = [f"{words.name_fact(known[code])} {words.write_fact(code, facts[code])}" for code in needed[:_REASONS]]
    return TagRow(
        held=held,
        name=words.name_tag(held.tag),
        value=words.name_value(held.tag, held.value),
        reason=words.pick("；", "; ").join(said),
        source=words.list_sources(held.tag.sources),
        purpose=words.PURPOSES[held.tag.purpose.value],
        consent=words.CONSENTS[held.tag.consent],
    )
