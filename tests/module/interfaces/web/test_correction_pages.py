"""The pages of corrections: the form keeps what was typed, both sides are shown, bills say what became of them."""

from collections.abc import Iterator
from datetime import datetime
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from tests.factories import pages
from tests.factories import utility as factory
from tests.factories.pages import Office

from dianke.application import bill_corrections
from dianke.domain.billing.models import Bill, BillCorrection
from dianke.domain.billing.types import CorrectionCause
from dianke.kernel.clock import SHANGHAI
from dianke.platform.identity import queries as identity
from dianke.platform.identity.types import Actor

pytestmark = pytest.mark.django_db

AT = datetime(2026, 4, 20, 9, tzinfo=SHANGHAI)
CHANGES = {"segment.1.total_end": "1400.63"}


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


def enter(login: str) -> Client:
    client = Client(headers={"accept-language": "en"})
    client.post("/login/", {"login": login, "password": pages.PASSWORD})
    client.cookies["django_language"] = "en"
    return client


def act(login: str) -> Actor:
    return identity.get_actor(login=login, on=AT.date(), origin="test")


def draft(bill: Bill) -> BillCorrection:
    return bill_corrections.draft_correction(
        actor=act("asker"),
        bill_id=bill.pk,
        cause=CorrectionCause.WRONG_READING,
        reason="抄错表",
        changes=CHANGES,
        at=AT,
    )


def issue(bill: Bill) -> BillCorrection:
    order = draft(bill)
    bill_corrections.ask_correction(actor=act("asker"), key=order.pk, at=AT)
    bill_corrections.approve_correction(actor=act("chief"), key=order.pk, at=AT)
    bill_corrections.issue_correction(actor=act("chief"), key=order.pk, at=AT)
    order.refresh_from_db()
    return order


def issue_reversal(bill: Bill) -> BillCorrection:
    order = bill_corrections.draft_reversal(
        actor=act("asker"), bill_id=bill.pk, cause=CorrectionCause.BILLED_TWICE, reason="重复", at=AT
    )
    bill_corrections.add_evidence(
        actor=act("asker"), key=order.pk, file_name="proof.txt", content="对照".encode(), title="对照表", at=AT
    )
    bill_corrections.ask_correction(actor=act("asker"), key=order.pk, at=AT)
    bill_corrections.approve_correction(actor=act("chief"), key=order.pk, at=AT)
    bill_corrections.issue_correction(actor=act("chief"), key=order.pk, at=AT)
    order.refresh_from_db()
    return order


def read(client: Client, address: str, status: int = 200) -> str:
    answer = client.get(address)
    assert answer.status_code == status
    return answer.content.decode()


class TestForm:
    def test_starts_from_what_the_bill_froze(self, office: Office) -> None:
        text = read(enter("asker"), f"/billing/corrections/new/{office.bill('foundry').pk}/")

        assert 'name="segment.1.peak_end" value="3232.47"' in text
        assert 'name="segment.1.multiplier" value="3000"' in text
        assert 'name="capacity.1.kva" value="2050"' in text

    @pytest.mark.parametrize("name", ["foundry", "mall", "kiosk", "printer", "workshop", "farm", "home"])
    def test_opens_for_every_kind_of_bill(self, office: Office, name: str) -> None:
        text = read(enter("asker"), f"/billing/corrections/new/{office.bill(name).pk}/")

        assert 'name="reason"' in text

    def test_keeps_what_was_typed_and_says_what_is_wrong(self, office: Office) -> None:
        client, address = enter("asker"), f"/billing/corrections/new/{office.bill('home').pk}/"
        typed = _fill(client, address) | {"segment.1.total_end": "14oo", "reason": "抄错表"}

        answer = client.post(address, typed)

        text = answer.content.decode()
        assert answer.status_code == 422
        assert 'value="14oo"' in text
        assert "it is not a number" in text
        assert BillCorrection.objects.for_actor(office.actor).count() == 0

    def test_saves_a_draft_and_shows_what_it_comes_to(self, office: Office) -> None:
        client, address = enter("asker"), f"/billing/corrections/new/{office.bill('home').pk}/"

        answer = client.post(address, _fill(client, address) | CHANGES | {"reason": "抄错表"}, follow=True)

        order = BillCorrection.objects.for_actor(office.actor).get()
        text = answer.content.decode()
        assert order.changes == CHANGES
        assert (order.number in text, "1450.63" in text, "1400.63" in text) == (True, True, True)

    def test_is_not_there_for_who_may_not_ask(self, office: Office) -> None:
        bill = office.bill("home").pk

        assert read(enter("chief"), f"/billing/corrections/new/{bill}/", 403)
        assert "/billing/corrections/new/" not in read(enter("chief"), f"/billing/bills/{bill}/")
        assert f"/billing/corrections/new/{bill}/" in read(enter("asker"), f"/billing/bills/{bill}/")


