"""Bills as data, paper and message: every amount is there, names are only text, and a run's file keeps its rights."""

import io
import json
import zipfile
from collections.abc import Callable
from decimal import Decimal
from importlib import resources
from pathlib import Path
from typing import Any

import jsonschema
import pypdf
import pytest
from django.db import connection
from django.test import Client
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from procrastinate.contrib.django.models import ProcrastinateJob
from tests.factories.pages import Office

from dianke.application import bill_documents
from dianke.application.bill_documents import files, pdf, run_works
from dianke.domain.billing.models import BillLine, RunWork
from dianke.domain.billing.queries import bills as bill_queries
from dianke.domain.billing.rules.explanations import money
from dianke.domain.billing.types import LINES_PER_BILL
from dianke.interfaces.jobs import tasks
from dianke.kernel.clock import SystemClock
from dianke.platform.audit.use_case import PermissionRefused
from dianke.platform.identity.types import Actor, Grant

issued = True
LogIn = Callable[[str], Client]
NAMES = ["foundry", "mall", "kiosk", "printer", "workshop", "farm", "home"]
SCHEMA = json.loads((resources.files("dianke.domain.billing") / "data" / "bill.schema.json").read_text("utf-8"))
# What fonts have for sure, and everything that typst, PDF and JSON read as more than text.
LETTERS = st.sampled_from("云泽铸造公司张伟AZaz09 *_`#$@<>[]{}()\\/~=+-\"'|&%^!?;:,.")


@pytest.fixture(autouse=True)
def _folder(tmp_path: Path, settings: Any) -> None:
    settings.DATA_DIR = tmp_path


def structured(office: Office, name: str, **options: Any) -> dict[str, Any]:
    return bill_documents.get_structured_bill(actor=office.actor, number=office.bill(name).number, **options)


def read_pdf(content: bytes) -> str:
    """Return the text of a PDF without spaces, for lines are broken anywhere."""
    reader = pypdf.PdfReader(io.BytesIO(content))
    return "".join("".join(page.extract_text().split()) for page in reader.pages)


def person(office: Office, *rights: str) -> Actor:
    root = office.utility.root.path
    return Actor(login="p", name="P", grants=frozenset(Grant(right, root) for right in rights))


class TestStructuredBill:
    @pytest.mark.parametrize("language", ["zh-Hans", "en"])
    @pytest.mark.parametrize("name", NAMES)
    def test_has_the_form_that_the_schema_says(self, office: Office, name: str, language: str) -> None:
        jsonschema.validate(structured(office, name, language=language), SCHEMA)

    @pytest.mark.parametrize("name", NAMES)
    def test_adds_up(self, office: Office, name: str) -> None:
        bill = structured(office, name)

        total = Decimal(bill["total"]["amount"])
        added = [Decimal(line["amount"]) for line in bill["lines"] if not line["is_included"]]
        assert (sum(added), sum(Decimal(one["amount"]) for one in bill["subtotals"])) == (total, total)
        assert bill["check"] == {"is_equal": True, "recomputed_total": bill["check"]["recomputed_total"]}
        assert Decimal(bill["check"]["recomputed_total"]) == total

    @pytest.mark.parametrize("name", NAMES)
    def test_holds_every_line_as_it_was_issued(self, office: Office, name: str) -> None:
        bill = structured(office, name)

        lines = bill_queries.list_lines(actor=office.actor, bill_id=office.bill(name).pk)
        assert [
            (one["code"], Decimal(one["quantity"]), Decimal(one["price"]), one["amount"]) for one in bill["lines"]
        ] == [(line.code, line.quantity, line.price, f"{line.amount:.2f}") for line in lines]

    def test_hides_name_and_address_from_who_may_not_see_the_archive(self, office: Office) -> None:
        number = office.bill("home").number

        bill = bill_documents.get_structured_bill(actor=person(office, "billing.view"), number=number)

        whole = structured(office, "home")["account"]
        assert bill["account"]["customer_name"] == whole["customer_name"][0] + "*" * (len(whole["customer_name"]) - 1)
        assert bill["account"]["address"].startswith(whole["address"][:3])
        assert "*" in bill["account"]["address"]

    def test_is_refused_to_who_may_not_see_bills(self, office: Office) -> None:
        with pytest.raises(PermissionRefused):
            bill_documents.get_structured_bill(actor=person(office, "archive.view"), number=office.bill("home").number)

    def test_reads_bills_of_a_shard_together(self, office: Office, django_assert_max_num_queries: Any) -> None:
        bills = [office.bill(name) for name in NAMES]
        list(bill_documents.write_structured_bills(actor=office.actor, bills=bills))

        with django_assert_max_num_queries(10):
            written = list(bill_documents.write_structured_bills(actor=office.actor, bills=bills))

        assert [one["number"] for one in written] == [bill.number for bill in bills]


