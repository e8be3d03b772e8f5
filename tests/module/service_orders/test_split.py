"""One account becomes two: the last bill of the old and the first of the new tie to the readings, to the fen."""

from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from tests.factories.leaving import ASKED, EVERYBODY, LAST_DAY, NOON, Town, build_town
from tests.factories.months import bill_month
from tests.factories.once import built_once, fresh
from tests.factories.parts import (
    ask_split,
    clear,
    lead_to_connection,
    lead_to_works,
    make_meters,
    make_part,
    settle,
    sign_parts,
)

from dianke.application import service_orders
from dianke.application.service_orders.connecting import MeterNotFound
from dianke.application.service_orders.final_bill import DayNotCome, RegisterNotRead
from dianke.application.service_orders.leaving import ContractNotSigned
from dianke.application.service_orders.parts import NotBilledAlone, Part, list_parts
from dianke.domain.billing.models import Bill, BillingTerms
from dianke.domain.customers.models import CustomerAccount
from dianke.domain.metering.models import MeterInstallation, UsagePoint
from dianke.domain.network import operations as network
from dianke.domain.network.models import Transformer, TransformerSpell
from dianke.domain.network.types import TransformerState
from dianke.domain.service_orders.models import OrderEffect
from dianke.domain.service_orders.operations.accepting import ApplicationRefused
from dianke.domain.service_orders.operations.parties import PartyUnknown, TransformerNotToShare
from dianke.domain.service_orders.queries.leavers import filter_orders_about
from dianke.domain.service_orders.types import OrderKind

pytestmark = pytest.mark.django_db

FEBRUARY, MARCH = date(2026, 2, 1), date(2026, 3, 1)
OLD, NEW = "K100000002", "K900000001"
SHARES = (make_part(OLD, "550"), make_part(NEW, "80"))

_built = built_once(build_town)


@pytest.fixture
def town(_built: Town, settings: Any, tmp_path: Path) -> Town:
    settings.DATA_DIR = tmp_path
    town = fresh(_built)
    town.add_taker()
    clear(town, town.factory)
    return town


def refusals(caught: Any) -> set[str]:
    return {one.code for one in caught.value.facts["refusals"]}


def point_of(part: Part) -> UsagePoint:
    return UsagePoint.objects.for_actor(EVERYBODY).get(account=part.account)


def terms_of(part: Part) -> tuple[str, str, Decimal | None]:
    found = BillingTerms.objects.for_actor(EVERYBODY).get(usage_point__account=part.account)
    return found.structure, found.basic_mode, found.contract_kw


def bills_of(part: Part) -> list[Bill]:
    return list(Bill.objects.for_actor(EVERYBODY).filter(account_id=part.account.pk).order_by("id"))


def counts(town: Town) -> tuple[int, int, int]:
    """Return how many points, meters that hang and transformers that stand there are."""
    hanging = MeterInstallation.objects.for_actor(EVERYBODY).filter(period__endswith=None)
    standing = TransformerSpell.objects.for_actor(EVERYBODY).filter(period__endswith=None).exclude(state="REMOVED")
    return UsagePoint.objects.for_actor(EVERYBODY).count(), hanging.count(), standing.count()


