"""The pages of back-billing: figures come from the bills, what was typed stays, steps stand before anybody asks."""

from collections.abc import Iterator
from datetime import datetime
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from tests.factories import pages
from tests.factories import utility as factory
from tests.factories.pages import Office
from tests.module.interfaces.web.test_correction_pages import act, enter, read

from dianke.application import bill_corrections
from dianke.domain.billing.models import Bill, BillCorrection, CorrectionEvidence
from dianke.kernel.clock import SHANGHAI

pytestmark = pytest.mark.django_db

AT = datetime(2026, 4, 20, 9, tzinfo=SHANGHAI)
FAST = {"kind": "meter_error", "recorded_kwh": "10000", "error_ratio": "0.05", "price": "0.5", "on": "2026-04-20"}
NEW = "/billing/corrections/back-billing/"


@pytest.fixture(scope="module")
def office(django_db_setup: None, django_db_blocker: Any) -> Iterator[Office]:
    with django_db_blocker.unblock(), pages.rolled_back():
        office = pages.build_office(issued=True)
        root = office.utility.root
        factory.add_clerk(root, "asker", [*pages.LOOKING, "billing.correct"])
        factory.add_clerk(root, "chief", [*pages.LOOKING, "billing.approve_corrections", "billing.issue"])
        yield office


@pytest.fixture(autouse=True)
def _undone(office: Office, db: None) -> None:
    """Undo what a test does."""


def draft(bill: Bill) -> BillCorrection:
    return bill_corrections.draft_back_billing(
        actor=act("asker"), bill_id=bill.pk, from_month=bill.month, case=FAST, reason="检定不合格", at=AT
    )


def issue(bill: Bill) -> Bill:
    order = draft(bill)
    bill_corrections.ask_correction(actor=act("asker"), key=order.pk, at=AT)
    bill_corrections.approve_correction(actor=act("chief"), key=order.pk, at=AT)
    (issued,) = bill_corrections.issue_correction(actor=act("chief"), key=order.pk, at=AT)
    return issued


def fill(bill: Bill, **changes: str) -> dict[str, str]:
    return {**FAST, "from_month": f"{bill.month}", "half_period": "", "reason": "检定不合格", **changes}


class TestForm:
    @pytest.mark.parametrize(
        "kind", ["meter_error", "wrong_wiring", "wrong_multiplier", "fuse", "theft", "breach", "none such"]
    )
    def test_opens_for_every_kind(self, office: Office, kind: str) -> None:
        text = read(enter("asker"), f"{NEW}{office.bill('foundry').pk}/?kind={kind}")

        assert 'name="reason"' in text

    def test_fills_in_what_the_bill_and_the_archive_tell(self, office: Office) -> None:
        text = read(enter("asker"), f"{NEW}{office.bill('foundry').pk}/?kind=wrong_multiplier")

        assert 'name="used" value="3000"' in text

    def test_saves_a_draft_with_its_steps(self, office: Office) -> None:
        bill = office.bill("home")

        answer = enter("asker").post(f"{NEW}{bill.pk}/", fill(bill), follow=True)

        order = BillCorrection.objects.for_actor(office.actor).get()
        text = answer.content.decode()
        assert order.case == {**FAST, "rule_set": "RS-2024"}
        assert ("10,000 ÷ (1 + 0.05)" in text, "−119.00" in text, "RS-2024" in text) == (True, True, True)

    def test_keeps_what_was_typed_beside_every_fault(self, office: Office) -> None:
        bill = office.bill("home")

        answer = enter("asker").post(f"{NEW}{bill.pk}/", fill(bill, recorded_kwh="1OO", error_ratio=""))

        text = answer.content.decode()
        assert answer.status_code == 422
        assert ('value="1OO"' in text, text.count("wrong-text") >= 2) == (True, True)
        assert BillCorrection.objects.for_actor(office.actor).count() == 0

    def test_asks_what_the_act_of_a_breach_needs(self, office: Office) -> None:
        bill, client = office.bill("home"), enter("asker")
        address = f"{NEW}{bill.pk}/?kind=breach&act=sealed_other"
        given = {"kind": "breach", "act": "sealed_other", "kw": "75.5", "kva": "", "on": "2026-04-20"}

        shown = read(client, address)
        client.post(f"{NEW}{bill.pk}/", {**given, "from_month": f"{bill.month}", "reason": "擅自启用"})

        order = BillCorrection.objects.for_actor(office.actor).get()
        assert ('name="kw"' in shown, 'name="price_due"' in shown) == (True, False)
        assert order.case == {
            "kind": "breach", "act": "sealed_other", "kw": "75.5", "on": "2026-04-20", "rule_set": "RS-2024",
        }  # fmt: skip
        assert order.difference_fen == 226500

    def test_starts_from_the_number_of_an_account(self, office: Office) -> None:
        bill = office.bill("home")

        found = enter("asker").get(f"{NEW}?account={bill.account_number}")
        missing = read(enter("asker"), f"{NEW}?account=9999999999")

        assert found.headers["Location"] == f"{NEW}{bill.pk}/"
        assert "No issued bill of such an account" in missing

    def test_changes_its_own_draft(self, office: Office) -> None:
        bill = office.bill("home")
        order = draft(bill)
        client: Client = enter("asker")

        shown = read(client, f"/billing/corrections/{order.pk}/back-billing/")
        client.post(f"/billing/corrections/{order.pk}/back-billing/", fill(bill, price="1"))

        order.refresh_from_db()
        assert 'value="0.05"' in shown
        assert order.difference_fen == -23800

    def test_is_not_rewritten_by_the_form_of_the_other_kind(self, office: Office) -> None:
        order = draft(office.bill("home"))
        address = f"/billing/corrections/{order.pk}/change/"
        client: Client = enter("asker")

        answers = [client.get(address), client.post(address, {"cause": "READING", "reason": "换一种"})]

        order.refresh_from_db()
        assert [answer.headers.get("Location") for answer in answers] == [f"/billing/corrections/{order.pk}/"] * 2
        assert (order.kind, order.reason) == ("BACK_BILLING", "检定不合格")

    def test_is_not_there_for_who_may_not_ask(self, office: Office) -> None:
        bill = office.bill("home").pk

        assert read(enter("chief"), f"{NEW}{bill}/", 403)
        assert f"{NEW}{bill}/" not in read(enter("chief"), f"/billing/bills/{bill}/")
        assert f"{NEW}{bill}/" in read(enter("asker"), f"/billing/bills/{bill}/")


