"""An application becomes an order: checked whole, numbered, and set going."""

from dataclasses import dataclass, replace
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django.db import transaction
from django.db.utils import IntegrityError

from dianke.domain.billing.types import BasicMode
from dianke.domain.customers.models import Customer, CustomerAccount
from dianke.domain.customers.types import AccountStatus
from dianke.domain.network.models import Transformer
from dianke.domain.service_orders.models import OrderAct, OrderSeries, OrderTransformer, ServiceOrder
from dianke.domain.service_orders.operations.due_times import set_due
from dianke.domain.service_orders.operations.moving import add_note, facts_of, keep
from dianke.domain.service_orders.operations.papers import ask_for_papers
from dianke.domain.service_orders.operations.parties import NewPart, gather_parties, write_parties
from dianke.domain.service_orders.processes import library
from dianke.domain.service_orders.queries.applicants import find_applicant_debt, find_bankrupt_debt, is_place_taken
from dianke.domain.service_orders.queries.clocks import find_promise_set
from dianke.domain.service_orders.queries.demands import find_demand_change, find_mode_change
from dianke.domain.service_orders.queries.facts import gather_account_facts, list_spells, read_voltage_kv
from dianke.domain.service_orders.queries.unused import find_months_of_use
from dianke.domain.service_orders.rules.case import NEW_SUPPLIES
from dianke.domain.service_orders.rules.checks import check_application
from dianke.domain.service_orders.rules.rule_sets import choose_rule_set, load_rule_sets
from dianke.domain.service_orders.types import (
    AccountFacts,
    ApplicationFacts,
    OrderKind,
    Refusal,
    RuleSet,
    Spell,
    SpellKind,
)
from dianke.kernel.calendar import load_mainland_calendar
from dianke.kernel.clock import to_shanghai
from dianke.kernel.errors import DomainError
from dianke.platform.identity.types import Actor
from dianke.platform.processes import running

# Kinds whose effects work, with the process each runs on.
PROCESSES: dict[OrderKind, str] = {
    OrderKind.SUSPEND: "suspend",
    OrderKind.REDUCE: "reduce",
    OrderKind.RESUME: "resume",
    OrderKind.RESTORE: "restore",
    OrderKind.TRANSFER: "transfer",
    OrderKind.CLOSE: "close",
    OrderKind.CLOSE_FORCED: "close_forced",
    OrderKind.BANKRUPTCY: "bankruptcy",
    OrderKind.RENAME: "rename",
    OrderKind.MANY_PERSONS: "many_persons",
    OrderKind.CHANGE_DEMAND: "change_demand",
    OrderKind.CHANGE_MODE: "change_mode",
    OrderKind.SUPPLY_RESIDENT: "supply_resident",
    OrderKind.SUPPLY_LOW: "supply_low",
    OrderKind.TEMPORARY: "temporary",
    OrderKind.CHARGING_PILE: "charging_pile",
    OrderKind.BATCH: "batch",
    OrderKind.SOLAR: "solar",
    OrderKind.SUPPLY_HIGH_SINGLE: "supply_high_single",
    OrderKind.SUPPLY_HIGH_DUAL: "supply_high_dual",
    OrderKind.INCREASE: "increase",
    OrderKind.REMOVE: "remove",
    OrderKind.REINSTALL: "reinstall",
    OrderKind.SPLIT: "split",
    OrderKind.MERGE: "merge",
}
_WITH_DEMAND = frozenset({OrderKind.CHANGE_DEMAND, OrderKind.CHANGE_MODE})
ENDING = {OrderKind.RESUME: SpellKind.SUSPENSION, OrderKind.RESTORE: SpellKind.REDUCTION}


class ApplicationRefused(DomainError):
    """The rules do not allow what is asked for; `refusals` in the facts holds every reason."""

    code = "service_orders.application_refused"
    message = "the application of {account} cannot be accepted: {rules}"


class KindNotOffered(DomainError):
    """Orders of the kind are not worked on here yet."""

    code = "service_orders.kind_not_offered"
    message = "orders of the kind {kind} are not taken yet"


class KindNotOfAccount(DomainError):
    """A new supply is asked for of an account that has one, or something else of one that has none yet."""

    code = "service_orders.kind_not_of_account"
    message = "this cannot be asked for of {account}: a new supply is for an account that is being connected"


class TakerUnknown(DomainError):
    """Nobody of that number is within reach to take an account over."""

    code = "service_orders.taker_unknown"
    message = "there is no customer {customer} who could take the account over; enter them first"


class ChangeOrderOpen(DomainError):
    """Somebody else's order of the account was accepted at the same moment."""

    code = "service_orders.change_order_open"
    message = "another order of {account} was accepted just now; look at it first"


