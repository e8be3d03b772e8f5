"""Invoices of issued bills: made once, numbered without a gap, sent until answered, taken back by two persons."""

import json
from importlib import resources
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import jsonschema
import pytest
from django.db import IntegrityError, connection, transaction
from tests.factories.billed import issue_homes, list_bills
from tests.factories.invoices import INVOICED, SELLER, InvoiceStaff, deliver, record_seller, whole
from tests.factories.once import built_once, fresh
from tests.factories.utility import Utility
from tests.module.billing.test_corrections import Staff, carry_out
from tests.module.billing.test_reversals import carry_out as take_back

from dianke.application import invoices
from dianke.domain.billing.models import Bill, BillRun
from dianke.domain.customers.models import Customer
from dianke.domain.invoicing.models import Invoice, InvoiceRequest
from dianke.domain.invoicing.operations.batches import UnableToStartBatch
from dianke.domain.invoicing.operations.delivery import AnswerDiffers, record_answer
from dianke.domain.invoicing.operations.making import UnableToInvoice
from dianke.domain.invoicing.operations.requests import RequestDecided, RequestReasonNeeded
from dianke.domain.invoicing.queries import invoices as queries
from dianke.domain.invoicing.queries.standings import list_standings, narrow_to_invoiced, narrow_to_open
from dianke.domain.invoicing.rules.lines import UnableToTakeBack
from dianke.domain.invoicing.rules.parties import Party
from dianke.domain.invoicing.rules.xml_files import NAMESPACE
from dianke.domain.invoicing.types import InvoiceKind, PlatformAnswer, RedReason
from dianke.platform.audit.use_case import PermissionRefused
from dianke.platform.identity.separation import SamePerson

pytestmark = pytest.mark.django_db

SCHEMA = json.loads((resources.files("dianke.domain.invoicing") / "data" / "invoice.schema.json").read_text("utf-8"))
XSD = ElementTree.fromstring(  # noqa: S314 - our own file
    (resources.files("dianke.domain.invoicing") / "data" / "invoice.xsd").read_text("utf-8")
)
XS = "{http://www.w3.org/2001/XMLSchema}"
COMPANY = Party(
    name="云泽铸造有限公司", tax_number="91420100MA4KXYW128", address="云泽市东工路 8 号", phone="13900001234",
    bank_name="云泽银行东工支行", bank_number="42000012345678",
)  # fmt: skip


def build() -> tuple[Utility, InvoiceStaff]:
    """Return two homes billed for January, 289.99 and 169.68 yuan, and who invoices; nobody sells yet."""
    utility = issue_homes("1450", "1288.2")
    return utility, InvoiceStaff(utility)


_built = built_once(build)


@pytest.fixture
def utility(_built: tuple[Utility, InvoiceStaff]) -> Utility:
    return fresh(_built[0])


@pytest.fixture
def people(_built: tuple[Utility, InvoiceStaff]) -> InvoiceStaff:
    return fresh(_built[1])


@pytest.fixture
def staff(people: InvoiceStaff) -> InvoiceStaff:
    record_seller(people)
    return people


def make(staff: InvoiceStaff, *bills: Bill, **options: Any) -> Invoice:
    values = {"kind": None, "at": INVOICED, **options}
    return invoices.make_invoice(actor=staff.maker, bill_ids=[bill.pk for bill in bills], **values)


def ask(staff: InvoiceStaff, blue: Invoice, parts: dict[int, int] | None = None) -> InvoiceRequest:
    return invoices.ask_red_letter(
        actor=staff.maker, number=blue.number, red_reason=RedReason.WRONG_INVOICE, reason="抬头有误",
        parts=whole(blue) if parts is None else parts, at=INVOICED,
    )  # fmt: skip


def confirm(staff: InvoiceStaff, request: InvoiceRequest) -> Invoice:
    return invoices.confirm_red_letter(actor=staff.chief, key=request.pk, at=INVOICED)


def left_of(bill: Bill) -> tuple[int, int]:
    standing = list_standings(bills=[bill])[bill.pk]
    return standing.invoiced_fen, standing.left_fen


