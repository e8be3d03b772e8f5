"""Pages of supply contracts: drafted from an account, decided by another person, signed, filed, renewed, compared."""

from collections.abc import Callable
from datetime import timedelta
from http import HTTPStatus
from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from tests.factories import utility as factory
from tests.factories.pages import Office

from dianke.domain.contracts import queries
from dianke.domain.contracts.models import ContractVersion
from dianke.domain.contracts.types import VersionState
from dianke.domain.customers.models import CustomerAccount
from dianke.kernel.clock import SystemClock, to_shanghai
from dianke.platform.identity.types import Actor

LogIn = Callable[[str], Client]
EVERYBODY = Actor.system("looking at what pages did")
GIVEN = {"kind": "LOW_VOLTAGE", "p_ownership_point": "表后开关出线端", "p_price": "一般工商业", "p_customer": "示例厂"}
FILLED = {"p_supplier": "供电公司", "p_account": "1", "p_address": "一号路", "p_usage": "工商业", "p_voltage": "220V"}
REST = {"p_metering": "低供低计", "p_payment_days": "10", "p_guarantee": "", "p_sources": "一号线"}


@pytest.fixture
def drafter(office: Office, log_in: LogIn, settings: Any, tmp_path: Path) -> Client:
    settings.DATA_DIR = tmp_path
    settings.SIMULATED_SIGNER = True
    rights = ["archive.view", "documents.view", "contracts.view", "contracts.draft", "contracts.file"]
    factory.add_clerk(office.utility.root, "drafter", rights)
    return log_in("drafter")


@pytest.fixture
def approver(office: Office, log_in: LogIn) -> Client:
    factory.add_clerk(office.utility.root, "approver", ["archive.view", "contracts.view", "contracts.approve"])
    return log_in("approver")


@pytest.fixture
def account(office: Office) -> CustomerAccount:
    return CustomerAccount.objects.for_actor(office.utility.actor).order_by("id")[0]  # type: ignore[no-any-return]


def read(client: Client, address: str) -> str:
    answer = client.get(address)
    assert answer.status_code == HTTPStatus.OK
    return str(answer.content.decode())


def draft(client: Client, account: CustomerAccount, **changed: str) -> ContractVersion:
    start = to_shanghai(SystemClock().now()).date().isoformat()
    given = {**GIVEN, **FILLED, **REST, "start": start, **changed}
    answer = client.post(f"/contracts/new/{account.number}/", given)
    assert answer.status_code == HTTPStatus.FOUND, answer.content.decode()
    return latest()


def latest() -> ContractVersion:
    return ContractVersion.objects.for_actor(EVERYBODY).order_by("-id")[0]  # type: ignore[no-any-return]


def approve(drafter: Client, approver: Client, version: ContractVersion) -> None:
    drafter.post(f"/contracts/{version.pk}/propose/")
    approver.post(f"/contracts/{version.pk}/decide/", {"decision": "approve"})
    assert latest().state == VersionState.APPROVED.value


def sign(drafter: Client, version: ContractVersion) -> None:
    copy = SimpleUploadedFile("a.pdf", b"%PDF-1.4 a signed copy", content_type="application/pdf")
    drafter.post(
        f"/contracts/{version.pk}/sign/", {"party": "CUSTOMER", "signer": "张三", "way": "paper", "copy": copy}
    )
    drafter.post(f"/contracts/{version.pk}/sign/", {"party": "SUPPLIER", "signer": "李四", "way": "simulated"})
    assert latest().state == VersionState.SIGNED.value


def test_what_is_missing_stands_first_and_stops_the_proposal(drafter: Client, account: CustomerAccount) -> None:
    version = draft(drafter, account, p_payment_days="")

    page = read(drafter, f"/contracts/{version.pk}/")
    drafter.post(f"/contracts/{version.pk}/propose/")

    assert "交费期限（天）" in page.split("<h2>条款</h2>")[0]
    assert 'data-open="#propose"' not in page
    assert latest().state == VersionState.DRAFT.value


def test_a_draft_is_changed_refused_and_mended(drafter: Client, approver: Client, account: CustomerAccount) -> None:
    version = draft(drafter, account)
    address = f"/contracts/{version.pk}/"
    drafter.post(f"{address}propose/")
    assert str(version) in read(approver, "/")
    assert 'id="approve"' not in read(drafter, address)

    approver.post(f"{address}decide/", {"decision": "refuse", "reason": "分界点不清"})

    assert "分界点不清" in read(drafter, address)
    form = read(drafter, f"{address}change/")
    assert "表后开关出线端" in form
    given = {**GIVEN, **FILLED, **REST, "start": version.period.lower.isoformat(), "p_ownership_point": "电能表出线端"}
    drafter.post(f"{address}change/", given)
    assert "电能表出线端" in read(drafter, address)


