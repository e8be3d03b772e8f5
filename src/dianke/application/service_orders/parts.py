"""
One account becomes several, or several become one (分户, 并户).

The accounts that leave are read, billed and closed as in a closing; those that come get their numbers once the debts
are settled, then contracts, and on one day meters, capacity and prices of their own. The order is the case they share.
"""

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from dianke.application.service_orders import leaving, settling
from dianke.application.service_orders.part_terms import find_part_terms
from dianke.application.service_orders.removal import find_meter, require_registers
from dianke.application.service_orders.work import MeterGiven, MeterToInstall, Work
from dianke.domain.billing.models import BillingTerms
from dianke.domain.billing.operations.terms import set_terms
from dianke.domain.billing.queries import finals as final_queries
from dianke.domain.billing.queries.terms import list_terms
from dianke.domain.contracts import queries as contract_queries
from dianke.domain.contracts.models import ContractVersion
from dianke.domain.contracts.types import HOLDING
from dianke.domain.customers import operations as customers
from dianke.domain.customers.models import CustomerAccount
from dianke.domain.customers.types import AccountStatus, UsageClass
from dianke.domain.metering import operations as metering
from dianke.domain.metering.models import UsagePoint
from dianke.domain.metering.types import MeteringSide
from dianke.domain.network import operations as network
from dianke.domain.network.models import Transformer, TransformerSpell
from dianke.domain.network.types import TransformerState
from dianke.domain.readings import operations as readings
from dianke.domain.readings.models import ReadingRoute
from dianke.domain.service_orders.models import EffectKind, ServiceOrder
from dianke.domain.service_orders.operations.effects import note_effect
from dianke.domain.service_orders.operations.parties import find_customer, find_main_point
from dianke.domain.service_orders.queries.effects import list_effects
from dianke.domain.service_orders.queries.leavers import list_leaving
from dianke.domain.service_orders.types import OrderKind
from dianke.kernel.clock import to_shanghai
from dianke.kernel.errors import DomainError
from dianke.platform.identity.types import Actor

KINDS = frozenset({OrderKind.SPLIT.value, OrderKind.MERGE.value})
_CLEAR = "CLEAR"
# Routes may belong to a unit above the account.
_ROUTES = Actor.system("reading the accounts of a split or a merger where the old ones were read")
_PLATE = ("no_load_loss_kw", "load_loss_kw", "no_load_current_percent", "impedance_percent")


class MainPointMissing(DomainError):
    """Nothing measures the account as a whole, or nothing says what it is billed on."""

    code = "service_orders.main_point_missing"
    message = "account {account} has no usage point with billing terms and a reading route to begin from"


