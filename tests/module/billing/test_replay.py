"""Issued bills compute again to the fen from what they froze, or the first figure that does not is named."""

import json
from decimal import Decimal

import pytest
from django.db import connection
from tests.factories import utility as factory
from tests.factories.billed import add_foundry, add_home, list_bills, run_january
from tests.factories.once import built_once, fresh
from tests.factories.utility import LATER, Utility

from dianke.application import meter_to_cash
from dianke.domain.billing.models import Bill, BillLine, BillRun, FrozenInputs
from dianke.domain.billing.queries.frozen import InputsMissing, get_basis
from dianke.domain.billing.rules.comparison import Difference
from dianke.domain.customers.models import Customer, CustomerAccount
from dianke.interfaces.cli import bill as bill_command
from dianke.platform.audit.use_case import PermissionRefused

pytestmark = pytest.mark.django_db


def issue_january() -> tuple[Utility, BillRun]:
    """Return a utility with its issued January of a foundry and five homes."""
    utility = factory.build_utility()
    add_foundry(utility)
    for number in range(5):
        add_home(utility, str(1150 + 90 * number), household_size=3 + number)
    run = run_january(utility, shard_size=4)
    return utility, meter_to_cash.issue_run(actor=utility.issuer, number=run.number, at=LATER)


_issued = built_once(issue_january)


@pytest.fixture
def utility(_issued: tuple[Utility, BillRun]) -> Utility:
    return fresh(_issued[0])


@pytest.fixture
def run(_issued: tuple[Utility, BillRun]) -> BillRun:
    return fresh(_issued[1])


def change(table: str, column: str, key: int, by: int) -> None:
    """Change a stored figure, as only the owner of the tables can."""
    with connection.cursor() as cursor:
        cursor.execute(f"update {table} set {column} = {column} + %s where id = %s", [by, key])


def test_a_run_is_equal_after_meters_owners_terms_and_readings_have_changed(utility: Utility, run: BillRun) -> None:
    point = utility.points[0]
    point.installations.for_actor(utility.actor).update(multiplier=1)
    Customer.objects.for_actor(utility.actor).update(name="另一家")
    CustomerAccount.objects.for_actor(utility.actor).update(household_size=9)
    point.terms.for_actor(utility.actor).update(power_factor_standard=Decimal("0.80"), basic_mode="NONE")
    with connection.cursor() as cursor:
        cursor.execute("update readings_frozensegment set total_end = total_end + 1, peak_end = peak_end + 1")

    report = meter_to_cash.replay_run(actor=utility.runner, number=run.number)

    assert (report.is_equal, report.bills, report.differences) == (True, 6, [])
    assert report.amount_fen == sum(bill.amount_fen for bill in list_bills(utility))
    assert report.lines == BillLine.objects.for_actor(utility.actor).count() == 29


def test_a_changed_line_is_named_with_both_amounts(utility: Utility, run: BillRun) -> None:
    bill = list_bills(utility)[2]
    change("billing_billline", "amount_e6", bill.pk * 100 + 1, 20_000)

    report = meter_to_cash.replay_run(actor=utility.runner, number=run.number)

    (difference,) = report.differences
    assert (difference.bill_id, difference.issued - difference.computed) == (bill.pk, Decimal("0.02"))
    assert (report.differing_bills, report.bills) == (1, 6)


def test_a_changed_total_is_named_by_bill_alone(utility: Utility, run: BillRun) -> None:
    bill = list_bills(utility)[0]
    change("billing_bill", "amount_fen", bill.pk, 1)

    of_bill = meter_to_cash.replay_bill(actor=utility.runner, number=str(bill.pk))
    of_another = meter_to_cash.replay_bill(actor=utility.runner, number=list_bills(utility)[1].number)

    amount = Decimal(bill.amount_fen).scaleb(-2)
    assert of_bill.differences == [Difference(bill.pk, "total", amount + Decimal("0.01"), amount)]
    assert (of_another.is_equal, of_another.bills) == (True, 1)


def test_a_month_lists_every_issued_run(utility: Utility, run: BillRun) -> None:
    found = meter_to_cash.replay_month(actor=utility.runner, month=factory.JANUARY)
    nothing = meter_to_cash.replay_month(actor=utility.runner, month=factory.JANUARY.replace(month=3))

    assert [(number, report.is_equal, report.bills) for number, report in found.items()] == [(run.number, True, 6)]
    assert nothing == {}


def test_a_month_says_which_runs_are_still_being_issued(
    utility: Utility, run: BillRun, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("DIANKE_PASSWORD", "correct horse battery")
    words = ["replay", "--month", "2026-01", "--as", "runner", "--json"]

    bill_command.run(words)
    issued = json.loads(capsys.readouterr().out)
    BillRun.objects.for_actor(utility.actor).filter(pk=run.pk).update(status="ISSUING")
    bill_command.run(words)
    under_way = json.loads(capsys.readouterr().out)

    assert (issued["bills"], "left_out" in issued) == (6, False)
    assert (under_way["bills"], under_way["left_out"]) == (0, [{"run": run.number, "reason": "it is being issued"}])


def test_is_refused_without_the_right(utility: Utility, run: BillRun) -> None:
    stranger = factory.add_clerk(utility.root, "stranger", ["tariffs.view"])

    with pytest.raises(PermissionRefused):
        meter_to_cash.replay_run(actor=stranger, number=run.number)

    assert Bill.objects.for_actor(utility.actor).count() == 6


class TestBasis:
    def test_of_the_first_form_is_kept_with_its_bill(self, utility: Utility, run: BillRun) -> None:
        bill = list_bills(utility)[0]
        bill.basis = {"case": {"id": "old"}}

        assert get_basis(bill) == {"case": {"id": "old"}}

    def test_is_missed_by_name_where_the_inputs_are_gone(self, utility: Utility, run: BillRun) -> None:
        bill = list_bills(utility)[0]
        FrozenInputs.objects.for_actor(utility.actor).all().delete()

        with pytest.raises(InputsMissing, match=str(bill.pk)):
            get_basis(bill)