def test_the_last_bill_of_the_old_and_the_first_of_the_new_tie_to_the_readings(town: Town) -> None:
    order = ask_split(town, *SHARES)
    parts = lead_to_connection(town, order)
    sign_parts(town, parts)
    town.do(order, "sign_contract", ASKED)
    meters = make_meters(town, parts, {1: "10", 2: "0"})
    town.do(order, "install_meter", values=town.values(town.factory, "5600"), meters=meters)
    assert [town.account(point_of(one)).status for one in parts] == ["PLANNED", "PLANNED"]
    town.do(order, "energise")
    settle(town, order)

    account = town.account(town.factory)
    assert (town.read(order).result, account.status, account.closed_date) == ("ARCHIVED", "CLOSED", LAST_DAY)
    opened = [town.account(point_of(one)) for one in parts]
    assert [(one.status, one.opened_date, one.customer.number) for one in opened] == [
        ("ACTIVE", LAST_DAY, OLD), ("ACTIVE", LAST_DAY, NEW),
    ]  # fmt: skip
    last = town.list_bills(town.factory)[-1]
    # 5600 - 5000 on the old meter; 630 kVA for ten of thirty days at 28.93.
    assert (last.period_end, last.energy_kwh_e2, last.basic_fen) == (LAST_DAY, 60_000, 607_530)

    closing = {point_of(parts[0]): {"total": "410"}, point_of(parts[1]): {"total": "100"}}
    bill_month(town.utility, FEBRUARY, {town.home: {"total": "500"}, **closing})
    (first,), (second,) = bills_of(parts[0]), bills_of(parts[1])
    assert [one.customer_name for one in (first, second)] == ["测试用户100000002", "接手人"]
    # 550 kVA stay above the threshold of 315: 18 of thirty days at 28.93; 400 kWh at 0.78.
    assert (first.energy_kwh_e2, first.basic_fen, first.amount_fen) == (40_000, 954_690, 954_690 + 31_200)
    # 80 kVA are below the choice from 100: no basic charge, 100 kWh at the single-part price of 0.86.
    assert (second.energy_kwh_e2, second.basic_fen, second.amount_fen) == (10_000, 0, 8_600)
    # Every day of the transformers is charged once: ten before, eighteen after.
    assert len(town.list_bills(town.factory)) == 2

    bill_month(
        town.utility, MARCH,
        {town.home: {"total": "600"}, point_of(parts[0]): {"total": "510"}, point_of(parts[1]): {"total": "150"}},
    )  # fmt: skip
    assert bills_of(parts[0])[-1].basic_fen == 1_591_150  # 550 x 28.93
    assert bills_of(parts[1])[-1].amount_fen == 4_300
    assert len(town.list_bills(town.factory)) == 2


def test_each_part_is_asked_anew_whether_it_pays_a_basic_charge(town: Town) -> None:
    # 315 and above must, from 100 may: the part that may stays with what the old account had.
    order = ask_split(town, make_part(OLD, "315"), make_part(NEW, "216"), make_part(NEW, "99"))
    parts = lead_to_connection(town, order)
    sign_parts(town, parts)
    meters = make_meters(town, parts, {1: "0", 2: "0", 3: "0"})
    town.do(order, "install_meter", values=town.values(town.factory, "5600"), meters=meters)

    assert [terms_of(one)[:2] for one in parts] == [
        ("TWO_PART", "CAPACITY"), ("TWO_PART", "CAPACITY"), ("SINGLE", "NONE"),
    ]  # fmt: skip


def test_the_course_names_every_account_of_the_case(town: Town) -> None:
    order = ask_split(town, *SHARES)
    parts = lead_to_connection(town, order)
    sign_parts(town, parts)
    town.do(order, "sign_contract", ASKED)
    meters = make_meters(town, parts, {1: "0", 2: "0"})
    town.do(order, "install_meter", values=town.values(town.factory, "5600"), meters=meters)
    town.do(order, "energise")

    counter = town.people["counter"]
    for account in (town.factory.account, *(one.account for one in parts)):
        assert [one.number for one in filter_orders_about(actor=counter, account=account)] == [order.number]
    assert not filter_orders_about(actor=counter, account=town.home.account).exists()
    rows = OrderEffect.objects.for_actor(EVERYBODY).filter(order=order).order_by("id")
    first, second = (one.account.number for one in parts)
    assert [(one.kind, one.number) for one in rows if one.kind not in ("TERMS", "CONTRACT_SIGNED")] == [
        ("ACCOUNT_PLANNED", first), ("ACCOUNT_PLANNED", second),
        ("METER_REMOVED", "M100000002"), ("TRANSFORMER_REMOVED", "T100000002"),
        ("POINT_ADDED", f"{first}-1"), ("TRANSFORMER_ADDED", f"{first}-T1"), ("METER_INSTALLED", "M-1"),
        ("POINT_ADDED", f"{second}-1"), ("TRANSFORMER_ADDED", f"{second}-T1"), ("METER_INSTALLED", "M-2"),
        ("ACCOUNT_OPENED", first), ("ACCOUNT_OPENED", second),
    ]  # fmt: skip


