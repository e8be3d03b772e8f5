"""What differs by class: place in the queue, manager, call-back, channel and who approves, by the table in force."""

from datetime import date, datetime, timedelta
from typing import Any

import pytest
from tests.factories.archive import Archive, actor_of, add_account, build_archive
from tests.factories.once import built_once, fresh
from tests.factories.paid import at_ten
from tests.factories.serving import put_table_in_force
from tests.factories.utility import add_clerk

from dianke.application import care
from dianke.application.care.call_backs import list_call_backs
from dianke.domain.collection.queries.people import Reach
from dianke.domain.credit.models import CustomerFact
from dianke.domain.credit.types import FactSource, FactState, FactType
from dianke.domain.customers.models import Customer, CustomerAccount
from dianke.domain.customers.operations.standing import put_credit_grades, put_value_classes
from dianke.domain.customers.types import NewVisit, VisitOutcome, VisitPurpose
from dianke.domain.valuation.queries.service import find_service, list_services
from dianke.domain.valuation.queries.serving import choose_way, find_approval, read_served
from dianke.platform.identity import operations as identity
from dianke.platform.identity.models import Staff
from dianke.platform.identity.types import Actor
from dianke.platform.org.operations import add_unit
from dianke.platform.org.types import UnitKind
from dianke.platform.outbox.types import Consent, MessageChannel

pytestmark = pytest.mark.django_db
SYSTEM = Actor.system("testing how customers are served")
TODAY = date(2026, 3, 10)
NOW = at_ten(TODAY)
REACH = Reach(phone="13900000000", email="a@example.test", consent=Consent.NOT_NEEDED)


def build() -> tuple[Archive, CustomerAccount]:
    archive = build_archive()
    return archive, add_account(archive, name="临江铸造有限公司")


built = built_once(build)


@pytest.fixture
def served(built: Any) -> tuple[Archive, CustomerAccount]:
    copied: tuple[Archive, CustomerAccount] = fresh(built)
    return copied


def put_class(account: CustomerAccount, value_class: str, grade: str = "AA") -> Customer:
    put_value_classes(customer_ids=[account.customer_id], classes=[value_class], service_table="FW-2020")
    put_credit_grades(customer_ids=[account.customer_id], grades=[grade])
    found: Customer = Customer.objects.for_actor(SYSTEM).get(pk=account.customer_id)
    return found


class TestServed:
    def test_a_vip_goes_before_the_queue_until_the_table_says_otherwise(self, served: Any) -> None:
        archive, account = served
        customer = put_class(account, "VIP")

        before = read_served(actor=SYSTEM, customer=customer, on=TODAY)
        code = put_table_in_force(archive.root, TODAY, VIP={"queue_place": 3, "call_back_minutes": 45})
        after = read_served(actor=SYSTEM, customer=customer, on=TODAY)

        assert (before.goes_first, before.service.table, before.service.call_back_minutes) == (True, "FW-2020", 30)
        assert (after.goes_first, after.service.table, after.service.call_back_minutes) == (False, code, 45)
        # Places two, three and four are left.
        assert (after.places, after.credit_grade) == (3, "AA")

    def test_who_has_no_class_is_served_like_the_lowest(self, served: Any) -> None:
        found = read_served(actor=SYSTEM, customer=served[1].customer, on=TODAY)

        assert (found.service.value_class.value, found.value_class, found.goes_first) == ("SMALL", "", False)

    def test_names_the_manager_with_the_phone_of_the_desk_or_that_one_is_promised(self, served: Any) -> None:
        archive, account = served
        customer = put_class(account, "MAIN")
        assert read_served(actor=SYSTEM, customer=customer, on=TODAY).lacks_manager

        add_clerk(archive.root, "lin", ["care.work", "archive.view"])
        person = Staff.objects.for_actor(SYSTEM).get(login="lin")
        identity.change_staff(staff=person, name="林芝", unit=archive.root, office_phone="027-8800 0101")
        giver = actor_of(archive.root, "care.assign", "archive.view")
        care.assign_managers(actor=giver, numbers=[customer.number], login="lin", start=TODAY, reason="", at=NOW)
        found = read_served(actor=SYSTEM, customer=customer, on=TODAY)

        assert (found.manager, found.manager_phone, found.lacks_manager) == ("林芝", "027-8800 0101", False)

    @pytest.mark.parametrize("phone", ["call me", "0" * 21, "<b>"])
    def test_what_nobody_can_call_is_no_phone(self, served: Any, phone: str) -> None:
        add_clerk(served[0].root, "lin", ["care.work"])
        person = Staff.objects.for_actor(SYSTEM).get(login="lin")

        with pytest.raises(identity.UnfitPhone):
            identity.change_staff(staff=person, name="林芝", unit=served[0].root, office_phone=phone)

        assert Staff.objects.for_actor(SYSTEM).get(login="lin").office_phone == ""


