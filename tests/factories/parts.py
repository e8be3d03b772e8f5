"""Splits and mergers of a small town, led through their steps by whose post each is."""

from datetime import date
from decimal import Decimal
from typing import Any

from tests.factories.leaving import ASKED, EVERYBODY, LAST_DAY, NOON, Town
from tests.factories.months import exempt_everything
from tests.factories.paid import pay

from dianke.application import contracts
from dianke.application.service_orders.parts import Part, list_parts
from dianke.application.service_orders.work import MeterGiven
from dianke.domain.billing.models import FinalBilling
from dianke.domain.contracts.types import ContractKind
from dianke.domain.metering import operations as metering
from dianke.domain.metering.models import UsagePoint
from dianke.domain.metering.types import RegisterKind
from dianke.domain.receivables.queries.debts import get_position
from dianke.domain.service_orders.models import ServiceOrder
from dianke.domain.service_orders.operations.parties import NewPart
from dianke.domain.service_orders.types import OrderKind

ASKED_ON = ASKED.date()


def make_part(customer: str, kva: str, *codes: str) -> NewPart:
    return NewPart(customer_number=customer, capacity_kva=Decimal(kva), transformer_codes=codes)


def owed(point: UsagePoint, on: date = LAST_DAY) -> int:
    return get_position(actor=EVERYBODY, customer_account_id=point.account_id, on=on).owed_fen


def clear(town: Town, point: UsagePoint, on: date = ASKED_ON) -> None:
    """Pay what an account owes."""
    pay(town.utility, town.account(point), owed(point, on), f"{point.pk}-{on}", day=on)


def ask_split(town: Town, *parts: NewPart, **given: Any) -> ServiceOrder:
    values: dict[str, Any] = {"parts": parts, "is_separable": True} | given
    return town.ask(town.factory, OrderKind.SPLIT, **values)


def lead_to_works(town: Town, order: ServiceOrder) -> None:
    """Let an order be checked, approved and cleared of debts; the accounts that come have their numbers."""
    town.do(order, "check_site", ASKED)
    town.do(order, "approve_change", ASKED, outcome="APPROVED")
    town.do(order, "check_debts", ASKED, outcome="CLEAR")


def lead_to_connection(town: Town, order: ServiceOrder) -> list[Part]:
    """Let the works be built and passed; return the accounts that come."""
    lead_to_works(town, order)
    for step in ("design", "build", "report_completion"):
        town.do(order, step, ASKED)
    town.do(order, "inspect_completion", ASKED, outcome="PASSED")
    return list_parts(town.read(order), actor=EVERYBODY)


def sign_parts(town: Town, parts: list[Part]) -> None:
    """Let a contract with every account that comes be signed by both sides."""
    for part in parts:
        given = {
            "ownership_point": "表后开关出线端", "payment_days": "10", "price": "合同电价", "voltage": "10kV",
            "address": "测试路", "capacity_kva": f"{part.capacity_kva}", "sources": "测试线", "metering": "高供高计",
            "customer": part.account.customer.name, "power_factor": "0.9", "basic_mode": "CAPACITY",
        }  # fmt: skip
        version = contracts.draft_contract(
            actor=town.people["manager"], account_number=part.account.number, kind=ContractKind.LOW_VOLTAGE,
            start=LAST_DAY, given=given, at=ASKED,
        )  # fmt: skip
        town.sign_draft(version, at=ASKED)


def make_meters(town: Town, parts: list[Part], first: dict[int, str]) -> dict[int, MeterGiven]:
    """Return new meters of the register, one an account, with what each shows."""
    found = {}
    for part, (sequence, total) in zip(parts, first.items(), strict=True):
        number = f"M-{sequence}"
        metering.register_meter(
            actor=town.utility.actor, unit=town.utility.root, asset_number=number, registers=[RegisterKind.TOTAL]
        )
        found[part.account.pk] = MeterGiven(number=number, values={"total": Decimal(total)})
    return found


def settle(town: Town, order: ServiceOrder) -> list[FinalBilling]:
    """Bill, issue and pay what is left of the accounts that leave, and archive the order."""
    town.do(order, "read_final")
    town.do(order, "bill_final")
    finals = list(FinalBilling.objects.for_actor(EVERYBODY).select_related("run", "account").order_by("id"))
    for final in finals:
        exempt_everything(actor=town.utility.runner, run=final.run)
    town.do(order, "issue_final", outcome="ISSUED")
    for final in finals:
        fen = get_position(actor=EVERYBODY, customer_account_id=final.account_id, on=LAST_DAY).owed_fen
        if fen:
            pay(town.utility, final.account, fen, f"final-{final.pk}", day=LAST_DAY)
    town.do(order, "settle", outcome="SETTLED")
    town.do(order, "end_contract", NOON)
    town.do(order, "archive_closing", NOON)
    return finals
