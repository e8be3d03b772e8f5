"""批量新装: one application, one plan, an order for every flat, connected together; lists as files."""

import time
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from tests.factories import flats as estate
from tests.factories.connecting import do
from tests.factories.flats import DAY_ON, MORNING, SWITCHED_ON
from tests.factories.leaving import EVERYBODY, Town
from tests.factories.months import ANNUAL_HOME, bill_month
from tests.factories.once import built_once, fresh
from tests.factories.paid import list_faults

from dianke.application import batch_supplies, service_orders
from dianke.application.batch_supplies import BatchFileFaulty, Progress
from dianke.application.batch_supplies.files import list_faults as list_file_faults
from dianke.application.batch_supplies.files import write_rejects
from dianke.application.service_orders import EffectDone
from dianke.application.service_orders.batch import PartsOpen
from dianke.domain.billing.models import Bill
from dianke.domain.customers.models import Contact, CustomerAccount
from dianke.domain.metering.models import UsagePoint
from dianke.domain.service_orders.models import ServiceOrder
from dianke.domain.service_orders.operations.accepting import ApplicationRefused
from dianke.domain.service_orders.queries import orders as queries
from dianke.domain.service_orders.queries.batches import count_parts, list_waiting_batches
from dianke.interfaces.web.service_orders.plan_forms import WholePlan
from dianke.platform.identity.separation import SamePerson

pytestmark = pytest.mark.django_db

FEBRUARY = date(2026, 2, 1)

_built = built_once(estate.build_low_town)


@pytest.fixture
def town(_built: Town, settings: Any, tmp_path: Path) -> Town:
    settings.DATA_DIR = tmp_path
    return fresh(_built)


def open_estate(town: Town, count: int) -> ServiceOrder:
    """Return the master of an estate whose works passed and whose parts are open."""
    order = estate.apply_for_estate(town, estate.write_flats(count))
    estate.build_estate(town, order, Decimal(8) * count)
    do(town, order, "open_parts", MORNING, actor=town.people["officer"])
    return order


def together(act: Any, **given: Any) -> int:
    """Do something to all parts, stretch by stretch; return how many went on."""
    after = done = 0
    while True:
        found: Progress = act(after=after, **given)
        assert [(flat, str(why)) for flat, why in found.failed] == []
        after, done = found.last, done + found.done
        if found.is_over:
            return done


def sign_all(town: Town, order: ServiceOrder) -> None:
    manager, number = town.people["manager"], order.number
    given = {"number": number, "at": MORNING}
    together(batch_supplies.draft_part_contracts, actor=manager, payment_days="10", **given)
    together(batch_supplies.approve_part_contracts, actor=town.people["head"], **given)
    together(
        batch_supplies.sign_part_contracts, actor=manager, signer="王经理", file_name="a.pdf",
        content=b"%PDF-1.4 a signed copy", **given,
    )  # fmt: skip
    together(batch_supplies.sign_parts, actor=manager, **given)


def connect_all(town: Town, order: ServiceOrder, count: int) -> None:
    estate.add_meters(town, count)
    technician = town.people["technician"]
    given = {"number": order.number, "at": DAY_ON}
    batch_supplies.name_meters(actor=technician, content=estate.write_meters(count), **given)
    assert together(batch_supplies.install_parts, actor=technician, **given) == count
    assert together(batch_supplies.energise_parts, actor=town.people["inspector"], **given) == count
    biller = town.people["biller"]
    assert together(batch_supplies.open_part_accounts, actor=biller, route_code="R1", **given) == count
    assert together(batch_supplies.archive_parts, actor=town.people["keeper"], **given) == count


