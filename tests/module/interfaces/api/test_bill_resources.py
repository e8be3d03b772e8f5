"""Issued bills for programs: listed, read as data, opened; masked and scoped by what the program may see."""

import pytest
from django.core.cache import cache
from tests.factories.billed import issue_homes
from tests.factories.once import built_once, fresh
from tests.factories.utility import Utility
from tests.module.interfaces.api.conftest import Program, engage, give_token

from dianke.domain.billing.models import Bill
from dianke.platform.org import operations as org
from dianke.platform.org.types import UnitKind

pytestmark = pytest.mark.django_db


_built = built_once(lambda: issue_homes("1180", "1250"))


@pytest.fixture
def utility(_built: Utility) -> Utility:
    """A utility whose January holds two issued bills; calls of other tests are forgotten."""
    cache.clear()
    return fresh(_built)


@pytest.fixture
def program(utility: Utility) -> Program:
    rights = ["billing.view", "archive.view"]
    return give_token(utility, engage(utility.root, "chief", rights), scopes=rights)


def first_bill(utility: Utility) -> Bill:
    found: Bill = Bill.objects.for_actor(utility.actor).order_by("id")[0]
    return found


def test_bills_are_listed_page_by_page(program: Program, utility: Utility) -> None:
    first = program.get("bills", limit=1, month="2026-01").json()
    second = program.client.get(first["next"], headers={"Authorization": f"Bearer {program.secret}"}).json()

    numbers = [bill.number for bill in Bill.objects.for_actor(utility.actor).order_by("id")]
    assert [one["number"] for one in (*first["items"], *second["items"])] == numbers
    assert second["next"] is None


def test_bills_of_an_account_or_a_run_are_found(program: Program, utility: Utility) -> None:
    bill = first_bill(utility)
    by_account = program.get("bills", account=bill.account_number).json()["items"]

    assert [one["number"] for one in by_account] == [bill.number]
    assert program.get("bills", run="JS-0").json()["items"] == []
    assert program.get("bills", month="2026-02").json()["items"] == []


def test_a_bill_is_read_by_its_printed_number(program: Program, utility: Utility) -> None:
    bill = first_bill(utility)

    answer = program.get(f"bills/{bill.number}", language="en").json()

    assert (answer["schema"], answer["number"], answer["language"]) == ("dianke/bill/v1", bill.number, "en")
    assert answer["account"]["customer_name"] == bill.customer_name
    assert answer["total"]["amount"] == f"{bill.amount_fen / 100:.2f}"


def test_a_bill_opens_into_its_steps(program: Program, utility: Utility) -> None:
    answer = program.get(f"bills/{first_bill(utility).number}/explanation").json()

    assert answer["is_equal"] is True
    assert [step["kind"] for step in answer["lines"][0]["steps"]] == [
        "advance", "multiplier", "quantity", "price", "amount",
    ]  # fmt: skip


def test_names_are_hidden_from_a_program_without_the_archive(program: Program, utility: Utility) -> None:
    person = engage(utility.root, "teller", ["billing.view"])
    narrow = give_token(utility, person, scopes=["billing.view"])
    bill = first_bill(utility)

    listed = narrow.get("bills").json()["items"][0]
    shown = narrow.get(f"bills/{bill.number}").json()

    hidden = bill.customer_name[0] + "*" * (len(bill.customer_name) - 1)
    assert (listed["customer_name"], shown["account"]["customer_name"]) == (hidden, hidden)
    assert bill.address not in (listed["address"], shown["account"]["address"])


def test_bills_of_other_units_are_not_found(program: Program, utility: Utility) -> None:
    aside = org.add_unit(code="ASIDE", name="城西供电所", kind=UnitKind.STATION, parent=utility.root)
    stranger = give_token(utility, engage(aside, "stranger", ["billing.view"]), scopes=["billing.view"])

    assert stranger.get("bills").json()["items"] == []
    assert stranger.get(f"bills/{first_bill(utility).number}").status_code == 404


@pytest.mark.parametrize(
    "number", ["0", "²", "9" * 40, "ZD-202601-4200118036-²", "ZD-202613-1-1", "ZD-202601-1-" + "9" * 40, "x"]
)
@pytest.mark.parametrize("tail", ["", "/explanation"])
def test_what_is_no_number_is_not_found(program: Program, number: str, tail: str) -> None:
    assert program.get(f"bills/{number}{tail}").status_code == 404


def test_a_month_that_cannot_be_is_refused(program: Program) -> None:
    assert program.get("bills", month="2026-13").status_code == 422
    assert program.get("bills", month="0000-01").status_code == 422
