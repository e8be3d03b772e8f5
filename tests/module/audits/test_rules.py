"""Each rule finds its own fault in an archive that is otherwise whole, and nothing in the whole one."""

from collections.abc import Callable
from datetime import date, datetime
from decimal import Decimal
from typing import Any

import pytest
from django.db.backends.postgresql.psycopg_any import DateRange
from tests.factories import utility as factory
from tests.factories.once import built_once, fresh
from tests.factories.utility import Utility

from dianke.domain.audits import rules
from dianke.domain.audits.queries import rule_queries
from dianke.domain.billing.models import BillingTerms
from dianke.domain.customers import operations as customers
from dianke.domain.customers.models import (
    Contact,
    Customer,
    CustomerAccount,
    CustomerEquipment,
    ServiceLocation,
    SpecialMark,
)
from dianke.domain.customers.queries.hashes import hash_identity_number, hash_phone
from dianke.domain.customers.types import CustomerKind
from dianke.domain.metering import operations as metering
from dianke.domain.metering.models import MeterAsset, MeterInstallation, UsagePoint
from dianke.domain.metering.types import Ratio, RegisterKind
from dianke.domain.network import operations as network
from dianke.domain.network.models import Transformer, TransformerArea, TransformerSpell
from dianke.domain.readings.models import MeterReading, RoutePoint
from dianke.kernel.clock import SHANGHAI
from dianke.platform.identity.types import Actor

pytestmark = pytest.mark.django_db

ON = date(2026, 2, 2)
SYSTEM = Actor.system("breaking an archive")
ALWAYS = DateRange(date(2025, 6, 1), None)
REGISTERS = {"total": "0", "sharp": "0", "peak": "0", "flat": "0", "valley": "0"}


def build() -> Utility:
    """Return a utility with one large customer that no rule complains of."""
    utility = factory.build_utility()
    factory.add_point(
        utility,
        start=REGISTERS,
        end={**REGISTERS, "total": "10"},
        terms={"structure": "TWO_PART", "price_voltage": "1-10(20)kV", "time_of_use": True, "basic_mode": "CAPACITY"},
        ct=Ratio(Decimal(50), Decimal(5)),
        pt=Ratio(Decimal(10000), Decimal(100)),
        kva="630",
    )
    factory.freeze_january(utility)
    complete(one(UsagePoint), "100000001")
    return utility


_built = built_once(build)


@pytest.fixture
def utility(_built: Utility) -> Utility:
    return fresh(_built)


def complete(point: UsagePoint, serial: str) -> None:
    """Enter what a careful clerk enters."""
    customer = point.account.customer
    customer.industry_code, customer.kind = "3110", "COMPANY"
    customer.identity_number, customer.identity_hash = serial, hash_identity_number(serial)
    customer.save()
    phone = f"139{serial[-8:]}"
    Contact(customer=customer, name="王", role="OWNER", phone=phone, phone_hash=hash_phone(phone), period=ALWAYS).save()
    ServiceLocation.objects.for_actor(SYSTEM).filter(pk=point.location_id).update(longitude="114.3", latitude="30.5")


def one(model: type[Any]) -> Any:
    return model.objects.for_actor(SYSTEM).order_by("pk").last()


def change(model: type[Any], **values: object) -> None:
    model.objects.for_actor(SYSTEM).update(**values)


def find(code: str, *, on: date = ON, unit_path: str = "/") -> list[tuple[str, dict[str, object]]]:
    rows = rule_queries.find_faults(rule=rules.get_rule(code), on=on, unit_path=unit_path)
    return [(number, detail) for _key, _unit, number, _account, detail in rows]


def add_twin(utility: Utility) -> UsagePoint:
    """Return the point of another customer that is as complete as the first."""
    point = factory.add_point(
        utility,
        start=REGISTERS,
        end={**REGISTERS, "total": "10"},
        terms={"structure": "TWO_PART", "price_voltage": "1-10(20)kV", "time_of_use": True, "basic_mode": "CAPACITY"},
        ct=Ratio(Decimal(50), Decimal(5)),
        pt=Ratio(Decimal(10000), Decimal(100)),
        kva="630",
    )
    complete(point, "100000002")
    return point


def test_no_rule_complains_of_a_whole_archive(utility: Utility) -> None:
    found = {rule.code: find(rule.code) for rule in rules.list_rules()}

    assert {code: faults for code, faults in found.items() if faults} == {}


def drop_transformers() -> None:
    TransformerSpell.objects.for_actor(SYSTEM).delete()
    Transformer.objects.for_actor(SYSTEM).delete()


def hang_on_area(utility: Utility, *, with_transformer: bool) -> TransformerArea:
    other = network.add_feeder(
        actor=SYSTEM, substation=utility.feeder.substation, code="F-2", name="另一线", voltage="10kV"
    )
    area = network.add_area(actor=SYSTEM, feeder=other, code="A-1", name="测试台区")
    if with_transformer:
        facts = {"code": "T-9", "name": "公变", "capacity_kva": Decimal(400), "since_date": date(2025, 6, 1)}
        network.add_transformer(actor=SYSTEM, feeder=other, area=area, **facts)
    change(UsagePoint, area=area)
    return area