class TestEstate:
    """A small estate, all of it."""

    COUNT = 30

    def test_from_the_list_to_the_first_bills(self, town: Town) -> None:
        order = open_estate(town, self.COUNT)
        assert count_parts(actor=EVERYBODY, order=order).waiting == {
            "sign_contract": self.COUNT, "install_meter": self.COUNT
        }  # fmt: skip
        sign_all(town, order)
        connect_all(town, order, self.COUNT)
        do(town, order, "finish_parts", DAY_ON, actor=town.people["manager"])
        do(town, order, "archive", DAY_ON)

        own = CustomerAccount.objects.for_actor(EVERYBODY).filter(service_orders__parent=order)
        assert {(one.status, one.opened_date) for one in own} == {("ACTIVE", SWITCHED_ON)}
        master = town.read(order)
        assert (master.result, master.account.status) == ("ARCHIVED", "CLOSED")
        points = list(UsagePoint.objects.for_actor(EVERYBODY).filter(account__in=own).order_by("code"))
        closing = {point: {"total": f"{100 + place}"} for place, point in enumerate(points)}
        bill_month(town.utility, FEBRUARY, closing | {town.home: {"total": "500"}, town.factory: {"total": "6000"}})
        bills = {
            one.usage_point_id: one
            for one in Bill.objects.for_actor(EVERYBODY).filter(usage_point_id__in=[one.pk for one in points])
        }
        # The meters went up showing 0, 1 or 2 kWh; whatever they show since is billed at the first tier.
        started = {
            one.usage_point_id: one
            for one in points[0].installations.model.objects.for_actor(EVERYBODY).filter(usage_point__in=points)
        }
        shown = {
            one.pk: Decimal(closing[one]["total"]) - Decimal(started[one.pk].install_readings["total"])
            for one in points
        }
        assert {key: one.energy_kwh_e2 for key, one in bills.items()} == {
            key: int(value * 100) for key, value in shown.items()
        }
        assert len(bills) == self.COUNT
        assert list_faults() == []

    def test_owners_of_the_list_get_their_own_accounts_the_others_are_the_developers(self, town: Town) -> None:
        order = estate.apply_for_estate(town, estate.write_flats(4))
        accounts = CustomerAccount.objects.for_actor(EVERYBODY).filter(
            number__in=[one[0] for one in order.asked["flats"]]
        )
        names = {(one.customer.name, one.location.address.rsplit(" ", 1)[-1], one.status) for one in accounts}
        assert names == {
            ("云泽置业有限公司", "1-00", "PLANNED"), ("业主1", "1-01", "PLANNED"),
            ("云泽置业有限公司", "1-02", "PLANNED"), ("业主3", "1-03", "PLANNED"),
        }  # fmt: skip
        assert Contact.objects.for_actor(EVERYBODY).filter(name="业主1").count() == 1
        assert order.asked["capacity_kva"] == "32"

    def test_the_master_ends_only_after_every_part_did(self, town: Town) -> None:
        order = open_estate(town, 2)
        with pytest.raises(PartsOpen):
            do(town, order, "finish_parts", MORNING, actor=town.people["manager"])
        for part in ServiceOrder.objects.for_actor(EVERYBODY).filter(parent=order):
            service_orders.cancel_order(
                actor=town.people["counter"], number=part.number, revision=part.revision, reason="不装了", at=MORNING
            )
            part.account.refresh_from_db()
            assert part.account.status == "CLOSED"
        do(town, order, "finish_parts", MORNING, actor=town.people["manager"])
        assert town.waiting(order) == "archive"

    def test_with_parts_open_the_master_is_not_cancelled(self, town: Town) -> None:
        order = town.read(open_estate(town, 2))
        with pytest.raises(EffectDone):
            service_orders.cancel_order(
                actor=town.people["counter"], number=order.number, revision=order.revision, reason="停建", at=MORNING
            )

    def test_taken_back_before_every_number_is_closed(self, town: Town) -> None:
        order = estate.apply_for_estate(town, estate.write_flats(3))
        service_orders.cancel_order(
            actor=town.people["counter"], number=order.number, revision=town.read(order).revision, reason="停建",
            at=MORNING,
        )  # fmt: skip
        numbers = [order.account.number, *(one[0] for one in order.asked["flats"])]
        rows = CustomerAccount.objects.for_actor(EVERYBODY).filter(number__in=numbers)
        assert [one.status for one in rows] == ["CLOSED"] * 4

    def test_who_drafted_does_not_approve(self, town: Town) -> None:
        order = open_estate(town, 2)
        given = {"number": order.number, "at": MORNING}
        together(batch_supplies.draft_part_contracts, actor=town.people["manager"], payment_days="10", **given)
        both = town.people["manager"]
        from dataclasses import replace

        reaching = replace(both, grants=both.grants | town.people["head"].grants)
        found = batch_supplies.approve_part_contracts(actor=reaching, **given)
        assert (found.done, {type(why) for _flat, why in found.failed}) == (0, {SamePerson})

    def test_one_part_that_cannot_go_on_does_not_stop_the_others(self, town: Town) -> None:
        order = open_estate(town, 3)
        estate.add_meters(town, 3)
        technician = town.people["technician"]
        given = {"number": order.number, "at": DAY_ON, "actor": technician}
        batch_supplies.name_meters(content=estate.write_meters(2), **given)
        found = batch_supplies.install_parts(**given)
        assert (found.done, [flat for flat, _why in found.failed]) == (2, ["1-02"])
        assert batch_supplies.energise_parts(
            actor=town.people["inspector"], number=order.number, at=DAY_ON
        ).done == 0  # fmt: skip


def test_parts_stand_on_the_home_as_one_line_a_step(town: Town) -> None:
    order = open_estate(town, 3)
    manager = town.people["manager"]
    alone = queries.list_waiting(actor=manager, right="contracts.draft", steps=["sign_contract"], limit=9)
    together_ = list_waiting_batches(actor=manager, right="contracts.draft", steps=["sign_contract"])
    assert (alone, [(one.number, one.step, one.count) for one in together_]) == (
        [], [(order.number, "sign_contract", 3)],
    )  # fmt: skip


