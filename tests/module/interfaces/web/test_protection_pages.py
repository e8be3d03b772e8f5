"""Personal data on pages: masked everywhere, whole only for a reason, and handed to the person who asks."""

import io
import json
import zipfile
from collections.abc import Callable
from datetime import date

import pytest
from django.core.cache import cache
from django.db.backends.postgresql.psycopg_any import DateRange
from django.test import Client
from django.urls import reverse
from openpyxl import load_workbook
from tests.factories import archive as factory
from tests.factories.archive import Archive
from tests.factories.utility import add_clerk

from dianke.domain.customers.models import BankAccount, Contact, Customer, CustomerAccount
from dianke.domain.customers.queries.hashes import hash_bank_account, hash_identity_number, hash_phone
from dianke.platform.identity.types import Actor
from dianke.platform.protection.models import Unmasking

PASSWORD = "correct horse battery"
PHONE, IDENTITY, BANK, MAIL = "13907214418", "420106198803121234", "6222021001112341234", "wangxm@example.com"
PLANTED = (PHONE, IDENTITY, BANK, MAIL)
SEEING = ["protection.unmask_phone", "protection.unmask_identity", "protection.unmask_bank"]
SYSTEM = Actor.system("looking at what a test left")
ALWAYS = DateRange(date(2025, 1, 1), None)
REASON = "客户来电核对"

Browse = Callable[..., Client]
pytestmark = pytest.mark.django_db


@pytest.fixture
def archive() -> Archive:
    cache.clear()
    return factory.build_archive()


@pytest.fixture
def account(archive: Archive) -> CustomerAccount:
    point = factory.add_point(archive)
    customer = point.account.customer
    customer.identity_kind, customer.identity_number = "ID_CARD", IDENTITY
    customer.identity_hash = hash_identity_number(IDENTITY)
    customer.save()
    facts = {"phone": PHONE, "phone_hash": hash_phone(PHONE), "email": MAIL, "period": ALWAYS}
    Contact(customer=customer, name="王晓明", role="OWNER", **facts).save()
    bank = {"bank_name": "示例银行", "holder": "王晓明", "number": BANK, "number_hash": hash_bank_account(BANK)}
    BankAccount(account=point.account, period=ALWAYS, **bank).save()
    return point.account


@pytest.fixture
def browse(archive: Archive) -> Browse:
    """Return a function that opens the browser of a person with rights at the eastern station."""

    def open_browser(*rights: str, at: str = "east") -> Client:
        login = f"YZ{len(rights)}{at}"
        add_clerk(getattr(archive, at), login, ["archive.view", *rights])
        client = Client()
        client.post("/login/", {"login": login, "password": PASSWORD})
        return client

    return open_browser


def contact_of(account: CustomerAccount) -> str:
    return f"customers.contact:{Contact.objects.for_actor(SYSTEM).get(customer=account.customer).pk}"


def unpack(content: bytes) -> bytes:
    """Return the bytes of a file, those of the parts of a workbook too."""
    if not content.startswith(b"PK"):
        return content
    with zipfile.ZipFile(io.BytesIO(content)) as book:
        return b"".join(book.read(part) for part in book.namelist())


def count_unmaskings() -> int:
    return int(Unmasking.objects.for_actor(SYSTEM).count())


class TestUnmasking:
    def test_asks_for_the_reason_and_shows_the_mask_meanwhile(self, account: CustomerAccount, browse: Browse):
        answer = browse(*SEEING).get("/protection/ask/", {"ref": contact_of(account), "kind": "phone"})

        text = answer.content.decode()
        assert "139****4418" in text
        assert PHONE not in text
        assert count_unmaskings() == 0

    def test_shows_the_value_once_and_keeps_it_nowhere(self, account: CustomerAccount, browse: Browse):
        answer = browse(*SEEING).post(
            "/protection/show/", {"ref": contact_of(account), "kind": "phone", "reason": REASON}
        )

        assert PHONE in answer.content.decode()
        assert answer.headers["Cache-Control"] == "private, no-store"
        assert Unmasking.objects.for_actor(SYSTEM).get().reason == REASON

    def test_asks_again_without_a_reason(self, account: CustomerAccount, browse: Browse):
        answer = browse(*SEEING).post("/protection/show/", {"ref": contact_of(account), "kind": "phone", "reason": " "})

        assert PHONE not in answer.content.decode()
        assert "请用几个字说明为什么需要查看" in answer.content.decode()
        assert count_unmaskings() == 0

    @pytest.mark.parametrize("path", ["ask", "show", "hide"])
    def test_is_closed_to_other_units_and_other_rights(self, path: str, account: CustomerAccount, browse: Browse):
        asked = {"ref": contact_of(account), "kind": "phone", "reason": REASON}
        foreign, unentitled = browse(*SEEING, at="west"), browse("protection.unmask_bank")

        answers = [
            client.post("/protection/show/", asked) if path == "show" else client.get(f"/protection/{path}/", asked)
            for client in (foreign, unentitled)
        ]

        assert [answer.status_code for answer in answers] == [404, 403]
        assert all(PHONE not in answer.content.decode() for answer in answers)
        assert count_unmaskings() == 0