def test_a_part_takes_a_whole_transformer_along_with_its_plate(town: Town) -> None:
    network.add_transformer(
        actor=town.utility.actor, feeder=town.utility.feeder, code="T-B", name="2 号变", capacity_kva=Decimal(200),
        since_date=date(2026, 1, 1), account=town.factory.account, plate={"no_load_loss_kw": Decimal("0.34")},
    )  # fmt: skip
    order = ask_split(town, make_part(OLD, "630", "T100000002"), make_part(NEW, "200", "T-B"))
    parts = lead_to_connection(town, order)
    sign_parts(town, parts)
    meters = make_meters(town, parts, {1: "0", 2: "0"})
    town.do(order, "install_meter", values=town.values(town.factory, "5600"), meters=meters)

    taken = Transformer.objects.for_actor(EVERYBODY).filter(account__in=[one.account for one in parts]).order_by("id")
    assert [(one.name, one.capacity_kva, one.no_load_loss_kw) for one in taken] == [
        ("1 号变", Decimal(630), None), ("2 号变", Decimal(200), Decimal("0.34")),
    ]  # fmt: skip
    assert counts(town) == (4, 3, 2)


def test_a_transformer_goes_to_one_part_that_can_hold_it(town: Town) -> None:
    with pytest.raises(TransformerNotToShare, match="larger than the share"):
        ask_split(town, make_part(OLD, "550", "T100000002"), make_part(NEW, "80"))
    with pytest.raises(TransformerNotToShare, match="none of these"):
        ask_split(town, make_part(OLD, "550", "T100000001"), make_part(NEW, "80"))


def test_nobody_is_cut_off_before_every_contract_is_signed(town: Town) -> None:
    order = ask_split(town, *SHARES)
    parts = lead_to_connection(town, order)
    sign_parts(town, parts[:1])
    meters = make_meters(town, parts, {1: "0", 2: "0"})
    before = counts(town)

    with pytest.raises(ContractNotSigned):
        town.do(order, "sign_contract", ASKED)
    with pytest.raises(ContractNotSigned):
        town.do(order, "install_meter", values=town.values(town.factory, "5600"), meters=meters)
    assert counts(town) == before
    sign_parts(town, parts[1:])
    with pytest.raises(DayNotCome):
        town.do(order, "install_meter", ASKED, values=town.values(town.factory, "5600"), meters=meters)
    with pytest.raises(RegisterNotRead):
        town.do(order, "install_meter", meters=meters)
    with pytest.raises(MeterNotFound):
        town.do(order, "install_meter", values=town.values(town.factory, "5600"))
    assert counts(town) == before


def test_a_cancelled_split_gives_its_numbers_up(town: Town) -> None:
    order = ask_split(town, *SHARES)
    lead_to_works(town, order)
    parts = list_parts(order, actor=EVERYBODY)
    assert [one.account.status for one in parts] == ["PLANNED", "PLANNED"]
    now = town.read(order)
    service_orders.cancel_order(
        actor=town.people["counter"], number=now.number, revision=now.revision, reason="不分了", at=NOON
    )
    rows = CustomerAccount.objects.for_actor(EVERYBODY).filter(pk__in=[one.account.pk for one in parts])
    assert {one.status for one in rows} == {"CLOSED"}
    assert town.account(town.factory).status == "ACTIVE"


def test_once_the_old_meter_is_down_it_goes_on(town: Town) -> None:
    order = ask_split(town, *SHARES)
    parts = lead_to_connection(town, order)
    sign_parts(town, parts)
    meters = make_meters(town, parts, {1: "0", 2: "0"})
    town.do(order, "install_meter", values=town.values(town.factory, "5600"), meters=meters)
    now = town.read(order)
    with pytest.raises(service_orders.EffectDone):
        service_orders.cancel_order(
            actor=town.people["counter"], number=now.number, revision=now.revision, reason="不分了", at=NOON
        )