class TestMaking:
    def test_gives_seller_buyer_lines_and_tax(self, utility: Utility, staff: InvoiceStaff) -> None:
        bill = list_bills(utility)[0]

        invoice = make(staff, bill)

        assert invoice.number == "FP2026-0-00000001"
        assert (invoice.net_fen, invoice.tax_fen, invoice.total_fen) == (25663, 3336, 28999)
        assert (invoice.seller_name, invoice.seller_tax_number) == (SELLER.name, SELLER.tax_number)
        assert (invoice.buyer_name, invoice.buyer_tax_number) == ("测试用户100000001", "")
        (line,) = queries.list_lines(actor=staff.clerk, invoice=invoice)
        assert (line.bill_id, line.quantity_kwh_e2, line.rate_e4, line.regulation) == (
            bill.pk, 45000, 1300, "REG-VAT-LAW-2024",
        )  # fmt: skip
        assert left_of(bill) == (28999, 0)

    def test_leaves_no_gap_in_the_numbers_whatever_is_refused_between(
        self, utility: Utility, staff: InvoiceStaff
    ) -> None:
        first, second = list_bills(utility)
        make(staff, first)

        with pytest.raises(UnableToInvoice, match="invoiced already"):
            make(staff, first)
        second_invoice = make(staff, second)

        assert second_invoice.number == "FP2026-0-00000002"
        assert Invoice.objects.for_actor(utility.actor).count() == 2

    def test_takes_several_bills_of_one_buyer_and_no_others(self, utility: Utility, staff: InvoiceStaff) -> None:
        first, second = list_bills(utility)
        with pytest.raises(UnableToInvoice, match="another customer"):
            make(staff, first, second)
        customer = Customer.objects.for_actor(utility.actor).order_by("id")[0]
        utility.points[1].account.customer = customer
        utility.points[1].account.save()

        invoice = make(staff, first, second)

        assert (invoice.bill_count, invoice.total_fen) == (2, first.amount_fen + second.amount_fen)

    def test_writes_what_the_invoice_data_of_the_customer_say(self, utility: Utility, staff: InvoiceStaff) -> None:
        bill = list_bills(utility)[0]
        invoices.set_profile(
            actor=staff.maker, customer_number="K100000001", kind=InvoiceKind.SPECIAL, party=COMPANY, at=INVOICED
        )

        invoice = make(staff, bill)

        assert (invoice.kind, invoice.buyer_name, invoice.buyer_tax_number) == (
            "SPECIAL", COMPANY.name, COMPANY.tax_number,
        )  # fmt: skip
        assert (invoice.buyer.phone, invoice.buyer.bank_number) == (COMPANY.phone, COMPANY.bank_number)

    def test_of_a_special_invoice_without_a_tax_number_is_refused(self, utility: Utility, staff: InvoiceStaff) -> None:
        with pytest.raises(UnableToInvoice, match="tax number is missing"):
            make(staff, list_bills(utility)[0], kind=InvoiceKind.SPECIAL)

        assert not Invoice.objects.for_actor(utility.actor).exists()

    def test_waits_for_a_seller(self, utility: Utility, people: InvoiceStaff) -> None:
        with pytest.raises(UnableToInvoice, match="nobody is recorded as seller"):
            make(people, list_bills(utility)[0])

    def test_is_the_right_of_who_makes_invoices(self, utility: Utility, staff: InvoiceStaff) -> None:
        with pytest.raises(PermissionRefused):
            invoices.make_invoice(actor=staff.clerk, bill_ids=[list_bills(utility)[0].pk], kind=None, at=INVOICED)

    def test_is_asked_for_by_who_may_only_look(self, utility: Utility, staff: InvoiceStaff) -> None:
        bill = list_bills(utility)[0]
        request = invoices.ask_invoice(actor=staff.clerk, bill_ids=[bill.pk], kind=None, at=INVOICED)
        with pytest.raises(UnableToInvoice, match="asked for already"):
            make(staff, bill)

        invoice = invoices.make_requested(actor=staff.maker, key=request.pk, at=INVOICED)

        request.refresh_from_db()
        assert (request.state, request.invoice_id) == ("MADE", invoice.pk)
        with pytest.raises(RequestDecided):
            invoices.refuse_requested(actor=staff.maker, key=request.pk, reason="x", at=INVOICED)

    def test_leaves_rows_that_the_service_may_add_and_never_change(self) -> None:
        with connection.cursor() as cursor:
            cursor.execute(
                "select relname, has_table_privilege('dianke_app', oid, 'INSERT'),"
                " has_table_privilege('dianke_app', oid, 'UPDATE') or has_table_privilege('dianke_app', oid, 'DELETE')"
                " from pg_class where relname in ('invoicing_invoice', 'invoicing_invoiceline') order by relname"
            )
            rows = cursor.fetchall()

        assert rows == [("invoicing_invoice", True, False), ("invoicing_invoiceline", True, False)]