@dataclass(frozen=True, slots=True, kw_only=True)
class Application:
    """
    What a clerk writes down.

    `transformer_codes` are to be sealed; whoever asks for the end of a spell names the day it was sealed on instead.
    `ends_on` is the first day after the time asked for. `taker_number` is the number of the customer who takes an
    account over; `keeps_use` says that place, capacity, class and supply point stay. `open_claim_fen` is what is to
    be filed with a liquidator.
    """

    kind: OrderKind
    effective_on: date
    ends_on: date | None = None
    transformer_codes: frozenset[str] = frozenset()
    sealed_on: date | None = None
    stops_supply: bool = False
    papers: frozenset[str] = frozenset()
    taker_number: str = ""
    carries_debts: bool = False
    keeps_use: bool = False
    is_same_subject: bool = False
    new_name: str = ""
    has_stopped_all: bool = False
    is_meter_intact: bool | None = None
    open_claim_fen: int | None = None
    persons: int | None = None
    contract_kw: Decimal | None = None
    basic_mode: BasicMode | None = None
    capacity_kva: Decimal | None = None
    voltage: str = ""
    # Of a split the accounts that come out, of a merger the one; the numbers of those that go into it beside.
    parts: tuple[NewPart, ...] = ()
    account_numbers: tuple[str, ...] = ()
    is_separable: bool = False
    is_adjacent: bool = False


def check(
    *, actor: Actor, account: CustomerAccount, application: Application, at: datetime
) -> tuple[RuleSet, list[Refusal]]:
    """Return the rule set that an application is judged by and every reason against it."""
    judged = _judge(actor=actor, account=account, application=application, at=at)
    return judged[0], judged[1]


def accept(*, actor: Actor, account: CustomerAccount, application: Application, at: datetime) -> ServiceOrder:
    """
    Accept an application and return its order, standing at the first step after acceptance.

    :raises KindNotOffered: if orders of the kind have no effect here yet
    :raises ApplicationRefused: if the rules stand against it, with every reason
    :raises ChangeOrderOpen: if another order of the account was accepted at the same moment
    """
    if application.kind not in PROCESSES:
        raise KindNotOffered(field="kind", kind=application.kind)
    rule_set, refusals, codes = _judge(actor=actor, account=account, application=application, at=at)
    if refusals:
        rules = "; ".join(f"{one.code} ({one.article})" for one in refusals)
        raise ApplicationRefused(field="kind", account=account.number, rules=rules, refusals=tuple(refusals))
    process = library().newest(PROCESSES[application.kind])
    walk = running.start(library(), process.id, facts=facts_of(process))
    order = ServiceOrder(
        unit=account.customer.unit, number=_draw_number(actor, to_shanghai(at).date()), kind=application.kind.value,
        account=account, rule_set=rule_set.code, promise_set=find_promise_set(at=at), process_id=process.id,
        process_state=walk.save(), effective_on=application.effective_on, ends_on=application.ends_on,
        stops_supply=application.stops_supply, taker=_find_taker(actor, application), asked=_write_asked(application),
        accepted_by=actor.login, accepted_at=at,
    )  # fmt: skip
    set_due(order=order, steps=(), pauses=(), now=at)
    try:
        with transaction.atomic():
            order.save()
    except IntegrityError as fault:
        raise ChangeOrderOpen(field="account", account=account.number) from fault
    _name_transformers(actor, order, account, codes)
    ask_for_papers(order=order, shown=application.papers, actor=actor, at=at)
    keep(order=order, walk=walk, actor=actor, at=at)
    add_note(order=order, actor=actor, at=at, act=OrderAct.ACCEPTED)
    return order


def _judge(
    *, actor: Actor, account: CustomerAccount, application: Application, at: datetime
) -> tuple[RuleSet, list[Refusal], frozenset[str]]:
    today = to_shanghai(at).date()
    spell = _find_spell(actor, account, application)
    rule_set = choose_rule_set(load_rule_sets(), accepted_on=today, spell_set=spell.rule_set if spell else None)
    is_new = application.kind in NEW_SUPPLIES
    if is_new != (account.status == AccountStatus.PLANNED.value):
        raise KindNotOfAccount(field="kind", account=account.number)
    facts = gather_account_facts(actor=actor, account=account, on=today)
    codes = spell.unit_ids if spell else application.transformer_codes
    facts = _add_history(actor, account, application.kind, facts, rule_set, today)
    stopped = frozenset(meter.meter_id for meter in facts.meters) if application.stops_supply else frozenset()
    stays = True if application.keeps_use else None
    asked = ApplicationFacts(
        kind=application.kind, accepted_on=today, effective_on=application.effective_on, ends_on=application.ends_on,
        unit_ids=codes, stopped_meter_ids=stopped, papers=application.papers, is_whole_unit=True, spell=spell,
        is_same_address=stays, is_same_class=stays, is_same_supply_point=stays,
        is_same_subject=_is_same_subject(actor, account, application), carries_debts=application.carries_debts,
        has_stopped_all=application.has_stopped_all or None, is_meter_intact=application.is_meter_intact,
        open_claim_fen=application.open_claim_fen, persons=application.persons,
        contract_demand_kw=application.contract_kw, basic_mode=application.basic_mode,
        capacity_kva=application.capacity_kva,
        voltage_kv=read_voltage_kv(application.voltage) if application.voltage else None,
        **(_look_at_applicant(actor, account, today) if is_new else {}),
        is_separable=application.is_separable or None,
    )  # fmt: skip
    facts, asked = gather_parties(
        actor=actor, account=account, kind=application.kind, parts=application.parts,
        numbers=application.account_numbers, is_adjacent=application.is_adjacent, facts=facts, asked=asked,
    )  # fmt: skip
    refusals = check_application(
        application=asked, account=None if is_new else facts, rule_set=rule_set, calendar=load_mainland_calendar()
    )
    return rule_set, refusals, codes