def mark(**values: object) -> None:
    SpecialMark(**{"account": one(CustomerAccount), "kind": "LOW_INCOME", "period": ALWAYS, **values}).save()


def use_single_registers() -> None:
    change(MeterAsset, registers=["total"])


def check_late() -> None:
    facts = {"kind": "MOTOR", "name": "风机", "condition": "GOOD", "next_check_date": date(2026, 1, 31)}
    CustomerEquipment(customer=one(Customer), **facts).save()


def add_supply(importance: str = "FIRST", **changes: Any) -> None:
    """Give the customer own supply that is proved in every way but those that are changed."""
    change(Customer, importance=importance)
    facts = {
        "kind": "GENERATOR", "name": "柴油发电机", "condition": "GOOD", "checked_date": date(2025, 9, 1),
        "next_check_date": date(2026, 9, 1), "tested_date": date(2025, 9, 1), "interlock": "MECHANICAL",
    } | changes  # fmt: skip
    CustomerEquipment(customer=one(Customer), **facts).save()


BREAKS: dict[str, Callable[[], None]] = {
    "customer_without_phone": lambda: change(Contact, phone_hash=None),
    "customer_without_identity": lambda: change(Customer, identity_hash=None),
    "company_without_industry": lambda: change(Customer, industry_code=""),
    "important_without_backup": lambda: change(Customer, importance="FIRST"),
    "account_without_point": lambda: change(UsagePoint, status="REMOVED"),
    "point_without_meter": lambda: change(MeterInstallation, period=DateRange(date(2025, 6, 1), date(2026, 1, 1))),
    "point_without_terms": lambda: change(BillingTerms, period=DateRange(date(2025, 6, 1), date(2026, 1, 1))),
    "point_without_route": lambda: RoutePoint.objects.for_actor(SYSTEM).delete(),
    "place_without_coordinates": lambda: change(ServiceLocation, longitude=None),
    "mark_without_proof": mark,
    "closed_account_with_meter": lambda: change(CustomerAccount, status="CLOSED"),
    "registers_against_terms": use_single_registers,
    "class_against_industry": lambda: change(CustomerAccount, usage_class="AGRICULTURAL"),
    "household_on_business": lambda: change(CustomerAccount, household_size=5),
    "two_part_without_transformer": drop_transformers,
    "ratio_against_capacity": lambda: change(MeterInstallation, ct_primary=20),
    "metering_side_against_voltage": lambda: change(UsagePoint, metering_side="LOW_LOW"),
    "mark_expired": lambda: mark(period=DateRange(date(2025, 1, 1), date(2026, 1, 1)), proof_number="低保 12"),
    "contact_unconfirmed": lambda: None,
    "equipment_check_overdue": check_late,
    "own_supply_unproved": lambda: add_supply(next_check_date=date(2026, 2, 1)),
}
LATER = {"contact_unconfirmed": date(2036, 1, 1)}


@pytest.mark.parametrize("code", BREAKS)
def test_rule_finds_its_fault(utility: Utility, code: str) -> None:
    BREAKS[code]()

    found = find(code, on=LATER.get(code, ON))

    assert len(found) == 1
    assert find(code, on=LATER.get(code, ON), unit_path="/999999/") == []


class TestOwnSupply:
    """Of customers whose importance asks for it."""

    def list_found(self) -> list[str]:
        return [code for code in ("important_without_backup", "own_supply_unproved") if find(code)]

    def test_that_works_and_is_proved_is_no_fault(self, utility: Utility):
        add_supply()

        assert self.list_found() == []

    @pytest.mark.parametrize("kind", ["GENERATOR", "UPS", "SECOND_SOURCE", "STORAGE"])
    def test_may_be_a_machine_or_a_second_source(self, utility: Utility, kind: str):
        add_supply(kind=kind)

        assert self.list_found() == []

    @pytest.mark.parametrize("changes", [{"condition": "FAULTY"}, {"condition": "STOPPED"}, {"kind": "MOTOR"}])
    def test_that_does_not_work_is_none(self, utility: Utility, changes: dict[str, str]):
        add_supply(**changes)

        assert self.list_found() == ["important_without_backup"]

    @pytest.mark.parametrize(
        "changes",
        [
            {"checked_date": None},
            {"next_check_date": None},
            {"next_check_date": date(2026, 2, 1)},
            {"tested_date": None},
            # Twelve months before 2 February 2026 and no day later.
            {"tested_date": date(2025, 2, 2)},
            {"interlock": ""},
            {"interlock": "NONE"},
        ],
    )
    def test_of_which_nothing_proves_that_it_would_start_is_found(self, utility: Utility, changes: dict[str, Any]):
        add_supply(**changes)

        assert self.list_found() == ["own_supply_unproved"]
        assert find("own_supply_unproved")[0][1]["name"] == "柴油发电机"

    def test_a_second_source_of_the_network_needs_no_run_on_load(self, utility: Utility):
        add_supply(kind="SECOND_SOURCE", tested_date=None)

        assert self.list_found() == []

    @pytest.mark.parametrize("importance", ["NONE", "TEMPORARY"])
    def test_of_others_is_not_asked_for(self, utility: Utility, importance: str):
        add_supply(importance, tested_date=None, checked_date=None)

        assert self.list_found() == []