class NotBilledAlone(DomainError):
    """The points of an account cannot get a final bill of their own."""

    code = "service_orders.not_billed_alone"
    message = "account {account} cannot be billed by itself: {reason}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """An account that an order opens, with its capacity in kVA and the transformers that it takes along."""

    account: CustomerAccount
    capacity_kva: Decimal
    transformer_codes: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Origin:
    """
    What the accounts that come take over from the order's own: place and supply, terms, route, its capacity in kVA.

    The transformers are those of every account that leaves, by code, with how they stand.
    """

    point: UsagePoint
    terms: BillingTerms
    route: ReadingRoute
    capacity_kva: Decimal
    transformers: dict[str, tuple[Transformer, TransformerState]]


def list_parts(order: ServiceOrder, *, actor: Actor) -> list[Part]:
    """Return the accounts that an order opens, in the order asked for; none before the debts are settled."""
    planned = [one for one in list_effects(actor=actor, order=order) if one.kind == EffectKind.ACCOUNT_PLANNED.value]
    rows = CustomerAccount.objects.for_actor(actor).filter(pk__in=[one.key for one in planned])
    known = {one.pk: one for one in rows.select_related("customer", "unit", "location")}
    wanted: list[dict[str, Any]] = order.asked.get("parts", [])
    return [
        Part(
            account=known[effect.key], capacity_kva=Decimal(one["capacity_kva"]),
            transformer_codes=tuple(one["transformers"]),
        )
        for one, effect in zip(wanted, planned, strict=False)
        if effect.key in known
    ]  # fmt: skip


def check_debts(work: Work) -> None:
    """
    Refuse while one of the accounts owes; once all are clear, number the accounts that come.

    :raises DebtsOpen: if one owes
    :raises MainPointMissing: if nothing says what they are billed on
    :raises NotBilledAlone: if the final bill of one would be refused once its meter is down
    """
    settling.check_debts(work)
    if work.step.outcome != _CLEAR or list_parts(work.order, actor=work.actor):
        return
    for leaver in list_leaving(actor=work.actor, order=work.order):
        _require_billed_alone(leaver)
    origin = _find_origin(work)
    for one in work.order.asked["parts"]:
        account = customers.plan_account(
            actor=work.actor, customer=find_customer(work.actor, one["customer"]), unit=work.order.account.unit,
            usage_class=UsageClass(work.order.account.usage_class), location=origin.point.location,
            on=work.order.effective_on,
        )  # fmt: skip
        work.note(EffectKind.ACCOUNT_PLANNED, key=account.pk, number=account.number, on=work.order.effective_on)


def _require_billed_alone(account: CustomerAccount) -> None:
    points = final_queries.list_route_points(account=account)
    if not points:
        raise NotBilledAlone(field="account", account=account.number, reason="no point of it stands on a route")
    if final_queries.list_others_in_series(points=points):
        raise NotBilledAlone(
            field="account",
            account=account.number,
            reason="sub-meters join it with other accounts; separate them first",
        )
    if len(final_queries.list_cycles(points=points)) > 1:
        raise NotBilledAlone(
            field="account",
            account=account.number,
            reason="its points are read in several cycles; put them on routes of one",
        )


def drop_parts(order: ServiceOrder, *, actor: Actor, at: datetime) -> None:
    """Close the accounts that a cancelled order numbered and never supplied."""
    if order.kind not in KINDS:
        return
    for one in list_parts(order, actor=actor):
        if one.account.status == AccountStatus.PLANNED.value:
            dropped = customers.drop_planned_account(actor=actor, account=one.account, on=to_shanghai(at).date())
            note_effect(
                order=order, kind=EffectKind.ACCOUNT_CLOSED, step="cancel", actor=actor, at=at, key=dropped.pk,
                number=dropped.number, on=dropped.closed_date,
            )  # fmt: skip


def find_contract(order: ServiceOrder, part: Part, *, actor: Actor) -> ContractVersion | None:
    """Return the contract with a part that both sides signed since the order was accepted, None without one."""
    rows = contract_queries.filter_versions(actor=actor).filter(
        account=part.account, state__in=[state.value for state in HOLDING], drafted_at__gte=order.accepted_at
    )
    found: ContractVersion | None = rows.order_by("-id").first()
    return found


def find_unsigned(order: ServiceOrder, *, actor: Actor) -> CustomerAccount:
    """Return the first account that comes and has no contract yet, the order's own where there is none."""
    for part in list_parts(order, actor=actor):
        if find_contract(order, part, actor=actor) is None:
            return part.account
    return order.account


def describe_part(order: ServiceOrder, part: Part, *, actor: Actor) -> dict[str, str]:
    """Return what the contract of an account that comes says of it, by parameter; what it has not yet is as before."""
    point = find_main_point(actor, order.account)
    found = {"customer": part.account.customer.name, "capacity_kva": f"{part.capacity_kva.normalize():f}"}
    if point is not None:
        found |= {"voltage": point.voltage, "address": point.location.address}
        found |= {"sources": point.feeder.name} if point.feeder else {}
    return found


def require_contracts(work: Work) -> None:
    """
    Refuse to go on until both sides signed a contract with every account that comes.

    :raises ContractNotSigned: naming the first without one
    """
    for version in _list_contracts(work):
        work.note(EffectKind.CONTRACT_SIGNED, key=version.pk, number=str(version), on=version.period.lower)


def _list_contracts(work: Work) -> list[ContractVersion]:
    found = []
    for part in list_parts(work.order, actor=work.actor):
        version = find_contract(work.order, part, actor=work.actor)
        if version is None:
            raise leaving.ContractNotSigned(
                field="contract", customer=f"{part.account.customer.number} {part.account.number}",
                day=work.order.effective_on,
            )  # fmt: skip
        found.append(version)
    return found


def list_meters_to_install(order: ServiceOrder, *, actor: Actor) -> list[MeterToInstall]:
    """Return the meters that go up, one an account, of the kind that hung at the place before."""
    standing = leaving.list_standing(order, actor=actor)
    registers = tuple(standing[0].meter.registers) if standing else ()
    return [
        MeterToInstall(
            key=one.account.pk, registers=registers,
            place=f"{one.account.number} · {one.capacity_kva.normalize():f} kVA",
        )
        for one in list_parts(order, actor=actor)
    ]  # fmt: skip


def install_meters(work: Work) -> None:
    """
    Take the old meters down and put those of the new accounts up, all on one day: nothing is measured twice or not.

    :raises ContractNotSigned: if a contract is missing: nobody is cut off for papers
    :raises DayNotCome: before the day agreed
    :raises RegisterNotRead: if a register of an old or a new meter is missing
    :raises MeterNotFound: if a new meter is not in the register of meters
    :raises UnableToInstallMeter: if a meter hangs elsewhere, or a value cannot be
    """
    _list_contracts(work)
    origin = _find_origin(work)
    leaving.remove_meters(work)
    for part in list_parts(work.order, actor=work.actor):
        _connect(work, part, origin, work.given.meters.get(part.account.pk))


