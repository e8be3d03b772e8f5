"""Combined statements for programs: made once, listed by key, read with their bills, names masked without the right."""

from typing import Any

import pytest
from django.core.cache import cache
from tests.factories.billed import issue_homes
from tests.factories.once import built_once, fresh
from tests.factories.utility import Utility
from tests.module.interfaces.api.conftest import Program, engage, give_token

from dianke.domain.billing.models import Bill, GroupStatement
from dianke.domain.customers.models import CustomerAccount
from dianke.platform.org import operations as org
from dianke.platform.org.types import UnitKind

pytestmark = pytest.mark.django_db

PATH = "combined-statements"
RIGHTS = ["billing.view", "billing.combine"]


def build() -> Utility:
    """Return a utility whose only customer holds two accounts, billed for 289.99 and for 213.60 in January."""
    utility = issue_homes("1450", "1350")
    accounts = CustomerAccount.objects.for_actor(utility.actor).order_by("pk")
    accounts.update(customer=accounts[0].customer)
    return utility


_built = built_once(build)


@pytest.fixture
def utility(_built: Utility) -> Utility:
    """The utility; calls of other tests are forgotten."""
    cache.clear()
    return fresh(_built)


@pytest.fixture
def customer_number(utility: Utility) -> str:
    return str(CustomerAccount.objects.for_actor(utility.actor).order_by("pk")[0].customer.number)


@pytest.fixture
def program(utility: Utility) -> Program:
    return give_token(utility, engage(utility.root, "chief", RIGHTS), scopes=RIGHTS)


def make(program: Program, customer_number: str, **other: str) -> Any:
    """Make the statement of January."""
    return program.post(PATH, {"customer": customer_number, "month": "2026-01", **other})


def count(utility: Utility) -> int:
    return int(GroupStatement.objects.for_actor(utility.actor).count())


def test_it_is_made_once_for_a_key(utility: Utility, program: Program, customer_number: str) -> None:
    first, again = make(program, customer_number), make(program, customer_number)

    assert first.status_code == 201
    assert (first.json()["account_count"], first.json()["amount_fen"]) == (2, 50_359)
    assert again.json() == first.json()
    assert again.headers["Idempotency-Replayed"] == "true"
    assert count(utility) == 1


def test_it_is_read_with_its_bills_by_account(utility: Utility, program: Program, customer_number: str) -> None:
    number = make(program, customer_number).json()["number"]

    answer = program.get(f"{PATH}/{number}").json()

    bills = Bill.objects.for_actor(utility.actor).order_by("account_number")
    assert answer["number"] == number
    assert [(one["account"], [bill["number"] for bill in one["listed"]]) for one in answer["accounts"]] == [
        (bill.account_number, [bill.number]) for bill in bills
    ]
    assert [one["since"] for one in answer["accounts"]] == [[], []]
    assert answer["hidden_bill_count"] == 0


def test_name_and_address_are_whole_only_for_who_sees_the_archive(
    utility: Utility, program: Program, customer_number: str
) -> None:
    number = make(program, customer_number).json()["number"]
    rights = ["billing.view", "archive.view"]
    seeing = give_token(utility, engage(utility.root, "seeing", rights), scopes=rights)
    bill = Bill.objects.for_actor(utility.actor).order_by("account_number")[0]

    masked, whole = (one.get(f"{PATH}/{number}").json() for one in (program, seeing))

    assert (whole["customer_name"], whole["accounts"][0]["address"]) == (bill.customer_name, bill.address)
    assert masked["customer_name"] != bill.customer_name
    assert masked["accounts"][0]["address"] != bill.address


@pytest.mark.parametrize(
    ("query", "found"),
    [({}, 1), ({"month": "2026-01"}, 1), ({"month": "2026-02"}, 0), ({"unit": "0"}, 1), ({"customer": "C0"}, 0)],
)
def test_the_list_is_narrowed(program: Program, customer_number: str, query: dict[str, str], found: int) -> None:
    make(program, customer_number)

    assert len(program.get(PATH, **query).json()["items"]) == found


@pytest.mark.parametrize(
    ("other", "status", "code"),
    [
        ({"customer": "C999"}, 404, "billing.customer_not_found"),
        ({"month": "2026-02"}, 422, "billing.unable_to_make_statement"),
        ({"month": "2026-13"}, 422, "api.request_not_valid"),
    ],
)
def test_what_cannot_be_made_is_refused(
    utility: Utility, program: Program, customer_number: str, other: dict[str, str], status: int, code: str
) -> None:
    answer = make(program, customer_number, **other)

    assert (answer.status_code, answer.json()["code"]) == (status, code)
    assert count(utility) == 0


def test_of_another_unit_is_not_found(utility: Utility, program: Program, customer_number: str) -> None:
    number = make(program, customer_number).json()["number"]
    station = org.add_unit(code="S9", name="新所", kind=UnitKind.STATION, parent=utility.root)
    other = give_token(utility, engage(station, "station", RIGHTS), scopes=RIGHTS)

    assert other.get(f"{PATH}/{number}").status_code == 404
    assert other.get(PATH).json() == {"items": [], "next": None}


@pytest.mark.parametrize("number", ["HB-202602-000001", "HB", "x", "9" * 30])
def test_what_is_no_number_is_not_found(program: Program, number: str) -> None:
    assert program.get(f"{PATH}/{number}").status_code == 404


def test_making_wants_its_own_right(utility: Utility, customer_number: str) -> None:
    reader = give_token(utility, engage(utility.root, "reader", ["billing.view"]), scopes=["billing.view"])

    assert make(reader, customer_number).status_code == 403
    assert count(utility) == 0
