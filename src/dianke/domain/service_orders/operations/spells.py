"""What orders of suspension and reduction change: how transformers stand, so that the basic charge is right."""

from datetime import date, datetime

from dianke.domain.network import operations as network
from dianke.domain.network.models import Transformer, TransformerSpell
from dianke.domain.network.types import TransformerState
from dianke.domain.service_orders.models import AgreedSpell, OrderAct, OrderTransformer, ServiceOrder
from dianke.domain.service_orders.operations.moving import add_note
from dianke.domain.service_orders.queries.facts import list_spells, to_spell
from dianke.domain.service_orders.rules.rule_sets import choose_rule_set, load_rule_sets
from dianke.domain.service_orders.rules.spells import compute_effect
from dianke.domain.service_orders.types import OrderKind, Spell, SpellKind
from dianke.kernel.clock import to_shanghai
from dianke.kernel.errors import DomainError
from dianke.platform.identity.types import Actor

_KINDS = {OrderKind.SUSPEND.value: SpellKind.SUSPENSION, OrderKind.REDUCE.value: SpellKind.REDUCTION}


class TooEarlyToSeal(DomainError):
    """The day that was agreed has not come."""

    code = "service_orders.too_early"
    message = "{number} was agreed for {day}: not before"


def seal(*, order: ServiceOrder, actor: Actor, at: datetime) -> AgreedSpell:
    """
    Seal the transformers of an order today; from today their capacity is not charged.

    They stand as suspended for a reduction too: what ends before its shortest term is charged as if it had never been.

    :raises TooEarlyToSeal: before the day that was agreed
    :raises UnableToSetTransformerState: if one of them stands otherwise by now
    """
    today = _require_day(order, at)
    for transformer in _list_transformers(actor, order):
        network.set_transformer_state(
            actor=actor, transformer=transformer, state=TransformerState.SUSPENDED, from_date=today
        )
    spell = AgreedSpell(
        order=order, account=order.account, kind=_KINDS[order.kind].value, rule_set=order.rule_set, sealed_on=today,
        planned_end=order.ends_on,
    )  # fmt: skip
    spell.save()
    return spell


def unseal(*, order: ServiceOrder, actor: Actor, at: datetime) -> None:
    """
    Put the transformers of an order back into use today; from today their capacity is charged.

    :raises TooEarlyToSeal: before the day that was agreed
    :raises UnableToSetTransformerState: if one of them runs already
    """
    today = _require_day(order, at)
    transformers = _list_transformers(actor, order)
    for transformer in transformers:
        network.set_transformer_state(
            actor=actor, transformer=transformer, state=TransformerState.RUNNING, from_date=today
        )
    running = AgreedSpell.objects.for_actor(actor).filter(account=order.account, unsealed_on=None)
    named = OrderTransformer.objects.for_actor(actor).filter(transformer__in=transformers)
    # A suspension that came with the archive has no row of its own: the transformers alone tell of it.
    for spell in running.filter(order_id__in=set(named.order_by().values_list("order_id", flat=True))):
        spell.unsealed_on, spell.ended_by_order = today, order
        spell.save(update_fields=["unsealed_on", "ended_by_order"])


def charge_ended(*, actor: Actor, on: date, at: datetime) -> int:
    """
    Let capacity count again whose term is over or whose year is used up, although it is still sealed.

    Return how many spells changed. In a new year what was used up may rest again.
    """
    changed = 0
    for row in AgreedSpell.objects.for_actor(actor).filter(unsealed_on=None).select_related("order", "account"):
        since = _find_charged_since(actor, row, on)
        if since == row.charged_since:
            continue
        state = TransformerState.HOT_STANDBY if since else TransformerState.SUSPENDED
        for transformer in _list_transformers(actor, row.order):
            if _state_on(actor, transformer, on) != state.value:
                network.set_transformer_state(actor=actor, transformer=transformer, state=state, from_date=since or on)
        row.charged_since = since
        row.save(update_fields=["charged_since"])
        add_note(order=row.order, actor=actor, at=at, act=OrderAct.SPELL_OVER, text=str(since or ""))
        changed += 1
    return changed


def _find_charged_since(actor: Actor, row: AgreedSpell, on: date) -> date | None:
    """Return the day since which a sealed spell is charged in full on a day, None while it is not."""
    earlier = [one for one in list_spells(actor=actor, account=row.account) if one.sealed_on < row.sealed_on]
    rule_set = choose_rule_set(load_rule_sets(), accepted_on=row.sealed_on, spell_set=row.rule_set)
    tomorrow = date.fromordinal(on.toordinal() + 1)
    effect = compute_effect(_spell_of(actor, row), rule_set=rule_set, earlier=earlier, until=tomorrow)
    if any(period.contains(on) for period in effect.reduced):
        return None
    ends = [period.end for period in effect.reduced if period.end is not None]
    return max(ends, default=row.sealed_on)


def _spell_of(actor: Actor, row: AgreedSpell) -> Spell:
    return to_spell(row, {one.code for one in _list_transformers(actor, row.order)})


def _state_on(actor: Actor, transformer: Transformer, on: date) -> str:
    rows = TransformerSpell.objects.for_actor(actor).filter(transformer=transformer, period__contains=on)
    found = rows.first()
    return found.state if found else ""


def _list_transformers(actor: Actor, order: ServiceOrder) -> list[Transformer]:
    rows = OrderTransformer.objects.for_actor(actor).filter(order=order).select_related("transformer")
    return [row.transformer for row in rows.order_by("transformer__code")]


def _require_day(order: ServiceOrder, at: datetime) -> date:
    today = to_shanghai(at).date()
    if today < order.effective_on:
        raise TooEarlyToSeal(field="day", number=order.number, day=order.effective_on)
    return today