class TestPlatform:
    def test_answers_late_and_once(self, utility: Utility, staff: InvoiceStaff, tmp_path: Path) -> None:
        invoice = make(staff, list_bills(utility)[0])

        deliver(staff, invoice, tmp_path)

        delivery = queries.get_invoice(actor=staff.clerk, number=invoice.number).delivery
        assert (delivery.state, delivery.attempts, len(delivery.platform_number)) == ("ACCEPTED", 2, 20)
        accepted = PlatformAnswer(is_accepted=True, platform_number=delivery.platform_number)
        assert record_answer(delivery=delivery, answer=accepted, at=INVOICED).answered_at == INVOICED
        with pytest.raises(AnswerDiffers):
            record_answer(delivery=delivery, answer=PlatformAnswer(is_refused=True, code="X"), at=INVOICED)

    def test_refuses_and_the_bill_is_free_again(self, utility: Utility, staff: InvoiceStaff, tmp_path: Path) -> None:
        bill = list_bills(utility)[0]
        invoices.set_profile(
            actor=staff.maker, customer_number="K100000001", kind=InvoiceKind.ORDINARY, party=Party(name="拒收公司"),
            at=INVOICED,
        )  # fmt: skip
        refused = make(staff, bill)
        request = ask(staff, refused)

        deliver(staff, refused, tmp_path)

        request.refresh_from_db()
        assert queries.get_invoice(actor=staff.clerk, number=refused.number).delivery.answer_code == "BUYER"
        assert (request.state, left_of(bill)) == ("WITHDRAWN", (0, 28999))
        assert make(staff, bill).number == "FP2026-0-00000002"

    def test_is_sent_to_only_where_one_is_connected(self, utility: Utility, staff: InvoiceStaff, settings: Any) -> None:
        make(staff, list_bills(utility)[0])
        settings.SIMULATED_TAX_PLATFORM = False

        assert invoices.send_due_invoices(actor=staff.system, at=INVOICED) == 0


