"""Windows show and do what the service table says of a class; a changed table changes the window."""

from datetime import timedelta
from http import HTTPStatus

import pytest
from django.test import Client
from tests.factories.archive import Archive, add_account, build_archive
from tests.factories.once import built_once, fresh
from tests.factories.serving import put_table_in_force
from tests.factories.standing import NOW, TODAY, enter

from dianke.application import care
from dianke.domain.credit.models import CustomerFact
from dianke.domain.credit.types import FactSource, FactState
from dianke.domain.customers.models import CustomerAccount
from dianke.domain.customers.operations.standing import put_credit_grades, put_value_classes
from dianke.kernel.masks import mask_name
from dianke.platform.identity import operations as identity
from dianke.platform.identity.models import Staff
from dianke.platform.identity.types import Actor

pytestmark = pytest.mark.django_db
SYSTEM = Actor.system("testing windows")
PHONE = "027-8800 0101"


class Window:
    """A customer of the highest class with a manager, in the east."""

    def __init__(self) -> None:
        self.archive: Archive = build_archive()
        self.account: CustomerAccount = add_account(self.archive, name="临江铸造有限公司")
        put_value_classes(customer_ids=[self.account.customer_id], classes=["VIP"], service_table="FW-2020")
        put_credit_grades(customer_ids=[self.account.customer_id], grades=["AA"])


built = built_once(Window)


@pytest.fixture
def window(built: Window) -> Window:
    return fresh(built)


def read(client: Client, address: str) -> str:
    answer = client.get(address)
    assert answer.status_code == HTTPStatus.OK, (address, answer.status_code)
    return str(answer.content.decode())


def open_desk(window: Window, *rights: str) -> Client:
    client = enter(window.archive.root, "cashier", "payments.receive", "payments.view", "billing.view", *rights)
    client.cookies["django_language"] = "en"
    client.post("/counter/open/", {"unit": window.archive.root.code, "float_fen": "200.00"})
    return client


def name_manager(window: Window) -> Client:
    """Return the browser of who looks after the customer."""
    client = enter(
        window.archive.root, "lin", "care.work", "care.view", "care.assign", "archive.view", "credit.view",
        "watching.view", "valuation.view",
    )  # fmt: skip
    client.cookies["django_language"] = "en"
    person = Staff.objects.for_actor(SYSTEM).get(login="lin")
    identity.change_staff(staff=person, name="林芝", unit=window.archive.root, office_phone=PHONE)
    care.assign_managers(
        actor=SYSTEM, numbers=[window.account.customer.number], login="lin", start=TODAY, reason="", at=NOW
    )
    return client


class TestDesk:
    def test_says_who_goes_first_with_class_grade_and_manager_to_call(self, window: Window) -> None:
        name_manager(window)
        desk, address = open_desk(window, "archive.view"), f"/counter/?account={window.account.number}"

        page = read(desk, address)

        for told in ("VIP", "Credit AA", "goes before the queue", "1 of 4", "林芝", PHONE, "FW-2020"):
            assert told in page
        # Who may not see how value is judged has no way to the table.
        assert "/value/service/" not in page

    def test_a_changed_table_changes_what_the_desk_says(self, window: Window) -> None:
        desk, address = open_desk(window, "archive.view"), f"/counter/?account={window.account.number}"
        code = put_table_in_force(
            window.archive.root, TODAY, VIP={"queue_place": 3, "call_back_minutes": 77, "offers": "储能方案"}
        )

        page = read(desk, address)

        assert "goes before the queue" not in page
        for told in ("77", "储能方案", code):
            assert told in page

    def test_who_may_not_see_customers_sees_no_class(self, window: Window) -> None:
        page = read(open_desk(window), f"/counter/?account={window.account.number}")

        for hidden in ("VIP", "Credit AA", "FW-2020"):
            assert hidden not in page


class TestPortfolio:
    def test_names_whom_to_call_back_until_when_by_the_class(self, window: Window) -> None:
        manager = name_manager(window)
        CustomerFact(
            unit=window.account.unit, customer=window.account.customer, type="complaint", on_date=TODAY,
            source=FactSource.FILE.value, state=FactState.STANDING.value, entered_by="import",
            entered_at=NOW - timedelta(hours=2),
        ).save()  # fmt: skip

        before = read(manager, "/care/portfolio/")
        put_table_in_force(
            window.archive.root, TODAY, VIP={"call_back_minutes": 60 * 24 * 5, "channel": "PHONE"}
        )  # fmt: skip
        after = read(manager, "/care/portfolio/")

        assert "Account manager, call back: 30 min" in before
        assert "1 h 3" in before
        assert "late" in before.split("To call back")[1].split("</section>")[0]
        assert "Phone, call back: 7,200 min" in after
        assert "late" not in after.split("To call back")[1].split("</section>")[0]

    def test_whom_to_call_back_is_masked_like_everywhere(self, window: Window) -> None:
        name_manager(window)
        CustomerFact(
            unit=window.account.unit, customer=window.account.customer, type="call", on_date=TODAY,
            source=FactSource.FILE.value, state=FactState.STANDING.value, entered_by="import", entered_at=NOW,
        ).save()  # fmt: skip
        client = enter(window.archive.root, "nameless", "care.view", "credit.view")
        client.cookies["django_language"] = "en"

        page = read(client, "/care/portfolio/?manager=lin")

        assert mask_name(window.account.customer.name) in page.split("To call back")[1].split("</section>")[0]
        assert window.account.customer.name not in page

    def test_who_may_not_see_what_customers_said_has_no_list_of_calls(self, window: Window) -> None:
        client = enter(window.archive.root, "mo", "care.view", "archive.view")
        client.cookies["django_language"] = "en"

        assert "To call back" not in read(client, "/care/portfolio/")


class TestAdvice:
    def test_offers_are_those_of_the_class_and_change_with_the_table(self, window: Window) -> None:
        manager, address = name_manager(window), f"/customers/accounts/{window.account.number}/advice/"

        before = read(manager, address)
        put_table_in_force(window.archive.root, TODAY, VIP={"offers": "储能方案"})
        after = read(manager, address)

        assert "专属用能方案" in before
        assert "储能方案" in after
        assert "专属用能方案" not in after