def test_the_same_estate_is_not_applied_for_twice(town: Town) -> None:
    first = estate.apply_for_estate(town, estate.write_flats(2))
    with pytest.raises(BatchFileFaulty) as caught:
        estate.apply_for_estate(town, estate.write_flats(3), place=first.account.location)
    told = [(one["row"], one["code"]) for one in list_file_faults(caught.value.facts["checked"], "zh")]
    assert told == [(2, "taken"), (3, "taken")]


def test_the_price_of_a_batch_is_that_of_its_flats(town: Town) -> None:
    order = estate.apply_for_estate(town, estate.write_flats(2))
    CustomerAccount.objects.for_actor(EVERYBODY).filter(pk=order.account_id).update(usage_class="COMMERCIAL_INDUSTRIAL")
    order = town.read(order)
    forms = WholePlan(None, None, actor=town.people["officer"], order=order, before=None)
    choices: Any = forms.plan.fields["price_plan"]
    assert ANNUAL_HOME in [code for code, _name in choices.choices]


class TestFiles:
    """Lists are checked whole; every fault is told with row, column, value and remedy."""

    FAULTY = "\n".join(
        [
            "房号,户主姓名,身份证号码,联系电话,容量(kVA),家庭人口",
            "1-101,张三,,13900000001,8,",
            "1-101,李四,,,8,",
            "1-102,王五,110101199001011234,,8,",
            "1-103,赵六,,123,8,",
            "1-104,,,,0,",
            ",孙七,,,8,",
        ]
    ).encode()

    def test_every_fault_is_told_and_nothing_entered(self, town: Town) -> None:
        before = CustomerAccount.objects.for_actor(EVERYBODY).count()
        with pytest.raises(BatchFileFaulty) as caught:
            estate.apply_for_estate(town, self.FAULTY)
        checked = caught.value.facts["checked"]
        told = [(one["row"], one["column"], one["value"], one["code"]) for one in list_file_faults(checked, "zh")]
        assert told == [
            (3, "房号", "1-101", "comes_twice"),
            (4, "身份证号码", "110101199001011234", "identity_number_wrong"),
            (5, "联系电话", "123", "contact_wrong"),
            (6, "容量(kVA)", "0", "number_too_small"),
            (7, "房号", "", "value_missing"),
        ]
        assert all(one["remedy"] for one in list_file_faults(checked, "en"))
        # The developer's own account alone.
        assert CustomerAccount.objects.for_actor(EVERYBODY).count() == before + 1

    def test_good_rows_may_be_kept_and_bad_ones_come_back(self, town: Town) -> None:
        order = estate.apply_for_estate(town, self.FAULTY, takes_good_rows=True)
        assert [one[1] for one in order.asked["flats"]] == ["1-101"]
        with pytest.raises(BatchFileFaulty) as caught:
            estate.apply_for_estate(town, self.FAULTY)
        lines = write_rejects(caught.value.facts["checked"], "zh").decode("utf-8-sig").splitlines()
        assert (len(lines), lines[0].endswith("错误,处理办法")) == (6, True)

    @pytest.mark.parametrize("content", [b"", b"%PDF-1.4", "房号\n".encode(), b"a,b\n1,2\n"])
    def test_what_is_no_list_is_refused(self, town: Town, content: bytes) -> None:
        with pytest.raises((BatchFileFaulty, ApplicationRefused)):
            estate.apply_for_estate(town, content)

    def test_meters_of_a_list_are_held_against_the_batch_and_the_store(self, town: Town) -> None:
        order = open_estate(town, 3)
        estate.add_meters(town, 2)
        content = "\n".join(
            [
                "房号,电能表资产编号,起始示数(kWh),封印号",
                "1-00,MB000000,0,F1",
                "1-01,MB000000,0,F2",
                "9-99,MB000001,0,F3",
                "1-02,M100000001,0,F4",
                "1-02,MB999999,-1,",
            ]
        ).encode()
        with pytest.raises(BatchFileFaulty) as caught:
            batch_supplies.name_meters(actor=town.people["technician"], number=order.number, content=content, at=DAY_ON)
        told = [(one["row"], one["code"]) for one in list_file_faults(caught.value.facts["checked"], "zh")]
        assert sorted(told) == [
            (3, "comes_twice"), (4, "not_found"), (5, "meter_hangs_elsewhere"), (6, "comes_twice"), (6, "not_found"),
            (6, "number_too_small"), (6, "value_missing"),
        ]  # fmt: skip


def test_two_hundred_flats_are_opened_in_seconds(town: Town) -> None:
    began = time.perf_counter()
    order = estate.apply_for_estate(town, estate.write_flats(200))
    taken = time.perf_counter() - began
    estate.build_estate(town, order, Decimal(1600))
    began = time.perf_counter()
    do(town, order, "open_parts", MORNING, actor=town.people["officer"])
    opened = time.perf_counter() - began
    assert count_parts(actor=EVERYBODY, order=order).total == 200
    assert taken < 10
    assert opened < 5