class TestRows:
    def test_of_every_kind_wait_to_be_filled_in(self, office: Office) -> None:
        text = read(enter("asker"), f"/billing/corrections/new/{office.bill('foundry').pk}/")

        for name in ("segment.+1.peak_end", "share.+1.price", "capacity.+2.state", "sub.+1.point", "capacity.1.out"):
            assert f'name="{name}"' in text
        # The only meter of a bill stays, and so does a register that it does not read away.
        assert 'name="segment.1.out"' not in text
        assert 'name="segment.+1.total_end"' not in text

    def test_that_are_filled_in_come_to_a_draft_that_says_what_is_left(self, office: Office) -> None:
        client, address = enter("asker"), f"/billing/corrections/new/{office.bill('home').pk}/"
        typed = {
            "segment.1.total_end": "1200", "segment.+1.meter_number": "BX-2", "segment.+1.start_date": "2026-01-11",
            "segment.+1.ticket": "GD-8801", "segment.+1.total_start": "5", "segment.+1.total_end": "155",
            "cause": "FORGOTTEN_EXCHANGE", "reason": "漏录换表",
        }  # fmt: skip

        answer = client.post(address, _fill(client, address) | typed, follow=True)

        text = answer.content.decode()
        order = BillCorrection.objects.for_actor(office.actor).get()
        assert order.changes["segment.+1.meter_number"] == "BX-2"
        assert all(word in text for word in ("BX-2", "GD-8801", "Added: Meter BX-2", "not there", "Left to be done"))
        form = read(client, f"/billing/corrections/{order.pk}/change/")
        assert 'name="segment.+1.meter_number" value="BX-2"' in form
        assert 'name="segment.+2.meter_number"' in form

    def test_with_faults_name_each_field_and_keep_what_was_typed(self, office: Office) -> None:
        client, address = enter("asker"), f"/billing/corrections/new/{office.bill('home').pk}/"
        typed = {"share.+1.name": "照明", "share.+1.ratio": "x", "segment.1.total_end": "y", "reason": "漏"}

        answer = client.post(address, _fill(client, address) | typed)

        assert answer.status_code == 422
        form = answer.context["form"]
        assert set(form.errors) == {"share.+1.price", "share.+1.ratio", "segment.1.total_end"}
        assert 'name="share.+1.name" value="照明"' in answer.content.decode()
        assert BillCorrection.objects.for_actor(office.actor).count() == 0

    def test_that_are_taken_out_say_so(self, office: Office) -> None:
        client, address = enter("asker"), f"/billing/corrections/new/{office.bill('mall').pk}/"

        answer = client.post(address, _fill(client, address) | {"share.1.out": "on", "reason": "无此定比"}, follow=True)

        assert BillCorrection.objects.for_actor(office.actor).get().changes == {"share.1.out": "1"}
        assert "taken out" in answer.content.decode()


