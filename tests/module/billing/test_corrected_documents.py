"""Documents of corrected bills: what a reversal and a replacement say, and what became of the first bill."""

import json
from importlib import resources
from typing import Any

import jsonschema
import pytest
from tests.factories import utility as factory
from tests.factories.billed import add_home
from tests.factories.utility import Utility
from tests.module.billing.test_corrections import Staff, carry_out, issue_january, only_bill

from dianke.application import bill_documents
from dianke.application.bill_documents.sheet import lay_out_sheet
from dianke.domain.billing.models import Bill

pytestmark = pytest.mark.django_db


@pytest.fixture
def documents() -> dict[str, dict[str, Any]]:
    """Return a corrected bill, its reversal and its replacement as data: 450 kWh were 350."""
    utility = factory.build_utility()
    add_home(utility, "1450")
    issue_january(utility)
    original = only_bill(utility)
    carry_out(Staff(utility), original, {"segment.1.total_end": "1350"})
    return {document["kind"]: document for document in _write(utility)}


def _write(utility: Utility) -> list[dict[str, Any]]:
    bills = list(Bill.objects.for_actor(utility.actor).select_related("unit").order_by("id"))
    return list(bill_documents.write_structured_bills(actor=utility.actor, bills=bills))


def test_have_the_form_that_the_schema_says(documents: dict[str, dict[str, Any]]) -> None:
    path = resources.files("dianke.domain.billing") / "data" / "bill.schema.json"

    for document in documents.values():
        jsonschema.validate(document, json.loads(path.read_text("utf-8")))
    assert set(documents) == {"ORDINARY", "REVERSAL", "REPLACEMENT"}


def test_name_each_other(documents: dict[str, dict[str, Any]]) -> None:
    numbers = {kind: document["number"] for kind, document in documents.items()}

    told = [
        {name: one[name] for name in ("original", "reversal", "replacement")}
        for document in documents.values()
        for one in document["corrections"]
    ]
    assert (
        told
        == [
            {
                "original": numbers["ORDINARY"],
                "reversal": numbers["REVERSAL"],
                "replacement": numbers["REPLACEMENT"],
            }
        ]
        * 3
    )


def test_a_reversal_turns_every_amount(documents: dict[str, dict[str, Any]]) -> None:
    amounts = {kind: [line["amount"] for line in one["lines"]] for kind, one in documents.items()}

    assert amounts["REVERSAL"] == [f"-{amount}" if amount != "0.00" else amount for amount in amounts["ORDINARY"]]
    assert documents["REVERSAL"]["check"]["is_equal"] is True


def test_messages_say_what_happened(documents: dict[str, dict[str, Any]]) -> None:
    before, after = (documents[kind]["total"]["amount"] for kind in ("ORDINARY", "REPLACEMENT"))
    texts = {kind: document["messages"][0]["text"] for kind, document in documents.items()}

    assert f"账单冲销：用电450度，电费{before}元" in texts["REVERSAL"]
    assert f"账单更正：用电350度，电费{after}元，原{before}元" in texts["REPLACEMENT"]


def test_paper_tells_of_the_correction(documents: dict[str, dict[str, Any]]) -> None:
    notes = {kind: lay_out_sheet(document)["notes"] for kind, document in documents.items()}

    assert {kind: [note[:5] for note in told] for kind, told in notes.items()} == {
        "ORDINARY": ["本账单已被"],
        "REVERSAL": ["冲销账单 "],
        "REPLACEMENT": ["更正账单 "],
    }