class TestApproval:
    def test_the_path_of_the_class_says_at_which_level_somebody_decides(self, served: Any) -> None:
        archive = served[0]
        branch = add_unit(code="B1", name="城东分公司", kind=UnitKind.BRANCH, parent=archive.root)
        station = add_unit(code="B1S1", name="沿江供电所", kind=UnitKind.STATION, parent=branch)
        for login, unit in (("head", archive.root), ("branch", branch), ("station", station)):
            add_clerk(unit, login, ["orders.approve"])

        found = {
            code: find_approval(service=find_service(code, TODAY), unit=station, right="orders.approve", on=TODAY)
            for code in ("VIP", "MAIN", "ORDINARY", "SMALL", "")
        }

        assert {code: one.unit.code for code, one in found.items()} == {
            "VIP": archive.root.code, "MAIN": "B1", "ORDINARY": "B1S1", "SMALL": "B1S1", "": "B1S1",
        }  # fmt: skip
        assert set(found["VIP"].people) == {"head"}
        assert set(found["MAIN"].people) == {"head", "branch"}
        assert set(found["SMALL"].people) == {"head", "branch", "station"}

    def test_a_changed_path_changes_who_decides(self, served: Any) -> None:
        archive = served[0]
        put_table_in_force(archive.root, TODAY, VIP={"approval": "STANDARD"})

        found = find_approval(
            service=find_service("VIP", TODAY), unit=archive.east, right="orders.approve", on=TODAY
        )  # fmt: skip

        assert found.unit == archive.east


class TestWay:
    @pytest.fixture(autouse=True)
    def _carriers(self, settings: Any) -> None:
        settings.SIMULATED_CARRIER, settings.EMAIL_HOST = True, "mail.example.test"

    def test_what_nobody_carries_here_is_no_way(self, served: Any, settings: Any) -> None:
        customer = put_class(served[1], "SMALL")
        agreed = Reach(phone="13900000000", email="a@example.test", has_agreed=True)
        settings.SIMULATED_CARRIER = False
        by_mail = choose_way(reach=agreed, customer=customer, on=TODAY)
        settings.EMAIL_HOST = ""

        assert by_mail.channel is MessageChannel.EMAIL
        assert choose_way(reach=agreed, customer=customer, on=TODAY).channel is MessageChannel.SMS

    def test_a_class_reached_online_is_written_to_by_wechat_where_it_agreed_else_by_mail(self, served: Any) -> None:
        customer = put_class(served[1], "SMALL")
        agreed = Reach(phone="13900000000", email="a@example.test", has_agreed=True)
        phone_alone = Reach(phone="13900000000")

        ways = [choose_way(reach=one, customer=customer, on=TODAY) for one in (agreed, REACH, phone_alone)]

        assert [(one.channel, one.address, one.consent) for one in ways] == [
            (MessageChannel.WECHAT, "13900000000", Consent.GIVEN),
            (MessageChannel.EMAIL, "a@example.test", Consent.NOT_NEEDED),
            (MessageChannel.SMS, "13900000000", Consent.NOT_NEEDED),
        ]

    def test_a_changed_channel_changes_the_way(self, served: Any) -> None:
        archive, account = served
        customer = put_class(account, "VIP")

        before = choose_way(reach=REACH, customer=customer, on=TODAY)
        put_table_in_force(archive.root, TODAY, VIP={"channel": "ONLINE"})
        after = choose_way(reach=REACH, customer=customer, on=TODAY)

        assert (before.channel, after.channel) == (MessageChannel.SMS, MessageChannel.EMAIL)

    def test_who_withdrew_consent_stays_unreached_by_whatever_way(self, served: Any) -> None:
        customer = put_class(served[1], "SMALL")
        reach = Reach(phone="13900000000", email="a@example.test", consent=Consent.WITHDRAWN)

        assert choose_way(reach=reach, customer=customer, on=TODAY).consent is Consent.WITHDRAWN


class TestCallBacks:
    def told(self, account: CustomerAccount, kind: str, at: datetime, **changes: object) -> CustomerFact:
        fact = CustomerFact(
            unit=account.unit, customer=account.customer, type=kind, on_date=at.date(), source=FactSource.FILE.value,
            state=FactState.STANDING.value, entered_by="import", entered_at=at, **changes,
        )  # fmt: skip
        fact.save()
        return fact

    def list_all(self, customer: Customer, at: datetime = NOW) -> list[tuple[FactType, int, int]]:
        found = list_call_backs(actor=SYSTEM, customers=[customer], services=list_services(on=TODAY), at=at)
        return [(one.kind, int((one.due_at - one.since).total_seconds()) // 60, one.count) for one in found]

    def test_the_clock_is_that_of_the_class_and_changes_with_the_table(self, served: Any) -> None:
        archive, account = served
        customer = put_class(account, "VIP")
        self.told(account, "complaint", NOW - timedelta(hours=2))
        self.told(account, "call", NOW - timedelta(hours=1))

        before = self.list_all(customer)
        put_table_in_force(archive.root, TODAY, VIP={"call_back_minutes": 90})

        assert before == [(FactType.COMPLAINT, 30, 2)]
        assert self.list_all(customer) == [(FactType.COMPLAINT, 90, 2)]

    def test_ends_when_it_is_settled_or_somebody_was_there_after_it(self, served: Any) -> None:
        archive, account = served
        customer = put_class(account, "MAIN")
        self.told(account, "complaint", NOW - timedelta(days=2), until_date=TODAY)
        self.told(account, "complaint", NOW - timedelta(days=31))
        assert self.list_all(customer) == []

        self.told(account, "repair_call", NOW - timedelta(hours=5))
        assert self.list_all(customer) == [(FactType.REPAIR_CALL, 120, 1)]

        worker = add_clerk(archive.root, "lin", ["care.work", "care.view", "archive.view"])
        visit = care.plan_visit(
            actor=worker,
            visit=NewVisit(customer_id=customer.pk, purpose=VisitPurpose.COMPLAINT, planned_date=TODAY),
            visitor="lin",
            at=NOW,
        )
        care.finish_visit(actor=worker, key=visit.pk, done=VisitOutcome(done_at=NOW, outcome="已解释"), at=NOW)

        assert self.list_all(customer, NOW + timedelta(hours=1)) == []