class TestReversal:
    def test_goes_its_way_with_a_paper(self, office: Office) -> None:
        bill = office.bill("home")
        asker, address = enter("asker"), f"/billing/corrections/reversal/{bill.pk}/"
        assert bill.number in read(asker, address)
        asker.post(address, {"cause": "BILLED_TWICE", "reason": "同月重复出账"})
        order = BillCorrection.objects.for_actor(office.actor).get()
        page = f"/billing/corrections/{order.pk}/"

        assert "without one nobody can be asked" in read(asker, page)
        asker.post(f"{page}ask/")
        order.refresh_from_db()
        assert order.state == "DRAFT"
        paper = SimpleUploadedFile("proof.txt", "对照".encode(), content_type="text/plain")
        asker.post(f"{page}evidence/", {"file": paper, "title": "对照表"})
        for login, step in (("asker", "ask/"), ("chief", "decide/"), ("chief", "issue/")):
            enter(login).post(f"{page}{step}")

        order.refresh_from_db()
        assert order.state == "ISSUED"
        explained = read(asker, f"{page}explanation/")
        assert all(word in explained for word in ("同月重复出账", "nothing is billed in its place", "To be refunded"))
        item = order.bills.for_actor(office.actor).get()
        texts = [read(asker, f"/billing/bills/{key}/") for key in (bill.pk, item.reversal_id)]
        assert ("Taken back for good by" in texts[0], "Reverses" in texts[1]) == (True, True)
        # The period can be billed again from the bill that was taken back, and nothing else is done to either.
        assert [f"/billing/corrections/new/{bill.pk}/" in text for text in texts] == [True, False]
        assert not any("/billing/corrections/reversal/" in text for text in texts)
        assert all("Computes again equally" in text for text in texts)

    def test_period_is_billed_again_from_the_bill_that_was_taken_back(self, office: Office) -> None:
        bill = office.bill("home")
        reversal = issue_reversal(bill)
        asker, address = enter("asker"), f"/billing/corrections/new/{bill.pk}/"

        answer = asker.post(address, _fill(asker, address) | {"reason": "误冲，重发", "cause": "OTHER"}, follow=True)

        order = BillCorrection.objects.for_actor(office.actor).latest("id")
        assert (order.kind, order.difference_fen) == ("FULL_REBILL", bill.amount_fen)
        assert "nothing is reversed a second time" in answer.content.decode()
        page = f"/billing/corrections/{order.pk}/"
        for login, step in (("asker", "ask/"), ("chief", "decide/"), ("chief", "issue/")):
            enter(login).post(f"{page}{step}")
        assert "its period is billed again by one new bill" in read(asker, f"{page}explanation/")
        item = order.bills.for_actor(office.actor).get()
        assert (item.reversal_id, reversal.state) == (None, "ISSUED")
        texts = [read(asker, f"/billing/bills/{key}/") for key in (bill.pk, item.replacement_id)]
        assert ("Replaced by" in texts[0], "Replaces" in texts[1]) == (True, True)
        assert "Computes again equally" in texts[1]
        assert read(asker, page)

    def test_is_changed_on_its_own_form(self, office: Office) -> None:
        asker = enter("asker")
        asker.post(f"/billing/corrections/reversal/{office.bill('home').pk}/", {"cause": "OTHER", "reason": "错"})
        order = BillCorrection.objects.for_actor(office.actor).get()

        answer = asker.get(f"/billing/corrections/{order.pk}/change/")
        asker.post(f"/billing/corrections/{order.pk}/reversal/", {"cause": "WRONG_ACCOUNT", "reason": "错户"})

        order.refresh_from_db()
        assert answer.status_code == 302
        assert (order.cause, order.reason) == ("WRONG_ACCOUNT", "错户")

    @pytest.mark.parametrize("typed", [{"cause": "OTHER", "reason": ""}, {"cause": "WRONG_READING", "reason": "错"}])
    def test_wants_a_reason_and_a_cause_of_its_own(self, office: Office, typed: dict[str, str]) -> None:
        answer = enter("asker").post(f"/billing/corrections/reversal/{office.bill('home').pk}/", typed)

        assert answer.status_code == 422
        assert BillCorrection.objects.for_actor(office.actor).count() == 0


class TestOrderPage:
    def test_offers_to_each_what_is_theirs(self, office: Office) -> None:
        order = draft(office.bill("home"))
        address = f"/billing/corrections/{order.pk}/"
        enter("asker").post(f"{address}ask/")

        asker, chief = read(enter("asker"), address), read(enter("chief"), address)

        assert ('id="approve"' in asker, 'id="withdraw"' in asker) == (False, True)
        assert ('id="approve"' in chief, 'id="withdraw"' in chief) == (True, False)
        assert order.account_number in chief[chief.index('id="approve"') :]

    def test_goes_through_its_life_by_buttons(self, office: Office) -> None:
        order = draft(office.bill("home"))
        address = f"/billing/corrections/{order.pk}/"

        for login, step in (("asker", "ask/"), ("chief", "decide/"), ("chief", "issue/")):
            enter(login).post(f"{address}{step}")

        order.refresh_from_db()
        assert order.state == "ISSUED"
        assert "To be refunded" in read(enter("asker"), address)

    def test_is_listed_and_opens_in_every_state(self, office: Office) -> None:
        order = issue(office.bill("home"))

        text = read(enter("asker"), "/billing/corrections/")

        assert order.number in text

    def test_of_another_unit_is_not_there(self, office: Office) -> None:
        order = draft(office.bill("home"))

        assert read(enter("YZ9"), f"/billing/corrections/{order.pk}/", 404)

    def test_explanation_names_cause_lines_and_what_is_due(self, office: Office) -> None:
        order = issue(office.bill("home"))

        text = read(enter("asker"), f"/billing/corrections/{order.pk}/explanation/")

        assert all(word in text for word in ("抄错表", "1450.63", "1400.63", "To be refunded"))


class TestBills:
    def test_of_a_correction_say_what_became_of_each_other(self, office: Office) -> None:
        original = office.bill("home")
        order = issue(original)
        item = order.bills.for_actor(office.actor).get()
        client = enter("asker")

        texts = {
            key: read(client, f"/billing/bills/{key}/") for key in (original.pk, item.reversal_id, item.replacement_id)
        }

        assert ("Reversed by" in texts[original.pk], "Replaced by" in texts[original.pk]) == (True, True)
        assert "Reverses" in texts[item.reversal_id]
        assert "Replaces" in texts[item.replacement_id]
        assert [f"/billing/corrections/new/{key}/" in text for key, text in texts.items()] == [False, False, True]
        assert all("Computes again equally" in text for text in texts.values())


def _fill(client: Client, address: str) -> dict[str, str]:
    """Return the values that the form shows."""
    form = client.get(address).context["form"]
    shown = {name: str(form[name].value() or "") for name in form.fields if name != "reason"}
    return shown | {"cause": "WRONG_READING"}