class TestBillPages:
    def test_say_what_the_bill_is_for_and_that_it_computes_again(self, office: Office) -> None:
        original = office.bill("home")
        issued = issue(original)

        text = read(enter("asker"), f"/billing/bills/{issued.pk}/")

        assert (original.number in text, "检定不合格" in text, "10,000 ÷ (1 + 0.05)" in text) == (True, True, True)
        assert "Computes again equally" in text
        assert "Correct this bill" not in text

    def test_of_a_month_concerned_names_the_new_bill_and_stays_correctable(self, office: Office) -> None:
        original = office.bill("home")
        issued = issue(original)

        text = read(enter("asker"), f"/billing/bills/{original.pk}/")

        assert ("Back-billed by" in text, issued.number in text, "Correct this bill" in text) == (True, True, True)

    def test_explanation_and_list_show_the_order(self, office: Office) -> None:
        issued = issue(office.bill("home"))

        explained = read(enter("chief"), f"/billing/corrections/{issued.correction_id}/explanation/")
        listed = read(enter("chief"), "/billing/corrections/?kind=BACK_BILLING")

        assert ("检定不合格" in explained, "119.00" in explained, "GZ-" in listed) == (True, True, True)


class TestEvidence:
    def test_is_attached_counted_and_seen_by_who_approves(self, office: Office) -> None:
        order = draft(office.bill("home"))
        file = SimpleUploadedFile("检定报告.txt", "误差 +5.0%".encode())

        enter("asker").post(f"/billing/corrections/{order.pk}/evidence/", {"title": "检定报告", "file": file})

        paper = CorrectionEvidence.objects.for_actor(office.actor).get()
        chief = enter("chief")
        assert "检定报告" in read(chief, f"/billing/corrections/{order.pk}/")
        assert "检定报告.txt" in read(chief, f"/billing/corrections/evidence/{paper.pk}/")
        sent = chief.get(f"/billing/corrections/evidence/{paper.pk}/file/")
        assert (sent.content.decode(), sent.headers["X-Content-Type-Options"]) == ("误差 +5.0%", "nosniff")

    def test_of_another_type_is_refused(self, office: Office) -> None:
        order = draft(office.bill("home"))
        file = SimpleUploadedFile("x.exe", b"MZ\x00\x00")

        answer = enter("asker").post(f"/billing/corrections/{order.pk}/evidence/", {"file": file}, follow=True)

        assert "only PDF, JPEG, PNG, WebP and plain text are taken" in answer.content.decode()
        assert CorrectionEvidence.objects.for_actor(office.actor).count() == 0