def test_from_signing_to_file_and_the_next_version(drafter: Client, approver: Client, account: CustomerAccount) -> None:
    version = draft(drafter, account)
    address = f"/contracts/{version.pk}/"
    approve(drafter, approver, version)
    sign(drafter, version)

    page = read(drafter, address)
    assert drafter.get(f"{address}copies/").status_code == HTTPStatus.NOT_FOUND
    copy = page.split("copies/?signature=")[1].split('"')[0]
    assert drafter.get(f"{address}copies/?signature={copy}").status_code == HTTPStatus.OK
    assert "2 个签署中 2 个" in str(drafter.post(f"{address}prove/", follow=True).content.decode())
    drafter.post(f"{address}file/", {"place": "A-12"})
    assert "A-12" in read(drafter, address)

    drafter.post(f"{address}renew/")

    renewed = latest()
    assert renewed.number == version.number + 1
    assert "/1</th>" in read(drafter, f"/contracts/{renewed.pk}/compare/")
    assert str(renewed) in read(drafter, f"/contracts/customers/{account.customer.number}/")
    assert "/contracts/customers/" in read(drafter, f"/customers/accounts/{account.number}/documents/")


def test_the_list_finds_by_kind_state_end_and_number(
    drafter: Client, approver: Client, account: CustomerAccount
) -> None:
    version = draft(drafter, account)
    approve(drafter, approver, version)
    sign(drafter, version)
    end = to_shanghai(SystemClock().now()).date() + timedelta(days=45)
    approver.post(f"/contracts/{version.pk}/end/", {"on": end.isoformat(), "reason": "用户申请"})
    name = f"/contracts/{version.pk}/"

    found = ["kind=LOW_VOLTAGE", "state=SIGNED", "ending=60", f"q={version.contract.number}", f"q={account.number}"]
    missed = ["kind=DISPATCH", "state=DRAFT", "ending=30", "q=HT-99999999"]

    assert [one for one in found if name not in read(drafter, f"/contracts/?{one}")] == []
    assert [one for one in missed if name in read(drafter, f"/contracts/?{one}")] == []


def test_the_paper_is_a_pdf(drafter: Client, account: CustomerAccount) -> None:
    version = draft(drafter, account)

    assert drafter.get(f"/contracts/{version.pk}/paper/").content.startswith(b"%PDF-")
    assert "只有一个版本" in read(drafter, f"/contracts/{version.pk}/compare/")


def test_who_may_not_see_the_archive_sees_no_name_in_it(
    office: Office, drafter: Client, approver: Client, account: CustomerAccount, log_in: LogIn
) -> None:
    version = draft(drafter, account, p_customer="示例机械厂", p_address="云泽市一号路八号")
    approve(drafter, approver, version)
    sign(drafter, version)
    factory.add_clerk(office.utility.root, "blind", ["contracts.view"])
    blind = log_in("blind")

    pages = [read(blind, f"/contracts/{version.pk}/"), read(blind, f"/contracts/{version.pk}/compare/")]
    answer = blind.get(f"/api/v1/contracts/{version.pk}")

    for text in (*pages, answer.content.decode()):
        assert "示例机械厂" not in text
        assert "一号路八号" not in text
        assert "张三" not in text
    assert answer.status_code == HTTPStatus.OK
    assert blind.get(f"/contracts/{version.pk}/paper/").status_code == HTTPStatus.FORBIDDEN
    assert "一号路八号" in read(drafter, f"/contracts/{version.pk}/")


def test_the_interface_for_programs_tells_of_versions_in_force(
    drafter: Client, approver: Client, account: CustomerAccount
) -> None:
    version = draft(drafter, account)
    approve(drafter, approver, version)
    today = to_shanghai(SystemClock().now()).date().isoformat()
    assert drafter.get(f"/api/v1/contracts?in_force_on={today}").json()["items"] == []
    sign(drafter, version)

    (found,) = drafter.get(f"/api/v1/contracts?in_force_on={today}&account={account.number}").json()["items"]
    whole = drafter.get(f"/api/v1/contracts/{version.pk}").json()

    assert (found["key"], found["state"], found["kind"]) == (version.pk, "SIGNED", "LOW_VOLTAGE")
    assert {one["party"]: one["way"] for one in whole["signatures"]} == {"CUSTOMER": "PAPER", "SUPPLIER": "ELECTRONIC"}
    assert whole["content_sha256"] == latest().content_hash
    assert whole["clauses"][0]["code"] == "supply"
    assert drafter.get("/api/v1/contracts?ending_within_days=10").json()["items"] == []


def test_without_the_setting_nobody_signs_by_a_key(
    drafter: Client, approver: Client, account: CustomerAccount, settings: Any
) -> None:
    settings.SIMULATED_SIGNER = False
    version = draft(drafter, account)
    approve(drafter, approver, version)

    page = read(drafter, f"/contracts/{version.pk}/")
    drafter.post(f"/contracts/{version.pk}/sign/", {"party": "SUPPLIER", "signer": "李四", "way": "simulated"})

    assert 'value="simulated"' not in page
    assert queries.list_signatures(actor=EVERYBODY, version=latest()) == []
