"""What measures against risk lead to: links from a measure to forms and things, from things back, forms filled in."""

from collections.abc import Mapping
from typing import Any

from django import forms
from django.urls import reverse

from dianke.application import agreements, claims, fee_control, risk
from dianke.domain.collection.models import RiskMeasure
from dianke.domain.collection.queries import risk as queries
from dianke.domain.collection.types import RiskMeasureKind, RiskMeasureState, RiskThing
from dianke.domain.customers.models import CustomerAccount
from dianke.domain.readings.models import ReadingCycle
from dianke.domain.receivables.types import ClaimKind
from dianke.interfaces.web.components.page import Chip, Text
from dianke.interfaces.web.requests import StaffRequest
from dianke.interfaces.web.risk import words
from dianke.kernel.money import fen_to_yuan
from dianke.platform.identity.types import Actor

PAGES: Mapping[RiskThing, str] = {
    RiskThing.STEP: "web:dunning_step",
    RiskThing.FEE_CONTROL: "web:fee_control_agreement",
    RiskThing.GUARANTEE: "web:guarantee",
    RiskThing.DEPOSIT: "web:claim",
    RiskThing.INSTALMENTS: "web:agreement",
}
# The right and page of the form that makes a thing; terms and cycles have pages of their own.
FORMS: Mapping[RiskThing, tuple[str, str]] = {
    RiskThing.STEP: (risk.VIEW, "web:collection_account"),
    RiskThing.STAGED_TERMS: (agreements.PROPOSE, "web:staged_terms"),
    RiskThing.FEE_CONTROL: (fee_control.AGREE, "web:fee_control_agreement_new"),
    RiskThing.GUARANTEE: (agreements.PROPOSE, "web:guarantee_new"),
    RiskThing.DEPOSIT: (claims.ASK, "web:claims_account"),
    RiskThing.INSTALMENTS: (agreements.PROPOSE, "web:agreement_new"),
}
_SEE_CALENDAR = "readings.view_calendar"


def list_acts(actor: Actor, measure: RiskMeasure) -> list[tuple[Text, str]]:
    """Return what is to be done about an accepted measure, the one meant first, with the form where the reader may."""
    if measure.state != RiskMeasureState.ACCEPTED.value:
        return []
    found: list[tuple[Text, str]] = []
    for kind in risk.LEADS_TO[RiskMeasureKind(measure.kind)]:
        if kind is RiskThing.INTERIM_CYCLE:
            may_see = actor.may(_SEE_CALENDAR)
            found += [
                (f"{words.ACTS[kind]}: {one.name}", reverse("web:cycle_calendar", args=[one.code]) if may_see else "")
                for one in risk.list_cycles(actor=actor, account_id=measure.account_id)
            ]
            continue
        right, page = FORMS[kind]
        address = f"{reverse(page, args=[measure.account.number])}?measure={measure.pk}"
        found.append((words.ACTS[kind], address if actor.may(right) else ""))
    return found


def draw_things(actor: Actor, measure: RiskMeasure) -> list[tuple[Text, str, str, Chip]]:
    """Return word, number, address and state of what came of a measure; of one that is done what it was done by."""
    if measure.state == RiskMeasureState.DONE.value and measure.thing_kind:
        kind, key = RiskThing(measure.thing_kind), measure.thing_key or 0
        known = risk.list_things(actor=actor, measure=measure)
        number = next((one.number for one in known if (one.kind, one.key) == (kind, key)), str(key))
        return [(words.THINGS[kind], number, _open(actor, kind, key, measure), words.IN_FORCE)]
    if measure.state != RiskMeasureState.ACCEPTED.value:
        return []
    return [
        (
            words.THINGS[one.kind],
            one.number,
            _open(actor, one.kind, one.key, measure),
            words.IN_FORCE if one.is_in_force else words.WAITING,
        )
        for one in risk.list_things(actor=actor, measure=measure)
    ]


def list_measures_of(actor: Actor, kind: RiskThing, key: int) -> list[tuple[str, Text]]:
    """Return number, key and kind of the measures that a thing answered, for whoever may see them."""
    if not actor.may(risk.VIEW):
        return []
    return [
        (reverse("web:risk_measure", args=[one.pk]), f"{one.number} {words.MEASURES[one.kind]}")
        for one in queries.list_measures_of(actor=actor, kind=kind, key=key)
    ]


def prefill(
    request: StaffRequest, account: CustomerAccount, form: forms.Form, *, reason: str = "", amount: str = ""
) -> None:
    """
    Fill a form in from the measure that led to it: the reason, and what is at stake as the amount.

    :param reason: name of the field of words
    :param amount: name of the field of yuan
    """
    mark = str(request.GET.get("measure", ""))
    if not (mark.isdecimal() and len(mark) < 18 and request.actor.may(risk.VIEW)):
        return
    measure = queries.filter_measures(actor=request.actor).filter(pk=int(mark), account_id=account.pk).first()
    if measure is None:
        return
    filled: dict[str, Any] = {}
    if reason:
        filled[reason] = f"{measure.number} {words.MEASURES[measure.kind]}"
    if amount:
        filled[amount] = fen_to_yuan(queries.get_exposure_fen(actor=request.actor, measure=measure))
    if measure.kind == RiskMeasureKind.SECURITY.value and "received_reference" in form.fields:
        filled["kind"] = ClaimKind.DEPOSIT_TAKEN.value
    form.initial.update(filled)


def _open(actor: Actor, kind: RiskThing, key: int, measure: RiskMeasure) -> str:
    if kind is RiskThing.STAGED_TERMS:
        return reverse("web:staged_terms", args=[measure.account.number])
    if kind is RiskThing.INTERIM_CYCLE:
        cycle = ReadingCycle.objects.for_actor(actor).filter(pk=key).first()
        return reverse("web:cycle_calendar", args=[cycle.code]) if cycle else ""
    return reverse(PAGES[kind], args=[key])