@pytest.mark.parametrize(
    ("changes", "codes"),
    [
        ({"parts": (make_part(OLD, "550"), make_part(NEW, "79"))}, {"shares_do_not_add_up"}),
        ({"parts": (make_part(OLD, "630"), make_part(NEW, "0"))}, {"shares_do_not_add_up"}),
        ({"parts": (make_part(OLD, "630"),)}, {"too_few_parties"}),
        ({"is_separable": False}, {"answer_missing"}),
        ({"papers": frozenset({"application", "identity"})}, {"papers_missing"}),
    ],
)
def test_what_stands_against_it(town: Town, changes: dict[str, Any], codes: set[str]) -> None:
    with pytest.raises(ApplicationRefused) as caught:
        ask_split(town, *SHARES, **changes)
    assert refusals(caught) == codes


def test_who_comes_is_known(town: Town) -> None:
    with pytest.raises(PartyUnknown):
        ask_split(town, make_part(OLD, "550"), make_part("K0", "80"))


def test_it_waits_for_the_debts(town: Town) -> None:
    order = ask_split(town, *SHARES)
    town.do(order, "check_site", ASKED)
    town.do(order, "approve_change", ASKED, outcome="APPROVED")
    town.do(order, "check_debts", ASKED, outcome="OWING")
    assert town.waiting(order) == "pay_debts"
    assert list_parts(town.read(order), actor=EVERYBODY) == []


def test_a_home_is_divided_by_what_its_contract_says(town: Town) -> None:
    clear(town, town.home)
    shares = (make_part("K100000001", "5"), make_part(NEW, "3"))
    with pytest.raises(ApplicationRefused) as caught:
        town.ask(town.home, OrderKind.SPLIT, parts=shares, is_separable=True)
    assert refusals(caught) == {"shares_do_not_add_up"}
    version = town.sign(town.home, "测试用户100000001", start=date(2026, 1, 1), at=ASKED, capacity_kva="8")
    assert version.parameters["capacity_kva"] == "8"
    order = town.ask(town.home, OrderKind.SPLIT, parts=shares, is_separable=True)
    parts = lead_to_connection(town, order)
    sign_parts(town, parts)
    town.do(order, "sign_contract", ASKED)
    meters = make_meters(town, parts, {1: "0", 2: "0"})
    town.do(order, "install_meter", values=town.values(town.home, "650"), meters=meters)
    town.do(order, "energise")
    (final,) = settle(town, order)
    assert (town.account(town.home).status, final.final_date) == ("CLOSED", LAST_DAY)

    closing = {point_of(parts[0]): {"total": "200"}, point_of(parts[1]): {"total": "100"}}
    bill_month(town.utility, FEBRUARY, {town.factory: {"total": "5600"}, **closing})
    (first,), (second,) = bills_of(parts[0]), bills_of(parts[1])
    # 200 and 100 kWh in the first block at 0.5283; the blocks of the year begin anew with each account.
    assert [one.amount_fen for one in (first, second)] == [10_566, 5_283]


def test_while_a_transformer_rests_by_agreement_nothing_is_divided(town: Town) -> None:
    network.set_transformer_state(
        actor=town.utility.actor, transformer=Transformer.objects.for_actor(EVERYBODY).get(),
        state=TransformerState.SUSPENDED, from_date=date(2026, 2, 2),
    )  # fmt: skip
    with pytest.raises(ApplicationRefused) as caught:
        ask_split(town, *SHARES)
    assert refusals(caught) == {"spells_overlap"}
    with pytest.raises(ApplicationRefused) as caught:
        town.ask(town.factory, OrderKind.REMOVE, ends_on=date(2026, 4, 1))
    assert refusals(caught) == {"spells_overlap"}


def test_sub_meters_that_join_it_with_others_are_separated_first(town: Town) -> None:
    order = ask_split(town, *SHARES)
    town.do(order, "check_site", ASKED)
    town.do(order, "approve_change", ASKED, outcome="APPROVED")
    UsagePoint.objects.for_actor(EVERYBODY).filter(pk=town.home.pk).update(parent=town.factory)

    with pytest.raises(NotBilledAlone, match="separate them"):
        town.do(order, "check_debts", ASKED, outcome="CLEAR")
    assert (town.waiting(order), list_parts(order, actor=EVERYBODY)) == ("check_debts", [])
