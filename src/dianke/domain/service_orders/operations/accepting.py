"""An application becomes an order: checked whole, numbered, and set going."""

from dataclasses import dataclass
from datetime import date, datetime

from django.db import transaction
from django.db.utils import IntegrityError

from dianke.domain.customers.models import CustomerAccount
from dianke.domain.network.models import Transformer
from dianke.domain.service_orders.models import OrderAct, OrderSeries, OrderTransformer, ServiceOrder
from dianke.domain.service_orders.operations.due_times import set_due
from dianke.domain.service_orders.operations.moving import add_note, facts_of, keep
from dianke.domain.service_orders.processes import library
from dianke.domain.service_orders.queries.clocks import find_promise_set
from dianke.domain.service_orders.queries.facts import gather_account_facts, list_spells
from dianke.domain.service_orders.rules.checks import check_application
from dianke.domain.service_orders.rules.rule_sets import choose_rule_set, load_rule_sets
from dianke.domain.service_orders.types import ApplicationFacts, OrderKind, Refusal, RuleSet, Spell, SpellKind
from dianke.kernel.calendar import load_mainland_calendar
from dianke.kernel.clock import to_shanghai
from dianke.kernel.errors import DomainError
from dianke.platform.identity.types import Actor
from dianke.platform.processes import running

# Kinds whose effects work, with the process each runs on; a reduction takes the way of a suspension.
PROCESSES: dict[OrderKind, str] = {
    OrderKind.SUSPEND: "suspend",
    OrderKind.REDUCE: "suspend",
    OrderKind.RESUME: "resume",
    OrderKind.RESTORE: "resume",
}
ENDING = {OrderKind.RESUME: SpellKind.SUSPENSION, OrderKind.RESTORE: SpellKind.REDUCTION}


class ApplicationRefused(DomainError):
    """The rules do not allow what is asked for; `refusals` in the facts holds every reason."""

    code = "service_orders.application_refused"
    message = "the application of {account} cannot be accepted: {rules}"


class KindNotOffered(DomainError):
    """Orders of the kind are not worked on here yet."""

    code = "service_orders.kind_not_offered"
    message = "orders of the kind {kind} are not taken yet"


class ChangeOrderOpen(DomainError):
    """Somebody else's order of the account was accepted at the same moment."""

    code = "service_orders.change_order_open"
    message = "another order of {account} was accepted just now; look at it first"


@dataclass(frozen=True, slots=True, kw_only=True)
class Application:
    """
    What a clerk writes down.

    `transformer_codes` are to be sealed; whoever asks for the end of a spell names the day it was sealed on instead.
    `ends_on` is the first day after the time asked for.
    """

    kind: OrderKind
    effective_on: date
    ends_on: date | None = None
    transformer_codes: frozenset[str] = frozenset()
    sealed_on: date | None = None
    stops_supply: bool = False
    papers: frozenset[str] = frozenset()


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
        stops_supply=application.stops_supply, accepted_by=actor.login, accepted_at=at,
    )  # fmt: skip
    set_due(order=order, steps=(), pauses=(), now=at)
    try:
        with transaction.atomic():
            order.save()
    except IntegrityError as fault:
        raise ChangeOrderOpen(field="account", account=account.number) from fault
    _name_transformers(actor, order, account, codes)
    keep(order=order, walk=walk, actor=actor, at=at)
    add_note(order=order, actor=actor, at=at, act=OrderAct.ACCEPTED)
    return order


def _judge(
    *, actor: Actor, account: CustomerAccount, application: Application, at: datetime
) -> tuple[RuleSet, list[Refusal], frozenset[str]]:
    today = to_shanghai(at).date()
    spell = _find_spell(actor, account, application)
    rule_set = choose_rule_set(load_rule_sets(), accepted_on=today, spell_set=spell.rule_set if spell else None)
    facts = gather_account_facts(actor=actor, account=account, on=today)
    codes = spell.unit_ids if spell else application.transformer_codes
    stopped = frozenset(meter.meter_id for meter in facts.meters) if application.stops_supply else frozenset()
    asked = ApplicationFacts(
        kind=application.kind, accepted_on=today, effective_on=application.effective_on, ends_on=application.ends_on,
        unit_ids=codes, stopped_meter_ids=stopped, papers=application.papers, is_whole_unit=True, spell=spell,
    )  # fmt: skip
    refusals = check_application(application=asked, account=facts, rule_set=rule_set, calendar=load_mainland_calendar())
    return rule_set, refusals, codes


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