class TestPaper:
    @pytest.mark.parametrize("name", NAMES)
    def test_shows_every_amount_and_the_total_in_capitals(self, office: Office, name: str) -> None:
        bill = structured(office, name)

        text = read_pdf(bill_documents.write_pdf([bill]))

        amounts = [money(Decimal(line["amount"])) for line in bill["lines"]]
        assert [amount for amount in amounts if amount not in text] == []
        for part in (money(Decimal(bill["total"]["amount"])), bill["total"]["in_words"], bill["number"]):
            assert part in text

    def test_gives_each_bill_pages_of_its_own_that_count_from_one(self, office: Office) -> None:
        content = bill_documents.write_pdf([structured(office, name) for name in NAMES])

        shown = [page.extract_text() for page in pypdf.PdfReader(io.BytesIO(content)).pages]
        firsts = [text for text in shown if "第 1 页" in text]
        assert [[name for name in NAMES if office.bill(name).number in text] for text in firsts] == [
            [name] for name in NAMES
        ]

    def test_speaks_english_too(self, office: Office) -> None:
        text = read_pdf(bill_documents.write_pdf([structured(office, "foundry", language="en")]))

        assert "Electricitybill" in text
        assert "Peakhours" in text

    @given(name=st.text(LETTERS, min_size=1, max_size=40))
    @settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
    def test_a_name_is_only_text(self, office: Office, name: str) -> None:
        bill = structured(office, "home")
        bill["account"]["customer_name"] = f"头{name}尾"

        text = read_pdf(bill_documents.write_pdf([bill]))

        assert "".join(f"头{name}尾".split()) in text

    def test_is_refused_where_no_font_holds_chinese(self, office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(pdf, "FAMILIES", ("No Such Family",))

        with pytest.raises(bill_documents.FontMissing, match="fonts-noto-cjk"):
            bill_documents.write_pdf([structured(office, "home")])

    def test_is_refused_when_typst_warns(self, office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(pdf, "_read_template", lambda: b'#set text(font: "No Such Family")\nx')

        with pytest.raises(bill_documents.UnableToWritePdf, match="no such family"):
            bill_documents.write_pdf([structured(office, "home")])


class TestPages:
    def test_the_bill_gives_its_pdf_and_its_message(self, office: Office, reviewer_pages: Client) -> None:
        bill = office.bill("foundry")

        page = reviewer_pages.get(f"/billing/bills/{bill.pk}/").content.decode()
        answer = reviewer_pages.get(f"/billing/bills/{bill.pk}/pdf/")

        assert structured(office, "foundry")["messages"][0]["text"] in page
        assert answer.headers["Content-Disposition"] == f'attachment; filename="{bill.number}.pdf"'
        assert bill.number in read_pdf(answer.content)

    def test_the_bill_is_replayed_to_the_fen(self, office: Office, reviewer_pages: Client) -> None:
        answer = reviewer_pages.post(f"/billing/bills/{office.bill('mall').pk}/replay/").content.decode()

        assert "分文不差" in answer

    def test_a_line_that_was_tampered_with_is_named(self, office: Office, reviewer_pages: Client) -> None:
        bill = office.bill("foundry")
        first = bill.pk * LINES_PER_BILL + 1
        tamper(first, 1_000_000)

        answer = reviewer_pages.post(f"/billing/bills/{bill.pk}/replay/").content.decode()

        line = BillLine.objects.for_actor(office.actor).get(pk=first)
        assert f"发行 {line.amount:.6f}" in answer

    def test_the_run_shows_what_a_replay_found(self, office: Office, reviewer_pages: Client) -> None:
        reviewer_pages.post(f"/billing/runs/{office.run.number}/replay/")
        carry_out_newest(office)

        page = reviewer_pages.get(f"/billing/runs/{office.run.number}/works/").content.decode()
        work = newest(office)
        assert (work.status, work.report["differing_bills"]) == ("DONE", 0)
        assert "一致" in page

    def test_the_run_gives_a_pdf_of_all_its_bills(self, office: Office, reviewer_pages: Client) -> None:
        reviewer_pages.post(f"/billing/runs/{office.run.number}/pdf/")
        carry_out_newest(office)

        work = newest(office)
        answer = reviewer_pages.get(f"/billing/runs/{office.run.number}/works/{work.pk}/file/")
        text = read_pdf(b"".join(answer.streaming_content))
        bills = bill_queries.filter_run(actor=office.actor, run_id=office.run.pk, is_issued=True)
        assert answer.headers["Content-Disposition"] == f'attachment; filename="{office.run.number}.pdf"'
        assert [bill.number for bill in bills if bill.number not in text] == []

    def test_a_second_work_of_a_kind_waits_for_the_first(self, office: Office, reviewer_pages: Client) -> None:
        for _time in range(2):
            reviewer_pages.post(f"/billing/runs/{office.run.number}/replay/")

        assert RunWork.objects.for_actor(office.actor).filter(run=office.run).count() == 1


class TestFilesOfRuns:
    def test_several_batches_become_an_archive_and_the_earlier_file_goes(
        self, office: Office, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(pdf, "BATCH", 4)
        first = carry_out(office, run_works.start_pdf)

        second = carry_out(office, run_works.start_pdf)

        with zipfile.ZipFile(files.open_file(second.pk)) as archive:
            names = archive.namelist()
        assert second.file_name == f"{office.run.number}.zip"
        assert names[0] == f"{office.run.number}-000001-000004.pdf"
        assert len(names) == -(-second.report["bills"] // 4)
        assert not files.is_kept(first.pk)

    def test_a_cancelled_work_keeps_nothing(self, office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
        work = run_works.start_pdf(actor=office.actor, number=office.run.number, at=SystemClock().now())
        monkeypatch.setattr(pdf, "write_pdf", lambda *_args, **_options: cancel(office, work))

        ended = run_works.carry_out_work(actor=office.actor, key=work.pk)

        assert ended.status == "CANCELLED"
        assert not files.is_kept(work.pk)

    def test_a_fault_ends_the_work_with_its_cause(self, office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(pdf, "FAMILIES", ("No Such Family",))

        work = carry_out(office, run_works.start_pdf)

        assert work.status == "FAILED"
        assert "fonts-noto-cjk" in work.end_reason

    @pytest.mark.parametrize("missing", ["billing.view", "archive.view", "archive.export"])
    def test_the_file_wants_every_right_that_its_names_want(self, office: Office, missing: str) -> None:
        rights = {"billing.view", "archive.view", "archive.export"} - {missing}
        work = carry_out(office, run_works.start_pdf)

        with pytest.raises(PermissionRefused):
            run_works.start_pdf(actor=person(office, *rights), number=office.run.number, at=SystemClock().now())
        with pytest.raises(PermissionRefused):
            run_works.take_out_file(actor=person(office, *rights), key=work.pk)


def tamper(line_id: int, by_e6: int) -> None:
    """Change an issued line, as only the owner of the tables can."""
    with connection.cursor() as cursor:
        cursor.execute("update billing_billline set amount_e6 = amount_e6 + %s where id = %s", [by_e6, line_id])


def newest(office: Office) -> RunWork:
    found: RunWork = RunWork.objects.for_actor(office.actor).latest("id")
    return found


def carry_out_newest(office: Office) -> None:
    """Do what the worker does with the job that was handed over last."""
    job = ProcrastinateJob.objects.filter(task_name="carry_out_run_work").latest("id")
    tasks.carry_out_run_work(**job.args)


def carry_out(office: Office, start: Any) -> RunWork:
    work = start(actor=office.actor, number=office.run.number, at=SystemClock().now())
    return run_works.carry_out_work(actor=office.actor, key=work.pk)


def cancel(office: Office, work: RunWork) -> bytes:
    run_works.cancel_work(actor=office.actor, key=work.pk, at=SystemClock().now())
    return b""
