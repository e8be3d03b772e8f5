"""What an order brought about elsewhere, as its page tells it, and where the work of a step is done."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from urllib.parse import urlencode

from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from dianke.application.service_orders.leaving import find_party
from dianke.application.service_orders.parts import describe_part, find_unsigned, list_parts
from dianke.domain.service_orders.models import EffectKind, OrderEffect, ServiceOrder
from dianke.domain.service_orders.queries.effects import find_effect, list_effects
from dianke.domain.service_orders.queries.orders import OrderNotFound, get_order
from dianke.interfaces.web.components.page import Text
from dianke.platform.identity.types import Actor


@dataclass(frozen=True)
class Link:
    """Where something is done or stands."""

    label: Text
    url: str


@dataclass(frozen=True)
class EffectLine:
    """Something that the order brought about."""

    effect: OrderEffect
    name: Text
    url: str


EFFECTS: Mapping[str, Text] = {
    EffectKind.READING.value: pgettext_lazy("order effect", "Special reading"),
    EffectKind.FINAL_BILL.value: pgettext_lazy("order effect", "Final bill asked for"),
    EffectKind.FINAL_ISSUED.value: pgettext_lazy("order effect", "Final bill issued"),
    EffectKind.FINAL_WITHDRAWN.value: pgettext_lazy("order effect", "Final bill withdrawn"),
    EffectKind.METER_REMOVED.value: pgettext_lazy("order effect", "Meter taken down"),
    EffectKind.TRANSFORMER_REMOVED.value: pgettext_lazy("order effect", "Transformer removed"),
    EffectKind.CLAIM.value: pgettext_lazy("order effect", "Refund asked for"),
    EffectKind.CLAIM_PAID.value: pgettext_lazy("order effect", "Refund paid"),
    EffectKind.CONTRACT_SIGNED.value: pgettext_lazy("order effect", "Contract signed"),
    EffectKind.CONTRACT_ENDED.value: pgettext_lazy("order effect", "Contract ended"),
    EffectKind.ACCOUNT_TAKEN_OVER.value: pgettext_lazy("order effect", "Account taken over"),
    EffectKind.ACCOUNT_CLOSED.value: pgettext_lazy("order effect", "Account closed"),
    EffectKind.DEBT_FILED.value: pgettext_lazy("order effect", "Debt filed with the liquidator"),
    EffectKind.KEY_CHANGE.value: pgettext_lazy("order effect", "New name asked for"),
    EffectKind.NAME_CHANGED.value: pgettext_lazy("order effect", "Name changed"),
    EffectKind.TERMS.value: pgettext_lazy("order effect", "Billing terms changed"),
    EffectKind.CUSTOMER_ADDED.value: pgettext_lazy("order effect", "Customer entered"),
    EffectKind.ACCOUNT_PLANNED.value: pgettext_lazy("order effect", "Account numbered"),
    EffectKind.ACCOUNT_OPENED.value: pgettext_lazy("order effect", "Account opened"),
    EffectKind.POINT_ADDED.value: pgettext_lazy("order effect", "Usage point added"),
    EffectKind.POINT_REMOVED.value: pgettext_lazy("order effect", "Usage point removed"),
    EffectKind.SOURCE_ADDED.value: pgettext_lazy("order effect", "Source connected"),
    EffectKind.METER_INSTALLED.value: pgettext_lazy("order effect", "Meter installed"),
    EffectKind.METER_MOVED.value: pgettext_lazy("order effect", "Meter moved"),
    EffectKind.METER_OFF.value: pgettext_lazy("order effect", "Meter taken off for a time"),
    EffectKind.METER_BACK.value: pgettext_lazy("order effect", "Meter back in place"),
    EffectKind.MULTIPLIER.value: pgettext_lazy("order effect", "Multiplier changed"),
    EffectKind.TRANSFORMER_ADDED.value: pgettext_lazy("order effect", "Transformer added"),
    EffectKind.TRANSFORMER_CHANGED.value: pgettext_lazy("order effect", "Transformer exchanged"),
    EffectKind.CAPACITY.value: pgettext_lazy("order effect", "Capacity changed"),
    EffectKind.CLASS_CHANGED.value: pgettext_lazy("order effect", "Class changed"),
    EffectKind.PRICE_CHANGED.value: pgettext_lazy("order effect", "Price changed"),
    EffectKind.VOLTAGE_CHANGED.value: pgettext_lazy("order effect", "Voltage changed"),
    EffectKind.GENERATION_ADDED.value: pgettext_lazy("order effect", "Own generation connected"),
    EffectKind.FEE.value: pgettext_lazy("order effect", "Fee asked for"),
    EffectKind.FEE_PAID.value: pgettext_lazy("order effect", "Fee paid"),
    EffectKind.ENERGISED.value: pgettext_lazy("order effect", "Energised"),
    EffectKind.ORDER_OPENED.value: pgettext_lazy("order effect", "Order opened"),
}
# Pages that take the key of what an effect names.
_PAGES: Mapping[str, str] = {
    EffectKind.FINAL_BILL.value: "web:final",
    EffectKind.FINAL_ISSUED.value: "web:final",
    EffectKind.FINAL_WITHDRAWN.value: "web:final",
    EffectKind.CONTRACT_SIGNED.value: "web:contract",
    EffectKind.CONTRACT_ENDED.value: "web:contract",
    EffectKind.CLAIM.value: "web:claim",
    EffectKind.CLAIM_PAID.value: "web:claim",
}
_RIGHTS: Mapping[str, str] = {
    "web:final": "billing.view",
    "web:contract": "contracts.view",
    "web:claim": "payments.view",
}


def draw_effects(*, actor: Actor, order: ServiceOrder) -> list[EffectLine]:
    """Return what an order brought about, in time; linked where the reader may look."""
    return [
        EffectLine(one, EFFECTS[one.kind], _find_url(actor, order, one))
        for one in list_effects(actor=actor, order=order)
    ]


def _find_url(actor: Actor, order: ServiceOrder, one: OrderEffect) -> str:
    page = _PAGES.get(one.kind)
    if page is None or one.key is None or not actor.may(_RIGHTS[page], order.unit.path):
        return ""
    return reverse(page, args=[one.key])


def link_of_step(actor: Actor, order: ServiceOrder, step: str) -> Link | None:
    """Return where the work of a step is done, filled with what the order knows already."""
    right, make = _LINKS.get(step, ("", None))
    return make(actor, order) if make is not None and actor.may(right, order.unit.path) else None


def _to_contract(actor: Actor, order: ServiceOrder) -> Link | None:
    url = reverse("web:contract_new", args=[find_unsigned(order, actor=actor).number])
    return Link(_("Draft the contract"), f"{url}?{urlencode({'order': order.number})}")


def _to_plan(actor: Actor, order: ServiceOrder) -> Link | None:
    return Link(_("Write the plan"), reverse("web:service_order_plan", args=[order.number]))


def _to_desk(actor: Actor, order: ServiceOrder) -> Link | None:
    url = reverse("web:counter_desk")
    return Link(_("Take the money at the desk"), f"{url}?{urlencode({'account': order.account.number})}")


def _to_final(actor: Actor, order: ServiceOrder) -> Link | None:
    final = find_effect(actor=actor, order=order, kind=EffectKind.FINAL_BILL)
    return Link(_("Look at the final bill"), reverse("web:final", args=[final.key])) if final is not None else None


def _to_claims(actor: Actor, order: ServiceOrder) -> Link | None:
    return Link(_("Refunds of the account"), reverse("web:claims_account", args=[order.account.number]))


def _to_parts(actor: Actor, order: ServiceOrder) -> Link | None:
    return Link(_("Look at the parts"), reverse("web:service_batch", args=[order.number]))


_LINKS: Mapping[str, tuple[str, Callable[[Actor, ServiceOrder], Link | None] | None]] = {
    "sign_contract": ("contracts.draft", _to_contract),
    "sign_dual_agreement": ("contracts.draft", _to_contract),
    "draft_plan": ("orders.plan", _to_plan),
    "collect_fee": ("payments.receive", _to_desk),
    "finish_parts": ("orders.view", _to_parts),
    "issue_final": ("billing.view", _to_final),
    "refund": ("payments.view", _to_claims),
}


def find_contract_facts(*, actor: Actor, account_number: str, number: str) -> tuple[date | None, dict[str, str]]:
    """Return from when the contract of an order holds and with whom; nothing where the order is not of the account."""
    try:
        order = get_order(actor=actor, number=number)
    except OrderNotFound:
        return None, {}
    part = next((one for one in list_parts(order, actor=actor) if one.account.number == account_number), None)
    if part is not None:
        return order.effective_on, describe_part(order, part, actor=actor)
    if order.account.number != account_number:
        return None, {}
    name, _number = find_party(order, actor=actor)
    return order.effective_on, {"customer": name} if name else {}