class TestRedLetter:
    def test_is_a_row_of_its_own_that_frees_the_bill(
        self, utility: Utility, staff: InvoiceStaff, tmp_path: Path
    ) -> None:
        bill = list_bills(utility)[0]
        blue = make(staff, bill)
        deliver(staff, blue, tmp_path)

        red = confirm(staff, ask(staff, blue))

        assert (red.number, red.colour, red.blue_id) == ("FP2026-0-00000002", "RED", blue.pk)
        assert (red.net_fen, red.tax_fen, red.energy_kwh_e2) == (-25663, -3336, -45000)
        assert (red.asked_by, red.made_by) == ("maker", "approver")
        assert left_of(bill) == (0, 28999)

    def test_takes_parts_back_until_nothing_is_left(
        self, utility: Utility, staff: InvoiceStaff, tmp_path: Path
    ) -> None:
        bill = list_bills(utility)[0]
        blue = make(staff, bill)
        deliver(staff, blue, tmp_path)
        (line,) = whole(blue)

        first = confirm(staff, ask(staff, blue, {line: 10000}))
        with pytest.raises(UnableToInvoice, match="no bill in parts"):
            make(staff, bill)
        with pytest.raises(UnableToTakeBack, match="more than is left"):
            ask(staff, blue, {line: 19000})
        second = confirm(staff, ask(staff, blue, {line: 18999}))

        assert (first.net_fen + second.net_fen, first.tax_fen + second.tax_fen) == (-25663, -3336)
        assert left_of(bill) == (0, 28999)

    def test_waits_for_another_person_and_for_the_platform(
        self, utility: Utility, staff: InvoiceStaff, tmp_path: Path
    ) -> None:
        blue = make(staff, list_bills(utility)[0])
        request = ask(staff, blue)
        with pytest.raises(UnableToTakeBack, match="asked for already"):
            ask(staff, blue)
        with pytest.raises(UnableToTakeBack, match="has not accepted"):
            confirm(staff, request)
        with pytest.raises(PermissionRefused):
            invoices.confirm_red_letter(actor=staff.maker, key=request.pk, at=INVOICED)
        InvoiceRequest.objects.for_actor(utility.actor).filter(pk=request.pk).update(asked_by="approver")

        with pytest.raises(SamePerson):
            confirm(staff, request)

        assert Invoice.objects.for_actor(utility.actor).count() == 1

    def test_needs_a_reason_and_is_refused_with_one(self, utility: Utility, staff: InvoiceStaff) -> None:
        blue = make(staff, list_bills(utility)[0])
        with pytest.raises(RequestReasonNeeded):
            invoices.ask_red_letter(
                actor=staff.maker, number=blue.number, red_reason=RedReason.RETURN, reason=" ", parts=whole(blue),
                at=INVOICED,
            )  # fmt: skip
        request = ask(staff, blue)

        refused = invoices.refuse_red_letter(actor=staff.chief, key=request.pk, reason="抬头无误", at=INVOICED)

        assert (refused.state, refused.decided_by, refused.decision_reason) == ("REFUSED", "approver", "抬头无误")

    def test_cannot_be_written_by_one_person_past_the_operations(self, utility: Utility, staff: InvoiceStaff) -> None:
        blue = make(staff, list_bills(utility)[0])
        red = Invoice.objects.for_actor(utility.actor).get(pk=blue.pk)
        red.pk, red.number, red.colour, red.blue = None, "x", "RED", blue
        red.net_fen, red.tax_fen, red.total_fen, red.asked_by = -1, 0, -1, red.made_by

        with pytest.raises(IntegrityError, match="red_invoice_made_by_another"), transaction.atomic():
            red.save(force_insert=True)


class TestCorrectedBills:
    def test_ask_for_the_red_letter_of_what_was_invoiced(
        self, utility: Utility, staff: InvoiceStaff, tmp_path: Path
    ) -> None:
        bill = list_bills(utility)[0]
        blue = make(staff, bill)
        deliver(staff, blue, tmp_path)
        (replacement,) = carry_out(Staff(utility), bill, {"segment.1.total_end": "1350"})

        (request,) = InvoiceRequest.objects.for_actor(utility.actor)
        assert (request.origin, request.blue_id, request.asked_by, request.total_fen) == (
            "CORRECTION", blue.pk, "clerk", -28999,
        )  # fmt: skip
        assert left_of(bill) == (28999, -28999)
        confirm(staff, request)
        assert left_of(bill) == (0, 0)
        with pytest.raises(UnableToInvoice, match="reversed by a correction"):
            make(staff, bill)
        assert make(staff, replacement).total_fen == replacement.amount_fen == 21360

    def test_taken_back_for_good_ask_for_the_red_letter_too(
        self, utility: Utility, staff: InvoiceStaff, tmp_path: Path
    ) -> None:
        bill = list_bills(utility)[0]
        blue = make(staff, bill)
        deliver(staff, blue, tmp_path)

        take_back(Staff(utility), bill)

        (request,) = InvoiceRequest.objects.for_actor(utility.actor)
        assert (request.origin, request.blue_id, request.total_fen) == ("CORRECTION", blue.pk, -28999)
        confirm(staff, request)
        assert left_of(bill) == (0, 0)
        open_bills = narrow_to_open(Bill.objects.for_actor(utility.actor))
        assert bill.pk not in set(open_bills.values_list("pk", flat=True))

    def test_that_were_never_invoiced_ask_for_nothing(self, utility: Utility, staff: InvoiceStaff) -> None:
        first, second = list_bills(utility)

        carry_out(Staff(utility), first, {"segment.1.total_end": "1350"})

        assert not InvoiceRequest.objects.for_actor(utility.actor).exists()
        open_bills = narrow_to_open(Bill.objects.for_actor(utility.actor))
        assert set(open_bills.values_list("amount_fen", flat=True)) == {21360, second.amount_fen}


