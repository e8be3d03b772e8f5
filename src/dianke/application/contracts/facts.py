"""What the archive, the prices and the guarantees of an account fill into its contract."""

from datetime import date
from decimal import Decimal

from dianke.domain.billing.models import BillingTerms
from dianke.domain.billing.queries.terms import list_terms
from dianke.domain.billing.types import BasicMode
from dianke.domain.customers.models import CustomerAccount
from dianke.domain.customers.queries import accounts
from dianke.domain.customers.types import AccountStatus
from dianke.domain.metering.queries.supply_tree import get_supply_tree
from dianke.domain.metering.types import MeteringSide, SupplyTree
from dianke.domain.network.types import VOLTAGES
from dianke.domain.receivables.queries.guarantees import filter_guarantees, held_on
from dianke.domain.service_orders.models import SourceRole
from dianke.domain.service_orders.queries.plans import find_plan_of_account, list_sources
from dianke.kernel.errors import DomainError
from dianke.kernel.money import fen_to_yuan
from dianke.platform.identity.types import Actor

_CLASSES = {
    "RESIDENTIAL": "居民生活用电",
    "RESIDENTIAL_SHARED": "居民合表用电",
    "AGRICULTURAL": "农业生产用电",
    "COMMERCIAL_INDUSTRIAL": "工商业用电",
    "LARGE_INDUSTRIAL": "大工业用电",
}


class ContractAccountUnknown(DomainError):
    """There is no account of the number within the actor's units."""

    code = "contracts.account_unknown"
    message = "no account {account} was found"


def get_account(actor: Actor, number: str) -> CustomerAccount:
    """
    Return the account of a number.

    :raises ContractAccountUnknown: if it is not within the actor's units
    """
    account = accounts.get_account(actor=actor, number=number.strip())
    if account is None:
        raise ContractAccountUnknown(field="account", account=number)
    return account


def gather_facts(*, actor: Actor, account: CustomerAccount, on: date) -> dict[str, str]:
    """Return what is known of an account on a day, by parameter; what nobody knows is left out."""
    tree = get_supply_tree(actor=actor, account=account, on=on)
    terms = list_terms(actor=actor, usage_point_ids=[one.usage_point_id for one in tree.points], on=on)
    facts = {
        "supplier": account.unit.name,
        "customer": account.customer.name,
        "account": account.number,
        "usage": _CLASSES.get(account.usage_class, account.usage_class),
        **_read_supply(tree),
        **_read_terms(terms),
        **(_read_plan(actor, account) if account.status == AccountStatus.PLANNED.value else {}),
        "guarantee": _write_guarantees(actor, account, on),
    }
    return {name: value for name, value in facts.items() if value}


def _read_plan(actor: Actor, account: CustomerAccount) -> dict[str, str]:
    """Return what the plan says of a supply that is not switched on yet, and the place that it is for."""
    place = {"address": account.location.address if account.location else ""}
    plan = find_plan_of_account(actor=actor, account=account)
    if plan is None:
        return place
    sources = list_sources(actor=actor, plan=plan)
    standby = [one for one in sources if one.role == SourceRole.STANDBY.value]
    sides = sorted({one.metering_side for one in sources})
    return {
        **place,
        "voltage": plan.voltage,
        "capacity_kva": _plain(plan.capacity_kva),
        "sources": "、".join(f"{one.feeder or one.area}" for one in sources),
        "standby_source": "、".join(f"{one.feeder or one.area}" for one in standby),
        "metering": "、".join(_SIDES[MeteringSide(side)] for side in sides),
        "price": plan.price_plan.name,
        "ownership_point": plan.ownership_point,
        "interlock": plan.interlock,
        "basic_mode": plan.basic_mode if plan.basic_mode != BasicMode.NONE.value else "",
        "contract_kw": _plain(plan.contract_kw) if plan.contract_kw else "",
        "power_factor": _plain(plan.power_factor_standard) if plan.power_factor_standard else "",
    }


def _read_supply(tree: SupplyTree) -> dict[str, str]:
    capacity = {
        one.code: one.capacity_kva for point in tree.points for one in point.transformers if one.is_own
    }  # fmt: skip
    # A voltage that the network does not know is for a person to write.
    heights = {one.voltage for one in tree.points if one.voltage in VOLTAGES}
    sides = {one.metering_side for one in tree.points}
    return {
        "address": "、".join(dict.fromkeys(one.address for one in tree.points)),
        "voltage": max(heights, key=VOLTAGES.index, default=""),
        "sources": "、".join(dict.fromkeys(one.feeder.name for one in tree.points)),
        "capacity_kva": _plain(sum(capacity.values(), Decimal(0))) if capacity else "",
        "metering": "、".join(_SIDES[MeteringSide(side)] for side in sorted(sides) if side in _SIDES),
    }


_SIDES = {
    MeteringSide.HIGH_HIGH: "高供高计",
    MeteringSide.HIGH_LOW: "高供低计",
    MeteringSide.LOW_LOW: "低供低计",
}


def _read_terms(terms: list[BillingTerms]) -> dict[str, str]:
    modes = {one.basic_mode for one in terms} - {BasicMode.NONE.value}
    factors = {one.power_factor_standard for one in terms if one.power_factor_standard}
    demand = sum((one.contract_kw for one in terms if one.contract_kw), Decimal(0))
    return {
        "price": "、".join(dict.fromkeys(one.plan.name for one in terms)),
        # Points of one account that differ are for a person to write.
        "basic_mode": modes.pop() if len(modes) == 1 else "",
        "contract_kw": _plain(demand) if demand else "",
        "power_factor": _plain(factors.pop()) if len(factors) == 1 else "",
    }


def _write_guarantees(actor: Actor, account: CustomerAccount, on: date) -> str:
    rows = filter_guarantees(actor=actor).filter(held_on(on), account=account).order_by("id")
    return "；".join(
        f"{one.guarantor}（{one.reference}），金额{fen_to_yuan(one.amount_fen):,.2f}元，至{one.valid_until_date}"
        for one in rows
    )


def _plain(value: Decimal) -> str:
    return f"{value.normalize():f}"
