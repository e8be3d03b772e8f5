"""What final bills, and the first bill of who takes over, say that they end or begin: as data and on paper."""

import io
import json
from datetime import date, datetime
from importlib import resources

import jsonschema
import pypdf
import pytest
from tests.factories.months import bill_month
from tests.factories.once import built_once, fresh
from tests.module.billing.test_final_bills import FEBRUARY, SPRING, Town, add_customer, ask, build_town, issue, order

from dianke.application import bill_documents, final_bills, meter_to_cash
from dianke.domain.billing.models import Bill, FinalBilling
from dianke.domain.billing.queries.statements import list_owned_bills
from dianke.domain.billing.types import FinalKind
from dianke.kernel.clock import SHANGHAI

pytestmark = pytest.mark.django_db


def leave() -> tuple[Town, dict[str, Bill]]:
    """Return a town, the factory's closing, the home's hand-over, and the first bill of who took the home over."""
    town = build_town()
    wanted = order(town, town.home, values={"total": "650"}, kind=FinalKind.HANDOVER, to=add_customer(town))
    final = ask(town, town.home, wanted)
    issue(town, final.run)
    bill_month(town.utility, FEBRUARY, {town.factory: {"total": "6000"}, town.home: {"total": "900"}})
    run = final_bills.start_opening(actor=town.utility.runner, key=final.pk, at=SPRING)
    issue(town, meter_to_cash.calculate_run(actor=town.utility.runner, number=run.number), SPRING)
    closing = order(town, town.factory, values={"total": "6200"}, final_date=date(2026, 3, 6))
    in_march = datetime(2026, 3, 6, 12, tzinfo=SHANGHAI)
    issue(town, ask(town, town.factory, closing, in_march).run, in_march)
    january, handover, opening = town.list_bills(town.home)
    bills = {
        "january": january,
        "closing": town.list_bills(town.factory)[-1],
        "handover": handover,
        "opening": opening,
    }
    return town, bills


_left = built_once(leave)


@pytest.fixture
def town(_left: tuple[Town, dict[str, Bill]]) -> Town:
    return fresh(_left[0])


@pytest.fixture
def bills(_left: tuple[Town, dict[str, Bill]]) -> dict[str, Bill]:
    return fresh(_left[1])


def test_each_bill_of_a_handover_stands_on_the_statement_of_its_own_customer(
    town: Town, bills: dict[str, Bill]
) -> None:
    final = FinalBilling.objects.for_actor(town.utility.actor).get(kind=FinalKind.HANDOVER.value)
    assert final.new_customer_id is not None

    found = {
        key: [
            one.bill.pk
            for one in list_owned_bills(actor=town.utility.actor, customer_ids={key}, month=bills["handover"].month)
            if one.bill.account_id == final.account_id
        ]
        for key in (final.customer_id, final.new_customer_id)
    }

    assert found == {final.customer_id: [bills["handover"].pk], final.new_customer_id: [bills["opening"].pk]}


def test_the_bill_as_data_names_the_occasion_its_day_and_its_order(town: Town, bills: dict[str, Bill]) -> None:
    schema = json.loads((resources.files("dianke.domain.billing") / "data" / "bill.schema.json").read_text("utf-8"))
    numbers = [one.number for one in FinalBilling.objects.for_actor(town.utility.actor).order_by("id")]

    written = {
        name: bill_documents.get_structured_bill(actor=town.utility.actor, number=bill.number)
        for name, bill in bills.items()
    }

    for one in written.values():
        jsonschema.validate(one, schema)
    assert {name: one["occasion"] for name, one in written.items()} == {
        "january": None,
        "closing": {"code": "CLOSING", "name": "销户", "date": "2026-03-06", "order": numbers[1]},
        "handover": {"code": "HANDOVER", "name": "过户", "date": "2026-02-11", "order": numbers[0]},
        "opening": {"code": "OPENING", "name": "过户后首期", "date": "2026-02-11", "order": numbers[0]},
    }


@pytest.mark.parametrize(
    ("name", "language", "title", "note"),
    [
        ("closing", "zh-Hans", "2026年3月终结电费账单", "销户终结账单：自2026-03-06起本户销户"),
        ("handover", "zh-Hans", "2026年2月终结电费账单", "过户终结账单：自2026-02-11起本户过户给他人"),
        ("opening", "zh-Hans", "2026年2月电费账单", "过户后首期账单：本户自2026-02-11起过户到您名下"),
        ("closing", "en", "2026-03Finalelectricitybill", "Finalbill:theaccountisclosedon2026-03-06"),
        ("handover", "en", "2026-02Finalelectricitybill", "handedovertoanothercustomeron2026-02-11"),
        ("opening", "en", "2026-02Electricitybill", "theaccountisyoursfrom2026-02-11on"),
    ],
)
def test_the_paper_says_it_in_title_and_note(
    town: Town, bills: dict[str, Bill], name: str, language: str, title: str, note: str
) -> None:
    bill = bill_documents.get_structured_bill(actor=town.utility.actor, number=bills[name].number, language=language)

    pages = pypdf.PdfReader(io.BytesIO(bill_documents.write_pdf([bill]))).pages
    text = "".join("".join(page.extract_text().split()) for page in pages)

    assert title in text
    assert note in text


def test_who_leaves_does_not_read_who_comes(town: Town, bills: dict[str, Bill]) -> None:
    bill = bill_documents.get_structured_bill(actor=town.utility.actor, number=bills["handover"].number)

    assert "接手人" not in json.dumps(bill, ensure_ascii=False)