class TestMasking:
    @pytest.mark.parametrize(
        "address",
        ["/", "/customers/", "/customers/?q=王晓明", "/search/?q=王晓明", f"/customers/?q={PHONE}"],
    )
    def test_leaves_no_planted_number_on_a_page(self, address: str, account: CustomerAccount, browse: Browse):
        text = browse(*SEEING).get(address).content.decode().replace(f"?q={PHONE}", "").replace(f'"{PHONE}"', "")

        assert [number for number in (IDENTITY, BANK, MAIL) if number in text] == []

    @pytest.mark.parametrize(
        "tail", ["", "contacts/", "documents/", "places/", "time-line/", "bills/", "usage/", "card/"]
    )
    def test_leaves_no_planted_number_on_the_customers_pages(self, tail: str, account: CustomerAccount, browse: Browse):
        client = browse(*SEEING, "billing.view", "trail.view", "documents.view")

        answer = client.get(f"/customers/accounts/{account.number}/{tail}")

        assert answer.status_code == 200
        assert [number for number in PLANTED if number in answer.content.decode()] == []

    @pytest.mark.parametrize("file_format", ["csv", "xlsx"])
    def test_leaves_no_planted_number_in_an_export(self, file_format: str, account: CustomerAccount, browse: Browse):
        client = browse(*SEEING, "archive.export")

        file = client.post(reverse("web:list_export", args=["customers.accounts"]), {"format": file_format.upper()})

        assert file.status_code == 200, file.content.decode()
        content = b"".join(file.streaming_content)
        assert [number for number in PLANTED if number.encode() in unpack(content)] == []


class TestRegister:
    def test_shows_who_saw_what_and_why_to_its_right(self, account: CustomerAccount, browse: Browse):
        browse(*SEEING).post("/protection/show/", {"ref": contact_of(account), "kind": "phone", "reason": REASON})

        text = browse("protection.view_register").get("/protection/").content.decode()

        assert REASON in text
        assert account.customer.number in text
        assert PHONE not in text

    def test_hides_other_units(self, account: CustomerAccount, browse: Browse):
        browse(*SEEING).post("/protection/show/", {"ref": contact_of(account), "kind": "phone", "reason": REASON})

        assert REASON not in browse("protection.view_register", at="west").get("/protection/").content.decode()
        assert browse().get("/protection/").status_code == 403


class TestHandingOut:
    def test_json_holds_everything_whole(self, account: CustomerAccount, browse: Browse):
        number = account.customer.number
        browse(*SEEING).post("/protection/show/", {"ref": contact_of(account), "kind": "phone", "reason": REASON})

        answer = browse("protection.export_person").post(
            f"/protection/person/{number}/", {"reason": "本人持身份证申请", "form": "json"}
        )

        kept = json.loads(answer.content)
        assert kept["customer"][0]["identity_number"] == IDENTITY
        assert (kept["contacts"][0]["phone"], kept["contacts"][0]["email"]) == (PHONE, MAIL)
        assert kept["bank_accounts"][0]["number"] == BANK
        assert [row["number"] for row in kept["accounts"]] == [account.number]
        assert [row["reason"] for row in kept["who_looked"]] == [REASON]
        assert answer.headers["Cache-Control"] == "private, no-store"

    def test_workbook_has_a_sheet_for_each_kind_and_no_formula(self, account: CustomerAccount, browse: Browse):
        Customer.objects.for_actor(SYSTEM).filter(pk=account.customer_id).update(name="=1+1")

        answer = browse("protection.export_person").post(
            f"/protection/person/{account.customer.number}/", {"reason": "本人申请", "form": "xlsx"}
        )

        book = load_workbook(io.BytesIO(answer.content))
        assert len(book.sheetnames) == 13
        name = book["客户"]["B2"]
        assert (name.value, name.data_type) == ("=1+1", "s")

    def test_is_closed_to_other_units_other_rights_and_companies(
        self, archive: Archive, account: CustomerAccount, browse: Browse
    ):
        address = f"/protection/person/{account.customer.number}/"
        asked = {"reason": "本人申请", "form": "json"}

        assert browse("protection.export_person", at="west").post(address, asked).status_code == 404
        assert browse().post(address, asked).status_code == 403

        Customer.objects.for_actor(SYSTEM).filter(pk=account.customer_id).update(kind="COMPANY")

        assert browse("protection.export_person", "archive.export").post(address, asked).status_code == 404

    def test_wants_a_reason(self, account: CustomerAccount, browse: Browse):
        answer = browse("protection.export_person").post(
            f"/protection/person/{account.customer.number}/", {"reason": "x", "form": "json"}
        )

        assert answer.status_code == 422
        assert PHONE not in answer.content.decode()
