"""What measures by grade lead to: links to the forms of the customer's accounts, and to what is there."""

from collections.abc import Iterator

from django.urls import reverse

from dianke.application.credit.demands import LEADS_TO, list_demand_accounts, list_things
from dianke.application.measure_things import Thing, list_cycles
from dianke.domain.collection.types import RiskThing
from dianke.domain.credit.models import GradeDemand
from dianke.domain.credit.types import Measure
from dianke.interfaces.web.components.page import Chip, Text
from dianke.interfaces.web.risk import words
from dianke.interfaces.web.risk.leading import FORMS, PAGES
from dianke.platform.identity.types import Actor

_SEE_CALENDAR = "readings.view_calendar"


def list_acts(actor: Actor, demand: GradeDemand) -> list[tuple[str, str]]:
    """Return word and address of the forms that make what a measure asks for, account by account."""
    return [
        act
        for account in list_demand_accounts(actor, demand)
        for kind in LEADS_TO[Measure(demand.measure)]
        for act in _list_forms(actor, kind, account.pk, account.number)
    ]


def _list_forms(actor: Actor, kind: RiskThing, account_id: int, number: str) -> Iterator[tuple[str, str]]:
    if kind is RiskThing.INTERIM_CYCLE:
        if actor.may(_SEE_CALENDAR):
            for cycle in list_cycles(actor=actor, account_id=account_id):
                yield f"{number} · {words.ACTS[kind]}: {cycle.name}", reverse("web:cycle_calendar", args=[cycle.code])
    elif actor.may(FORMS[kind][0]):
        yield f"{number} · {words.ACTS[kind]}", reverse(FORMS[kind][1], args=[number])


def draw_things(actor: Actor, demand: GradeDemand) -> list[tuple[Text, str, str, Chip]]:
    """Return word, number, address and state of what the accounts have of what a measure asks for."""
    accounts = {one.pk: one.number for one in list_demand_accounts(actor, demand)}
    return [
        (
            words.THINGS[one.kind],
            one.number,
            _open(one, accounts[one.account_id]),
            words.IN_FORCE if one.is_in_force else words.WAITING,
        )
        for one in list_things(actor=actor, demand=demand)
    ]


def _open(thing: Thing, account_number: str) -> str:
    if thing.kind is RiskThing.STAGED_TERMS:
        return reverse("web:staged_terms", args=[account_number])
    if thing.kind is RiskThing.INTERIM_CYCLE:
        return reverse("web:cycle_calendar", args=[thing.number])
    return reverse(PAGES[thing.kind], args=[thing.key])