def energise(work: Work) -> None:
    """
    Let the new accounts be supplied from today.

    :raises ContractNotSigned: if a contract ended meanwhile
    """
    _list_contracts(work)
    for part in list_parts(work.order, actor=work.actor):
        opened = customers.open_planned_account(actor=work.actor, account=part.account, on=work.today)
        work.note(EffectKind.ACCOUNT_OPENED, key=opened.pk, number=opened.number, on=work.today)


def _find_origin(work: Work) -> _Origin:
    accounts = list_leaving(actor=work.actor, order=work.order)
    point = find_main_point(work.actor, work.order.account)
    terms = list_terms(actor=work.actor, usage_point_ids=[point.pk], on=work.today) if point else []
    route = ReadingRoute.objects.for_actor(_ROUTES).filter(points__usage_point=point).first() if point else None
    if point is None or not terms or route is None:
        raise MainPointMissing(field="account", account=work.order.account.number)
    spells = TransformerSpell.objects.for_actor(work.actor).filter(
        transformer__account__in=accounts, period__endswith=None
    )
    standing = {
        one.transformer.code: (one.transformer, TransformerState(one.state))
        for one in spells.exclude(state=TransformerState.REMOVED.value).select_related("transformer__feeder")
    }
    own = [one for one, _state in standing.values() if one.account_id == work.order.account_id]
    capacity = sum((one.capacity_kva for one in own), Decimal(0))
    return _Origin(point=point, terms=terms[0], route=route, capacity_kva=capacity, transformers=standing)


def _connect(work: Work, part: Part, origin: _Origin, given: MeterGiven | None) -> None:
    """Give an account that comes its point, its transformers, its terms and its meter, from today."""
    old = origin.point
    point = metering.add_usage_point(
        actor=work.actor, code=f"{part.account.number}-1", account=part.account, location=old.location,
        voltage=old.voltage, metering_side=MeteringSide(old.metering_side), area=old.area, feeder=old.feeder,
        unit=old.unit,
    )  # fmt: skip
    work.note(EffectKind.POINT_ADDED, key=point.pk, number=point.code, on=work.today)
    if origin.transformers:
        _add_transformers(work, part, origin)
    meter = find_meter(work, given.number if given else "–")
    assert given is not None  # noqa: S101 - without one there is no number, and that was refused
    metering.install_meter(
        actor=work.actor, meter=meter, usage_point=point, on=work.today,
        readings=require_registers(meter, given.values), ct=given.ct, pt=given.pt,
    )  # fmt: skip
    work.note(EffectKind.METER_INSTALLED, key=meter.pk, number=meter.asset_number, on=work.today)
    wanted = find_part_terms(
        actor=work.actor, order=work.order, before=origin.terms, part_kva=part.capacity_kva,
        whole_kva=origin.capacity_kva, on=work.today,
    )  # fmt: skip
    terms = set_terms(
        actor=work.actor, usage_point=point, start=work.today, plan=origin.terms.plan, shares=wanted.shares,
        **wanted.details,
    )  # fmt: skip
    work.note(EffectKind.TERMS, key=terms.pk, number=point.code, on=work.today)
    readings.put_points_on_route(actor=_ROUTES, route=origin.route, usage_point_ids=[point.pk])


def _add_transformers(work: Work, part: Part, origin: _Origin) -> None:
    """Enter the transformers that a part takes along under its own name; what they leave is one of its own."""
    taken = [origin.transformers[code] for code in part.transformer_codes if code in origin.transformers]
    for sequence, (old, state) in enumerate(taken, 1):
        added = network.add_transformer(
            actor=work.actor, feeder=old.feeder, code=f"{part.account.number}-T{sequence}", name=old.name,
            capacity_kva=old.capacity_kva, since_date=work.today, state=state, account=part.account,
            unit=part.account.unit, model=old.model, interlock_group=old.interlock_group,
            plate={name: getattr(old, name) for name in _PLATE},
        )  # fmt: skip
        work.note(EffectKind.TRANSFORMER_ADDED, key=added.pk, number=added.code, on=work.today)
    rest = part.capacity_kva - sum((old.capacity_kva for old, _state in taken), Decimal(0))
    if rest > 0:
        sequence = len(taken) + 1
        feeder = next(iter(origin.transformers.values()))[0].feeder
        added = network.add_transformer(
            actor=work.actor, feeder=feeder, code=f"{part.account.number}-T{sequence}", name=f"{sequence} 号变",
            capacity_kva=rest, since_date=work.today, account=part.account, unit=part.account.unit,
        )  # fmt: skip
        work.note(EffectKind.TRANSFORMER_ADDED, key=added.pk, number=added.code, on=work.today)