def _add_history(
    actor: Actor, account: CustomerAccount, kind: OrderKind, facts: AccountFacts, rule_set: RuleSet, today: date
) -> AccountFacts:
    """Return how an account stands with what only some kinds look back for."""
    if kind is OrderKind.CLOSE_FORCED:
        months = rule_set.get("close_forced.unused", on=today).amount or 0
        used = find_months_of_use(actor=actor, account=account, before=today, months=months)
        return replace(facts, months_of_use=used)
    if kind is OrderKind.CHANGE_DEMAND:
        return replace(facts, demand_changed_on=find_demand_change(actor=actor, account=account))
    if kind is OrderKind.CHANGE_MODE:
        return replace(facts, mode_changed_on=find_mode_change(actor=actor, account=account))
    return facts


def _look_at_applicant(actor: Actor, account: CustomerAccount, on: date) -> dict[str, Any]:
    """Return what a new supply is judged by beside what is asked for; the number stands for the order alone."""
    return {
        "applicant_debt_fen": find_applicant_debt(actor=actor, account=account, on=on),
        "is_place_taken": is_place_taken(account=account),
        "bankrupt_debt_fen": find_bankrupt_debt(account=account, on=on),
    }


def _find_taker(actor: Actor, application: Application) -> Customer | None:
    number = application.taker_number.strip()
    if application.kind is not OrderKind.TRANSFER:
        return None
    rows = Customer.objects.for_actor(actor).filter(number=number, merged_into=None)
    found: Customer | None = rows.first() if number else None
    if found is None:
        raise TakerUnknown(field="taker", customer=number)
    return found


def _is_same_subject(actor: Actor, account: CustomerAccount, application: Application) -> bool | None:
    """Return whether the subject stays; of a transfer by the archive, of a new name by what the papers say."""
    if application.kind is not OrderKind.TRANSFER:
        return application.is_same_subject or None
    taker, holder = _find_taker(actor, application), account.customer
    assert taker is not None  # noqa: S101 - refused before
    has_same_papers = bool(taker.identity_hash) and taker.identity_hash == holder.identity_hash
    return taker.pk == holder.pk or has_same_papers


def _write_asked(application: Application) -> dict[str, Any]:
    """Return what only some kinds ask for, as an order keeps it."""
    asked: dict[str, Any] = {}
    if application.capacity_kva is not None:
        asked["capacity_kva"] = f"{application.capacity_kva.normalize():f}"
    if application.voltage:
        asked["voltage"] = application.voltage
    if application.kind is OrderKind.TRANSFER and application.carries_debts:
        asked["carries_debts"] = True
    if application.kind is OrderKind.BANKRUPTCY and application.open_claim_fen:
        asked["open_claim_fen"] = application.open_claim_fen
    if application.kind is OrderKind.CHANGE_MODE and application.basic_mode is not None:
        asked["basic_mode"] = application.basic_mode.value
    if application.kind in _WITH_DEMAND and application.contract_kw is not None:
        asked["contract_kw"] = f"{application.contract_kw.normalize():f}"
    if application.kind is OrderKind.MANY_PERSONS and application.persons is not None:
        asked["persons"] = application.persons
    return asked | write_parties(application.parts, application.account_numbers)


def _find_spell(actor: Actor, account: CustomerAccount, application: Application) -> Spell | None:
    wanted = ENDING.get(application.kind)
    spells = [
        one
        for one in list_spells(actor=actor, account=account)
        if one.kind is wanted and one.sealed_on == application.sealed_on
    ]
    return spells[-1] if spells else None


def _name_transformers(actor: Actor, order: ServiceOrder, account: CustomerAccount, codes: frozenset[str]) -> None:
    rows = Transformer.objects.for_actor(actor).filter(account=account, code__in=codes).order_by("code")
    OrderTransformer.objects.bulk_create([OrderTransformer(order=order, transformer=row) for row in rows])


def _draw_number(actor: Actor, day: date) -> str:
    OrderSeries.objects.bulk_create([OrderSeries(day=day)], ignore_conflicts=True)
    series = OrderSeries.objects.for_actor(actor).select_for_update().get(day=day)
    series.last_number += 1
    series.save(update_fields=["last_number"])
    return f"YK-{day:%Y%m%d}-{series.last_number:04d}"
