"""分布式光伏并网: own generation behind a supplied account; the month of the exchange is billed over both meters."""

from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from tests.factories import flats as low
from tests.factories.flats import DAY_ON, MORNING
from tests.factories.leaving import EVERYBODY, Town
from tests.factories.months import bill_month
from tests.factories.once import built_once, fresh
from tests.factories.paid import list_faults

from dianke.application import contracts, service_orders
from dianke.application.service_orders.connecting import AgreementNotSigned, SealsMissing
from dianke.application.service_orders.final_bill import RegisterNotRead
from dianke.application.service_orders.work import MeterGiven
from dianke.domain.contracts.types import ContractKind
from dianke.domain.customers.models import CustomerEquipment
from dianke.domain.service_orders.models import OrderEffect, ServiceOrder
from dianke.domain.service_orders.types import OrderKind

pytestmark = pytest.mark.django_db

FEBRUARY = date(2026, 2, 1)

_built = built_once(low.build_low_town)


@pytest.fixture
def town(_built: Town, settings: Any, tmp_path: Path) -> Town:
    settings.DATA_DIR = tmp_path
    return fresh(_built)


def ask(town: Town) -> ServiceOrder:
    return town.ask(town.home, OrderKind.SOLAR, at=MORNING, effective_on=MORNING.date(), capacity_kva=Decimal(20))


def approve(town: Town, order: ServiceOrder) -> None:
    town.do(order, "survey", MORNING, actor=town.people["inspector"])
    town.do(order, "check_site", MORNING)
    town.do(order, "approve_change", MORNING, outcome="APPROVED")


def sign(town: Town, order: ServiceOrder) -> None:
    given = {"ownership_point": "并网柜", "generation_kw": "20", "generation_kind": "光伏", "interlock": "防孤岛保护"}
    version = contracts.draft_contract(
        actor=town.people["manager"], account_number=order.account.number, kind=ContractKind.GRID_CONNECTION,
        start=DAY_ON.date(), given=given, at=MORNING,
    )  # fmt: skip
    town.sign_draft(version, at=MORNING)
    town.do(order, "sign_contract", MORNING)


def exchange(town: Town, order: ServiceOrder, *, old: dict[str, Any] | None = None, seals: str = "F1") -> None:
    new = MeterGiven(number="M-NEW-1", values={"total": Decimal(7)}, seals=seals)
    town.do(
        order, "exchange_meter", DAY_ON, actor=town.people["technician"], meters={town.home.pk: new},
        values=town.values(town.home, "450") if old is None else old,
    )  # fmt: skip


def test_what_was_drawn_is_billed_over_both_meters(town: Town) -> None:
    order = ask(town)
    approve(town, order)
    sign(town, order)
    exchange(town, order)
    town.do(order, "join_grid", DAY_ON, actor=town.people["inspector"])
    town.do(order, "archive", DAY_ON)

    assert town.read(order).result == "ARCHIVED"
    own = CustomerEquipment.objects.for_actor(EVERYBODY).get()
    assert (own.kind, own.capacity_kw) == ("GENERATOR", Decimal(20))
    effects = OrderEffect.objects.for_actor(EVERYBODY).filter(order=order).order_by("id")
    assert [one.kind for one in effects] == ["CONTRACT_SIGNED", "METER_REMOVED", "METER_INSTALLED", "GENERATION_ADDED"]
    bill_month(town.utility, FEBRUARY, {town.home: {"total": "127"}, town.factory: {"total": "6000"}})
    # 400 to 450 on the old meter, 7 to 127 on the new one.
    assert town.list_bills(town.home)[-1].energy_kwh_e2 == 17_000
    assert list_faults() == []


def test_nothing_goes_on_without_agreement_readings_and_seals(town: Town) -> None:
    order = ask(town)
    approve(town, order)
    with pytest.raises(AgreementNotSigned):
        town.do(order, "sign_contract", MORNING)
    with pytest.raises(RegisterNotRead):
        exchange(town, order, old={})
    with pytest.raises(SealsMissing):
        exchange(town, order, seals=" ")
    assert town.waiting(order) in ("sign_contract, exchange_meter", "exchange_meter, sign_contract")


def test_it_may_be_refused_and_after_the_exchange_it_is_not_cancelled(town: Town) -> None:
    refused = ask(town)
    town.do(refused, "survey", MORNING, actor=town.people["inspector"])
    town.do(refused, "check_site", MORNING)
    town.do(refused, "approve_change", MORNING, outcome="REFUSED", reason="台区容量不足")
    assert town.read(refused).result == "REFUSED"

    order = ask(town)
    approve(town, order)
    exchange(town, order)
    now = town.read(order)
    with pytest.raises(service_orders.EffectDone):
        service_orders.cancel_order(
            actor=town.people["counter"], number=now.number, revision=now.revision, reason="撤回", at=DAY_ON
        )
