"""How an account stands when somebody applies, as the rules want to know it."""

from datetime import date
from decimal import Decimal

from dianke.domain.billing.queries.terms import list_terms
from dianke.domain.billing.types import BasicMode
from dianke.domain.customers.models import CustomerAccount
from dianke.domain.customers.types import UsageClass
from dianke.domain.metering.models import MeterInstallation, UsagePoint
from dianke.domain.network.models import Transformer, TransformerSpell
from dianke.domain.network.types import TransformerState
from dianke.domain.receivables.queries.debts import get_position
from dianke.domain.service_orders.models import IS_OPEN, AgreedSpell, OrderTransformer, ServiceOrder
from dianke.domain.service_orders.queries.removals import find_removed_on
from dianke.domain.service_orders.queries.temporaries import find_temporary
from dianke.domain.service_orders.rules.rule_sets import choose_rule_set, load_rule_sets
from dianke.domain.service_orders.types import AccountFacts, MeterFacts, OrderKind, Spell, SpellKind, UnitFacts
from dianke.platform.identity.types import Actor

_SEALED = (TransformerState.SUSPENDED.value, TransformerState.COLD_SEALED.value)


def gather_account_facts(*, actor: Actor, account: CustomerAccount, on: date) -> AccountFacts:
    """
    Return how an account stands on a day: its units with their states, meters, debts in fen, spells, open orders.

    Units are named by their codes, meters by their asset numbers. A meter counts as fed by every unit of the account:
    the archive does not tell which of them feeds it.
    """
    units = _list_units(actor, account, on)
    codes = frozenset(unit.unit_id for unit in units)
    points = list(UsagePoint.objects.for_actor(actor).filter(account=account).order_by("code"))
    terms = list_terms(actor=actor, usage_point_ids=[point.pk for point in points], on=on) if points else []
    installed = MeterInstallation.objects.for_actor(actor).filter(usage_point__in=points, period__contains=on)
    meters = installed.order_by().values_list("meter__asset_number", flat=True)
    open_orders = ServiceOrder.objects.for_actor(actor).filter(IS_OPEN, account=account)
    modes = [BasicMode(one.basic_mode) for one in terms if one.basic_mode != BasicMode.NONE.value]
    return AccountFacts(
        account_id=account.number,
        capacity_kva=sum((unit.capacity_kva for unit in units), Decimal(0)),
        voltage_kv=max((read_voltage_kv(point.voltage) for point in points), default=Decimal(0)),
        is_resident=account.usage_class == UsageClass.RESIDENTIAL.value,
        is_temporary=find_temporary(actor=actor, account=account) is not None,
        basic_mode=modes[0] if modes else BasicMode.NONE,
        debt_fen=get_position(actor=actor, customer_account_id=account.pk, on=on).owed_fen,
        open_change_orders=(
            *open_orders.order_by("number").values_list("number", flat=True),
            *_list_mergers(actor, account),
        ),
        units=units,
        meters=tuple(MeterFacts(meter_id=number, unit_ids=codes) for number in sorted(set(meters))) if codes else (),
        spells=tuple(list_spells(actor=actor, account=account)),
        connected_on=account.opened_date,
        removed_on=find_removed_on(actor=actor, account=account),
    )


def _list_mergers(actor: Actor, account: CustomerAccount) -> list[str]:
    """Return open mergers of other accounts that this one is to go into."""
    rows = ServiceOrder.objects.for_actor(actor).filter(
        IS_OPEN, kind=OrderKind.MERGE.value, asked__accounts__contains=[account.number]
    )
    return list(rows.order_by("number").values_list("number", flat=True))


def list_spells(*, actor: Actor, account: CustomerAccount) -> list[Spell]:
    """Return the suspensions and reductions of an account: those of orders, and those the archive tells of besides."""
    agreed = list(AgreedSpell.objects.for_actor(actor).filter(account=account).order_by("sealed_on", "id"))
    named = OrderTransformer.objects.for_actor(actor).filter(order__in=[one.order_id for one in agreed])
    codes: dict[int, set[str]] = {}
    for order_id, code in named.order_by().values_list("order_id", "transformer__code"):
        codes.setdefault(order_id, set()).add(code)
    found = [to_spell(one, codes.get(one.order_id, set())) for one in agreed]
    return sorted([*found, *_list_unagreed(actor, account, found)], key=lambda spell: spell.sealed_on)


def to_spell(row: AgreedSpell, codes: set[str]) -> Spell:
    """Return an agreed spell as the rules read it."""
    return Spell(
        order_id=row.order.number if "order" in row.__dict__ else str(row.order_id),
        kind=SpellKind(row.kind),
        unit_ids=frozenset(codes),
        sealed_on=row.sealed_on,
        planned_end=row.planned_end,
        rule_set=row.rule_set,
        unsealed_on=row.unsealed_on,
    )


def _list_unagreed(actor: Actor, account: CustomerAccount, agreed: list[Spell]) -> list[Spell]:
    """Suspensions that came with the archive have no order; their rules are those of the day they began."""
    rows = TransformerSpell.objects.for_actor(actor).filter(
        transformer__account=account, state=TransformerState.SUSPENDED.value
    )
    known = {(code, spell.sealed_on) for spell in agreed for code in spell.unit_ids}
    return [
        Spell(
            order_id=f"{row.transformer.code} {row.period.lower}",
            kind=SpellKind.SUSPENSION,
            unit_ids=frozenset({row.transformer.code}),
            sealed_on=row.period.lower,
            planned_end=row.period.upper,
            rule_set=choose_rule_set(load_rule_sets(), accepted_on=row.period.lower).code,
            unsealed_on=row.period.upper,
        )
        for row in rows.select_related("transformer").order_by("period")
        if not _is_told(row, known, agreed)
    ]


def _is_told(row: TransformerSpell, known: set[tuple[str, date]], agreed: list[Spell]) -> bool:
    """Return whether an order tells of a state; a new year may begin a second one within its spell."""
    if (row.transformer.code, row.period.lower) in known:
        return True
    return any(
        row.transformer.code in one.unit_ids
        and one.sealed_on <= row.period.lower
        and (one.unsealed_on is None or row.period.lower < one.unsealed_on)
        for one in agreed
    )


def _list_units(actor: Actor, account: CustomerAccount, on: date) -> tuple[UnitFacts, ...]:
    spells = TransformerSpell.objects.for_actor(actor).filter(transformer__account=account, period__contains=on)
    states = dict(spells.order_by().values_list("transformer_id", "state"))
    rows = Transformer.objects.for_actor(actor).filter(account=account).order_by("code")
    return tuple(
        UnitFacts(
            unit_id=row.code,
            capacity_kva=row.capacity_kva,
            state=TransformerState(states[row.pk]),
            is_sealed=states[row.pk] in _SEALED,
        )
        for row in rows
        if states.get(row.pk, TransformerState.REMOVED.value) != TransformerState.REMOVED.value
    )


def read_voltage_kv(text: str) -> Decimal:
    """Return a nominal voltage of the archive in kV: `10kV` is 10, `380V` is 0.38."""
    if text.endswith("kV"):
        return Decimal(text.removesuffix("kV"))
    return Decimal(text.removesuffix("V")) / 1000
