"""Final bills for programs: looked at before, asked once for a key, taken back, followed to the bill; refusals."""

from collections.abc import Iterator
from typing import Any

import pytest
from tests.factories import pages
from tests.factories.months import exempt_everything
from tests.factories.pages import Office
from tests.module.interfaces.api.conftest import Program, engage, give_token

from dianke.application import meter_to_cash
from dianke.domain.billing.models import Bill, BillRun, FinalBilling
from dianke.domain.customers import operations as customers
from dianke.domain.customers.types import CustomerKind
from dianke.domain.metering.models import MeterInstallation
from dianke.kernel.clock import SystemClock
from dianke.platform.identity.types import Actor

pytestmark = pytest.mark.django_db

PATH, PREVIEW = "final-bills", "final-bill-previews"
RIGHTS = ["billing.view", "billing.ask_final"]
SYSTEM = Actor.system("looking at final bills")


@pytest.fixture(scope="module")
def office(django_db_setup: None, django_db_blocker: Any) -> Iterator[Office]:
    """Build an office whose January is issued; the home's meter showed 1450.63 then."""
    with django_db_blocker.unblock(), pages.rolled_back():
        office = pages.build_office(issued=True)
        customers.add_customer(
            actor=office.actor, unit=office.utility.root, number="K900000001", name="接手人",
            kind=CustomerKind.PERSON, since_date=office.run.start,
        )  # fmt: skip
        yield office


@pytest.fixture
def counter(office: Office) -> Program:
    """A program of a person at the counter."""
    return give_token(office.utility, engage(office.utility.root, "counter", RIGHTS), scopes=RIGHTS)


def write(office: Office, **changes: object) -> dict[str, object]:
    """Return what is sent for the home."""
    installation = MeterInstallation.objects.for_actor(SYSTEM).get(usage_point=office.points["home"])
    meter = installation.meter.asset_number
    return {
        "account": office.account("home"),
        "kind": "CLOSING",
        "final_date": "2026-02-11",
        "reason": "搬离本市",
        "readings": [{"meter": meter, "values": {"total": "1500.63"}}],
        **changes,
    }


def count() -> tuple[int, int]:
    """Return how many final bills and runs there are."""
    return FinalBilling.objects.for_actor(SYSTEM).count(), BillRun.objects.for_actor(SYSTEM).count()


def test_a_preview_tells_what_it_comes_to_and_stores_nothing(office: Office, counter: Program) -> None:
    before = count()

    answer = counter.post(PREVIEW, write(office), key=None).json()

    assert (answer["account"], answer["period_start"], answer["period_end"]) == (
        office.account("home"), "2026-02-01", "2026-02-11",
    )  # fmt: skip
    (bill,) = answer["bills"]
    assert (bill["energy_kwh_e2"], bill["amount_fen"]) == (5_000, answer["amount_fen"])
    assert (
        sum(int(line["amount"].replace(".", "")) for line in bill["lines"] if not line["is_included"])
        == (answer["amount_fen"])
    )
    assert count() == before


def test_it_is_asked_once_for_a_key_and_read_with_its_draft(office: Office, counter: Program) -> None:
    amount = counter.post(PREVIEW, write(office), key=None).json()["amount_fen"]
    body = write(office, expected_amount_fen=amount)

    first, again = counter.post(PATH, body), counter.post(PATH, body)

    shown = counter.get(f"{PATH}/{first.json()['number']}").json()
    assert (first.status_code, first.json()["state"], first.json()["kind"]) == (201, "ASKED", "CLOSING")
    assert again.json() == first.json()
    assert again.headers["Idempotency-Replayed"] == "true"
    assert count() == (1, 2)
    assert (shown["amount_fen"], [bill["number"] for bill in shown["bills"]]) == (amount, [None])
    assert shown["customer_name"] != office.points["home"].account.customer.name
    (listed,) = counter.get(PATH, account=office.account("home"), state="ASKED").json()["items"]
    assert listed["number"] == first.json()["number"]
    assert counter.get(PATH, kind="HANDOVER").json()["items"] == []


def test_its_issued_bill_says_in_the_list_what_it_ends(office: Office, counter: Program) -> None:
    final = counter.post(PATH, write(office)).json()
    run = BillRun.objects.for_actor(SYSTEM).get(number=final["run"])
    exempt_everything(actor=office.utility.runner, run=run)
    meter_to_cash.issue_run(actor=office.utility.issuer, number=run.number, at=SystemClock().now())

    shown = counter.get(f"{PATH}/{final['number']}").json()
    listed = counter.get("bills", account=office.account("home")).json()["items"]

    bill = Bill.objects.for_actor(SYSTEM).get(run_id=run.pk)
    assert (shown["state"], shown["settled_by"]) == ("ISSUED", "issuer")
    assert [one["number"] for one in shown["bills"]] == [bill.number]
    assert [one["occasion"] for one in listed] == [
        None, {"code": "CLOSING", "date": "2026-02-11", "order": final["number"]},
    ]  # fmt: skip