class TestBatch:
    def test_invoices_every_bill_of_a_run_but_those_that_are(self, utility: Utility, staff: InvoiceStaff) -> None:
        first, second = list_bills(utility)
        make(staff, first)
        run = BillRun.objects.for_actor(utility.actor).get()
        batch = invoices.start_batch(actor=staff.maker, number=run.number, at=INVOICED)
        with pytest.raises(UnableToStartBatch, match="under way"):
            invoices.start_batch(actor=staff.maker, number=run.number, at=INVOICED)

        done = invoices.carry_out_batch(actor=staff.maker, key=batch.pk)

        assert (done.state, done.total, done.done, done.made) == ("DONE", 2, 2, 1)
        assert done.left_out == {"it is invoiced already": {"count": 1, "bills": [first.number]}}
        assert left_of(second) == (second.amount_fen, 0)
        assert narrow_to_invoiced(Bill.objects.for_actor(utility.actor)).count() == 2
        assert invoices.carry_out_batch(actor=staff.maker, key=batch.pk).made == 1

    def test_is_stopped_and_keeps_what_it_made(self, utility: Utility, staff: InvoiceStaff) -> None:
        run = BillRun.objects.for_actor(utility.actor).get()
        batch = invoices.start_batch(actor=staff.maker, number=run.number, at=INVOICED)

        invoices.cancel_batch(actor=staff.maker, key=batch.pk, at=INVOICED)

        assert invoices.carry_out_batch(actor=staff.maker, key=batch.pk).state == "CANCELLED"
        assert not Invoice.objects.for_actor(utility.actor).exists()


class TestFiles:
    def test_have_the_forms_that_are_published(self, utility: Utility, staff: InvoiceStaff, tmp_path: Path) -> None:
        invoices.set_profile(
            actor=staff.maker, customer_number="K100000001", kind=InvoiceKind.SPECIAL, party=COMPANY, at=INVOICED
        )
        blue = make(staff, list_bills(utility)[0])
        deliver(staff, blue, tmp_path)
        red = confirm(staff, ask(staff, blue))

        for one in (blue, red):
            document = json.loads(invoices.take_out_invoice(actor=staff.clerk, number=one.number, form="json"))
            jsonschema.validate(document, SCHEMA)
            written = invoices.take_out_invoice(actor=staff.clerk, number=one.number, form="xml")
            root = ElementTree.fromstring(written)  # noqa: S314 - written by ourselves
            assert list_faults(root, "Invoice") == []
            assert root.findtext(f".//{{{NAMESPACE}}}TotalInWords") == document["totals"]["total_in_words"]
            assert document["buyer"]["bank_number"] == "**********5678"

    def test_are_set_as_paper(self, utility: Utility, staff: InvoiceStaff) -> None:
        blue = make(staff, list_bills(utility)[0])

        content = invoices.take_out_invoice(actor=staff.clerk, number=blue.number, form="pdf")

        assert content.startswith(b"%PDF-")


def list_faults(element: ElementTree.Element, kind: str) -> list[str]:
    """Return where an element departs from its type in the published XSD: names, their order, what is missing."""
    found = XSD.find(f"{XS}complexType[@name='{kind}']/{XS}sequence")
    if found is None:
        return []
    declared = [(one.get("name"), one.get("type"), one.get("minOccurs") == "0") for one in found]
    names = [child.tag.partition("}")[2] for child in element]
    order = [name for name, _kind, _optional in declared]
    faults = [f"{kind}: {name}" for name in names if name not in order]
    faults += [f"{kind} lacks {name}" for name, _kind, optional in declared if not optional and name not in names]
    if [order.index(name) for name in names if name in order] != sorted(order.index(n) for n in names if n in order):
        faults.append(f"{kind}: order")
    kinds = {name: str(of) for name, of, _optional in declared}
    for child, name in zip(element, names, strict=True):
        faults += list_faults(child, kinds.get(name, ""))
    return faults
