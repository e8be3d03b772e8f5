"""Who comes out of a split or goes into a merger, as the rules look at them and as an order keeps them."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Any

from django.db.utils import OperationalError

from dianke.domain.contracts import queries as contracts
from dianke.domain.contracts.types import HOLDING
from dianke.domain.customers.models import Customer, CustomerAccount
from dianke.domain.customers.types import AccountStatus
from dianke.domain.metering.models import UsagePoint
from dianke.domain.metering.types import PointStatus
from dianke.domain.network.models import Transformer
from dianke.domain.service_orders.queries.facts import gather_account_facts
from dianke.domain.service_orders.types import AccountFacts, ApplicationFacts, OrderKind, PartyFacts
from dianke.kernel.errors import DomainError
from dianke.platform.identity.types import Actor


class PartyUnknown(DomainError):
    """Nobody of that number is within reach."""

    code = "service_orders.party_unknown"
    message = "there is no customer {customer}; enter them first"


class PartyAccountUnknown(DomainError):
    """No account of that number that is supplied is within reach."""

    code = "service_orders.party_account_unknown"
    message = "there is no account {account} that is supplied within your units"


class MergedAccountMissing(DomainError):
    """Nobody said for whom the one account of a merger is, or with what capacity."""

    code = "service_orders.merged_account_missing"
    message = "say for which customer the one account is that goes on, and its capacity"


class PartyBusy(DomainError):
    """Somebody takes another order of an account that goes in at the same moment."""

    code = "service_orders.party_busy"
    message = "somebody is at work on {accounts} just now; try again"


class TransformerNotToShare(DomainError):
    """A transformer is none of the accounts, is named twice, or is larger than the share that takes it."""

    code = "service_orders.transformer_not_to_share"
    message = "transformer {transformer} cannot be taken along: {reason}"


@dataclass(frozen=True, slots=True, kw_only=True)
class NewPart:
    """
    An account that an order opens: for whom, its capacity in kVA, and the transformers that it takes along.

    What the transformers leave of the capacity is a transformer of its own, where the account that ends had any.
    """

    customer_number: str
    capacity_kva: Decimal
    transformer_codes: tuple[str, ...] = ()


def gather_parties(
    *,
    actor: Actor,
    account: CustomerAccount,
    kind: OrderKind,
    parts: Sequence[NewPart],
    numbers: Sequence[str],
    is_adjacent: bool,
    facts: AccountFacts,
    asked: ApplicationFacts,
) -> tuple[AccountFacts, ApplicationFacts]:
    """
    Return the facts of an application with its parties, for the kinds that have any.

    :raises PartyUnknown: if a part is for nobody
    :raises PartyAccountUnknown: if an account that goes in is not there
    :raises TransformerNotToShare: if what a part takes along is not to be had
    """
    if kind is OrderKind.SPLIT:
        customers = [find_customer(actor, one.customer_number) for one in parts]
        _require_transformers(actor, [account], parts)
        parties = [
            PartyFacts(name=customer.name, capacity_kva=one.capacity_kva)
            for customer, one in zip(customers, parts, strict=True)
        ]
        facts = replace(facts, capacity_kva=_find_capacity(actor, account, facts))
        return facts, replace(asked, parties=tuple(parties))
    if kind is OrderKind.MERGE:
        return facts, _gather_merger(actor, account, parts, numbers, is_adjacent, facts, asked)
    if kind is OrderKind.BATCH:
        # Its places entered the archive with the list; the capacity asked for is that of all.
        flats = tuple(PartyFacts(name=number, capacity_kva=Decimal(0)) for number in numbers)
        return facts, replace(asked, parties=flats)
    return facts, asked


def write_parties(parts: Sequence[NewPart], numbers: Sequence[str]) -> dict[str, Any]:
    """Return the parties as an order keeps them; nothing where there are none."""
    found: dict[str, Any] = {}
    if parts:
        found["parts"] = [
            {
                "customer": one.customer_number.strip(), "capacity_kva": f"{one.capacity_kva.normalize():f}",
                "transformers": list(one.transformer_codes),
            }
            for one in parts
        ]  # fmt: skip
    if numbers:
        found["accounts"] = list(numbers)
    return found


def find_customer(actor: Actor, number: str) -> Customer:
    """
    Return a customer who may come to an account.

    :raises PartyUnknown: if there is none
    """
    found: Customer | None = Customer.objects.for_actor(actor).filter(number=number.strip(), merged_into=None).first()
    if found is None:
        raise PartyUnknown(field="parts", customer=number)
    return found


def lock_accounts(actor: Actor, numbers: Sequence[str]) -> list[CustomerAccount]:
    """
    Return supplied accounts by their numbers, in the order named, locked until the transaction ends.

    :raises PartyAccountUnknown: if one is not there
    :raises PartyBusy: if somebody else holds one; nobody waits, for the other may wait for the account of the order
    """
    rows = CustomerAccount.objects.for_actor(actor).filter(number__in=numbers, status=AccountStatus.ACTIVE.value)
    rows = rows.select_related("customer__unit", "unit").select_for_update(of=("self",), nowait=True)
    try:
        known = {one.number: one for one in rows.order_by("id")}
    except OperationalError as fault:
        raise PartyBusy(field="account_numbers", accounts=", ".join(numbers)) from fault
    for number in numbers:
        if number not in known:
            raise PartyAccountUnknown(field="account_numbers", account=number)
    return [known[number] for number in numbers]


def find_main_point(actor: Actor, account: CustomerAccount) -> UsagePoint | None:
    """Return the point that measures an account as a whole, the first by its code."""
    rows = UsagePoint.objects.for_actor(actor).filter(account=account, parent=None, status=PointStatus.ACTIVE.value)
    found: UsagePoint | None = rows.select_related("location", "feeder", "area", "unit").order_by("code").first()
    return found


def _gather_merger(
    actor: Actor,
    account: CustomerAccount,
    parts: Sequence[NewPart],
    numbers: Sequence[str],
    is_adjacent: bool,
    facts: AccountFacts,
    asked: ApplicationFacts,
) -> ApplicationFacts:
    if len(parts) != 1 or parts[0].capacity_kva <= 0:
        raise MergedAccountMissing(field="p1_customer")
    others = lock_accounts(actor, [one for one in dict.fromkeys(numbers) if one != account.number])
    _require_transformers(actor, [account, *others], parts)
    for one in parts:
        find_customer(actor, one.customer_number)
    own = _find_capacity(actor, account, facts)
    parties = [PartyFacts(name=account.number, capacity_kva=own)]
    for other in others:
        known = gather_account_facts(actor=actor, account=other, on=asked.accepted_on)
        parties.append(
            PartyFacts(
                name=other.number, capacity_kva=_find_capacity(actor, other, known), debt_fen=known.debt_fen,
                is_same_supply_point=_is_same_supply(actor, account, other), is_adjacent=is_adjacent,
                open_change_orders=known.open_change_orders,
                has_spell=any(spell.unsealed_on is None for spell in known.spells),
            )
        )  # fmt: skip
    wanted = sum((one.capacity_kva for one in parts), Decimal(0))
    return replace(asked, parties=tuple(parties), capacity_kva=wanted)


def _is_same_supply(actor: Actor, account: CustomerAccount, other: CustomerAccount) -> bool:
    """Return whether two accounts hang on one transformer area, or else on one feeder."""
    first, second = find_main_point(actor, account), find_main_point(actor, other)
    if first is None or second is None:
        return False
    if first.area_id is not None or second.area_id is not None:
        return first.area_id == second.area_id
    return first.feeder_id == second.feeder_id


def _find_capacity(actor: Actor, account: CustomerAccount, facts: AccountFacts) -> Decimal:
    """Return the capacity of an account: that of its transformers, or what its contract says where it has none."""
    if facts.units:
        return facts.capacity_kva
    rows = contracts.filter_versions(actor=actor).filter(account=account, state__in=[state.value for state in HOLDING])
    for version in rows.order_by("-id"):
        text = str(version.parameters.get("capacity_kva", ""))
        if text.replace(".", "", 1).isdecimal():
            return Decimal(text)
    return facts.capacity_kva


def _require_transformers(actor: Actor, accounts: Sequence[CustomerAccount], parts: Sequence[NewPart]) -> None:
    rows = Transformer.objects.for_actor(actor).filter(account__in=accounts)
    known: dict[str, Decimal] = dict(rows.values_list("code", "capacity_kva"))
    named: set[str] = set()
    for one in parts:
        for code in one.transformer_codes:
            reason = "it is none of these accounts" if code not in known else "it is named twice"
            if code not in known or code in named:
                raise TransformerNotToShare(field="parts", transformer=code, reason=reason)
            named.add(code)
        taken = sum((known[code] for code in one.transformer_codes), Decimal(0))
        if taken > one.capacity_kva:
            raise TransformerNotToShare(
                field="parts", transformer=", ".join(one.transformer_codes), reason="it is larger than the share"
            )