class TestAreas:
    def test_on_another_feeder_than_the_point_are_told_with_both(self, utility: Utility):
        hang_on_area(utility, with_transformer=True)

        assert find("area_on_another_feeder") == [
            (one(UsagePoint).code, {"point_feeder": "F-1", "area_feeder": "F-2", "area": "A-1"})
        ]
        assert find("area_without_transformer") == []

    def test_without_a_transformer_are_found_while_they_supply(self, utility: Utility):
        hang_on_area(utility, with_transformer=False)

        assert find("area_without_transformer") == [("A-1", {"name": "测试台区"})]

        change(UsagePoint, status="REMOVED")

        assert find("area_without_transformer") == []

    def test_are_missed_at_low_voltage(self, utility: Utility):
        change(UsagePoint, voltage="380V")

        assert find("low_voltage_point_without_area") == []

        drop_transformers()

        assert [number for number, _detail in find("low_voltage_point_without_area")] == [one(UsagePoint).code]


class TestReadings:
    def test_are_overdue_after_three_months(self, utility: Utility):
        MeterReading.objects.for_actor(SYSTEM).filter(read_at__gte=datetime(2026, 2, 1, tzinfo=SHANGHAI)).delete()

        # The newest reading is of 1 January 2026.
        assert find("reading_overdue", on=date(2026, 4, 1)) == []
        assert len(find("reading_overdue", on=date(2026, 4, 2))) == 1

    def test_of_a_young_meter_are_not_asked_for(self, utility: Utility):
        MeterReading.objects.for_actor(SYSTEM).delete()
        change(MeterInstallation, period=DateRange(date(2026, 1, 20), None))

        assert find("reading_overdue") == []


class TestRatios:
    @pytest.mark.parametrize(
        ("primary", "is_fault"), [(25, True), (26, False), (100, False), (145, False), (146, True)]
    )
    def test_fit_between_seven_tenths_and_four_times_the_capacity(self, utility: Utility, primary: int, is_fault: bool):
        # 630 kVA at 10 kV are 36.4 A.
        change(MeterInstallation, ct_primary=primary)

        assert bool(find("ratio_against_capacity")) is is_fault

    def test_are_told_with_what_they_measure(self, utility: Utility):
        change(MeterInstallation, ct_primary=20)

        assert find("ratio_against_capacity")[0][1] == {"measures_kva": 346, "capacity_kva": 630}


class TestDuplicates:
    def test_share_an_identity_number(self, utility: Utility):
        add_twin(utility)

        assert find("same_identity") == []

        change(Customer, identity_hash=hash_identity_number("42010619880312123X"))

        assert len(find("same_identity")) == 2

    def test_that_were_merged_are_none(self, utility: Utility):
        kept = one(Customer)
        add_twin(utility)
        change(Customer, identity_hash=hash_identity_number("42010619880312123X"))
        twin = one(Customer)
        Customer.objects.for_actor(SYSTEM).filter(pk=twin.pk).update(merged_into=kept)

        assert find("same_identity") == []

    def test_share_name_and_address(self, utility: Utility):
        add_twin(utility)
        change(Customer, name="王晓明")

        assert find("same_name_and_place") == []

        change(ServiceLocation, address="建设路 8 号")

        assert len(find("same_name_and_place")) == 2

    def test_share_a_meter_number_but_for_what_stands_before(self, utility: Utility):
        for number in ("AB00123456", "123456", "CD001234", "1234"):
            metering.register_meter(
                actor=SYSTEM, unit=utility.root, asset_number=number, registers=[RegisterKind.TOTAL]
            )

        assert sorted(find("same_meter_number")) == [
            ("123456", {"alike": "123456"}),
            ("AB00123456", {"alike": "123456"}),
        ]

    def test_phone_stands_for_more_than_ten_customers(self, utility: Utility):
        first = one(CustomerAccount)
        for serial in range(11):
            customer = customers.add_customer(
                actor=SYSTEM, unit=utility.root, number=f"N{serial}", name="李", kind=CustomerKind.PERSON, since_date=ON
            )
            CustomerAccount(
                unit=utility.root, customer=customer, number=f"20000000{serial:02d}", opened_date=ON,
                usage_class=first.usage_class,
            ).save()  # fmt: skip
            Contact(customer=customer, name="代办", role="AGENT", phone="1", phone_hash=b"x" * 16, period=ALWAYS).save()

        assert len(find("phone_of_many")) == 11

        one(Contact).delete()

        assert find("phone_of_many") == []


def test_every_rule_is_broken_by_a_test() -> None:
    elsewhere = {
        "area_on_another_feeder", "area_without_transformer", "low_voltage_point_without_area", "reading_overdue",
        "same_identity", "same_name_and_place", "same_meter_number", "phone_of_many",
    }  # fmt: skip

    assert set(BREAKS) | elsewhere == {rule.code for rule in rules.list_rules()}