def test_it_is_taken_back_once_and_its_drafts_with_it(office: Office, counter: Program) -> None:
    number = counter.post(PATH, write(office)).json()["number"]

    taken = counter.post(f"{PATH}/{number}/withdrawal", None, key="key-of-withdrawal")
    again = counter.post(f"{PATH}/{number}/withdrawal", None, key="key-of-another")

    assert (taken.status_code, taken.json()["state"]) == (200, "WITHDRAWN")
    assert (again.status_code, again.json()["code"]) == (409, "billing.unable_to_withdraw_final")
    assert counter.get(f"{PATH}/{number}").json()["bills"] == []


def test_a_hand_over_names_who_takes_over_and_waits_for_the_month(office: Office, counter: Program) -> None:
    number = counter.post(PATH, write(office, kind="HANDOVER", new_customer="K900000001")).json()["number"]
    rights = ["billing.view", "billing.run"]
    runner = give_token(office.utility, engage(office.utility.root, "clerk-of-runs", rights), scopes=rights)

    answer = runner.post(f"{PATH}/{number}/opening-run", None)

    assert counter.get(f"{PATH}/{number}").json()["new_customer"] == "K900000001"
    assert (answer.status_code, answer.json()["code"]) == (409, "billing.unable_to_start_run")


@pytest.mark.parametrize(
    ("changes", "status", "code", "field"),
    [
        ({"final_date": "2026-01-20"}, 422, "billing.unable_to_ask_final", "final_date"),
        ({"final_date": "9999-12-31"}, 422, "billing.unable_to_ask_final", "final_date"),
        ({"readings": []}, 422, "billing.unable_to_ask_final", "readings"),
        ({"readings": [{"meter": "M0", "values": {"total": "1"}}]}, 422, "billing.meter_not_there", "readings"),
        ({"reason": " "}, 422, "billing.unable_to_ask_final", "reason"),
        ({"kind": "HANDOVER"}, 422, "billing.unable_to_ask_final", "new_customer"),
        ({"kind": "HANDOVER", "new_customer": "K1"}, 422, "billing.taker_unknown", "new_customer"),
        ({"account": "4299999999"}, 404, "billing.account_not_found", "account"),
        ({"expected_amount_fen": 1}, 409, "billing.final_figures_changed", "final_date"),
        ({"kind": "MOVE"}, 422, "api.request_not_valid", "body.kind"),
    ],
)
def test_what_cannot_be_asked_for_is_refused(
    office: Office, counter: Program, changes: dict[str, object], status: int, code: str, field: str
) -> None:
    before = count()

    answer = counter.post(PATH, write(office, **changes))

    assert (answer.status_code, answer.json()["code"]) == (status, code)
    assert answer.json()["errors"][0]["field"].endswith(field)
    assert count() == before


def test_a_meter_read_twice_is_refused(office: Office, counter: Program) -> None:
    (reading,) = write(office)["readings"]  # type: ignore[misc]

    answer = counter.post(PATH, write(office, readings=[reading, reading]))

    assert (answer.status_code, answer.json()["code"], count()[0]) == (422, "billing.meter_read_twice", 0)


def test_asking_wants_its_own_right(office: Office) -> None:
    reader = give_token(
        office.utility, engage(office.utility.root, "reader", ["billing.view"]), scopes=["billing.view"]
    )

    assert reader.post(PATH, write(office)).status_code == 403
    assert reader.post(PREVIEW, write(office)).status_code == 403
    assert count()[0] == 0


def test_of_another_unit_is_not_found(office: Office, counter: Program) -> None:
    number = counter.post(PATH, write(office)).json()["number"]
    outside = give_token(office.utility, engage(office.station, "outside", RIGHTS), scopes=RIGHTS)

    assert outside.get(PATH).json()["items"] == []
    assert outside.get(f"{PATH}/{number}").status_code == 404
    assert outside.post(f"{PATH}/{number}/withdrawal", None).status_code == 404
    assert outside.post(PREVIEW, write(office)).status_code == 404


@pytest.mark.parametrize("number", ["ZJ-", "ZJ-999999", "x", "9" * 30, "²"])
def test_what_is_no_number_is_not_found(counter: Program, number: str) -> None:
    assert counter.get(f"{PATH}/{number}").status_code == 404
