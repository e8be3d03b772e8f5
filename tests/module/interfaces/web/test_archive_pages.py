"""Pages of entering, changing and merging: what a clerk sees, and what stays closed."""

from collections.abc import Callable
from datetime import date
from typing import Any

import pytest
from django.core.cache import cache
from django.test import Client
from django.urls import reverse
from tests.factories import archive as factory
from tests.factories.archive import Archive, build_archive

from dianke.domain.customers.models import (
    Contact,
    Customer,
    CustomerAccount,
    CustomerDocument,
    CustomerMerge,
    DuplicateSuspicion,
    KeyChange,
    SpecialMark,
)
from dianke.domain.customers.operations.suspicions import note_suspicion
from dianke.domain.customers.types import CustomerKind, DuplicateDecision
from dianke.platform.audit.models import UseCaseRecord
from dianke.platform.identity import operations as identity
from dianke.platform.org.models import Unit

pytestmark = pytest.mark.django_db

PASSWORD = "a long enough password"
CARD = "11010519491231002X"
CLERK = ["archive.view", "archive.enter", "archive.change_key_data", "documents.add", "documents.view"]
KEEPER = ["archive.view", "archive.edit", "archive.approve_key_data", "archive.merge"]
PDF = b"%PDF-1.4 a paper"
Open = Callable[..., Client]


@pytest.fixture
def archive(settings: Any, tmp_path: Any) -> Archive:
    settings.DATA_DIR = tmp_path
    cache.clear()
    return build_archive()


@pytest.fixture
def open_as(archive: Archive) -> Open:
    def open_browser(login: str, rights: list[str], unit: Unit | None = None) -> Client:
        unit = unit or archive.east
        person = identity.add_staff(login=login, name=login, unit=unit, password=PASSWORD)
        post = identity.define_post(code=login, name=login, rights=rights)
        identity.assign_post(staff=person, post=post, unit=unit, start=date(2020, 1, 1))
        client = Client()
        client.post("/login/", {"login": login, "password": PASSWORD})
        return client

    return open_browser


def form(archive: Archive, **changes: str) -> dict[str, str]:
    return {
        "unit": archive.east.code,
        "name": "王晓明",
        "kind": "PERSON",
        "identity_kind": "ID_CARD",
        "identity_number": CARD,
        "usage_class": "RESIDENTIAL",
        "household_size": "3",
        "region": "云泽市",
        "road": "望湖路",
        "house_number": "8",
        "contact_name": "王晓明",
        "role": "OWNER",
        "phone": "139 0000 4418",
        **changes,
    }


def test_entered_customer_opens_with_its_numbers_masked(archive: Archive, open_as: Open) -> None:
    clerk = open_as("clerk", CLERK)

    answer = clerk.post(reverse("web:customer_enter"), form(archive), follow=True)

    page = answer.content.decode()
    assert "139****4418" in page
    assert "13900004418" not in page
    assert CARD not in page
    assert CustomerAccount.objects.for_actor(archive.actor).get().location.address == "云泽市望湖路 8 号"


def test_wrong_identity_number_leaves_what_was_typed(archive: Archive, open_as: Open) -> None:
    clerk = open_as("clerk", CLERK)

    answer = clerk.post(reverse("web:customer_enter"), form(archive, identity_number="110105194912310021"))

    assert answer.status_code == 422
    assert 'value="望湖路"' in answer.content.decode()
    assert "校验码不符" in answer.content.decode()
    assert Customer.objects.for_actor(archive.actor).count() == 0


def test_likeness_stands_beside_the_entry_until_it_is_decided(archive: Archive, open_as: Open) -> None:
    clerk = open_as("clerk", CLERK)
    clerk.post(reverse("web:customer_enter"), form(archive))
    first = Customer.objects.for_actor(archive.actor).get()

    stopped = clerk.post(reverse("web:customer_enter"), form(archive))
    while_typing = clerk.post(
        reverse("web:customer_duplicates"), {"kind": "PERSON", "phone": "13900004418", "name": "王晓明"}
    )
    decided = clerk.post(
        reverse("web:customer_enter"), form(archive, **{f"decision_{first.pk}": "MERGE_LATER", "reason": "母女"})
    )

    assert (stopped.status_code, decided.status_code) == (422, 302)
    assert f'name="decision_{first.pk}"' in stopped.content.decode()
    assert first.number in while_typing.content.decode()
    assert Customer.objects.for_actor(archive.actor).count() == 2


def test_existing_customer_takes_over_the_typed_place(archive: Archive, open_as: Open) -> None:
    clerk = open_as("clerk", CLERK)
    clerk.post(reverse("web:customer_enter"), form(archive))
    first = Customer.objects.for_actor(archive.actor).get()

    shown = clerk.post(reverse("web:customer_enter"), form(archive, use=first.number, road="柳林路"))
    opened = clerk.post(reverse("web:customer_open_account", args=[first.number]), form(archive, road="柳林路"))

    assert 'value="柳林路"' in shown.content.decode()
    assert opened.status_code == 302
    assert CustomerAccount.objects.for_actor(archive.actor).filter(customer=first).count() == 2


def test_key_change_is_asked_by_one_and_approved_by_another(archive: Archive, open_as: Open) -> None:
    account = factory.add_account(archive)
    clerk, keeper = open_as("clerk", CLERK), open_as("keeper", KEEPER)
    url = reverse("web:key_change_ask", args=[account.customer.number, "usage-class"]) + f"?account={account.number}"

    asked = clerk.post(url, {"usage_class": "AGRICULTURAL", "reason": "改种大棚"})
    key = KeyChange.objects.for_actor(archive.actor).get().pk
    shown = keeper.get(reverse("web:key_change", args=[key]))
    keeper.post(reverse("web:key_change_decide", args=[key]), {"reason": ""})

    assert asked.status_code == 302
    assert "改种大棚" in shown.content.decode()
    account.refresh_from_db()
    assert account.usage_class == "AGRICULTURAL"


def test_whoever_asked_sees_no_button_to_approve(archive: Archive, open_as: Open) -> None:
    customer = factory.add_account(archive).customer
    both = open_as("both", [*CLERK, "archive.approve_key_data"])
    both.post(reverse("web:key_change_ask", args=[customer.number, "name"]), {"name": "王大明", "reason": "更正"})
    key = KeyChange.objects.for_actor(archive.actor).get().pk

    shown = both.get(reverse("web:key_change", args=[key])).content.decode()
    both.post(reverse("web:key_change_decide", args=[key]), {})

    assert 'id="approve"' not in shown
    customer.refresh_from_db()
    assert customer.name == "王晓明"


def test_identity_numbers_of_a_change_are_masked_until_a_reason_is_given(archive: Archive, open_as: Open) -> None:
    customer = factory.add_account(archive).customer
    clerk = open_as("clerk", CLERK)
    keeper = open_as("keeper", [*KEEPER, "protection.unmask_identity"])
    clerk.post(
        reverse("web:key_change_ask", args=[customer.number, "identity"]),
        {"kind": "ID_CARD", "number": CARD, "reason": "补录"},
    )
    key = KeyChange.objects.for_actor(archive.actor).get().pk

    masked = keeper.get(reverse("web:key_change", args=[key])).content.decode()
    refused = keeper.post(reverse("web:key_change_reveal", args=[key]), {"reason": ""})
    whole = keeper.post(reverse("web:key_change_reveal", args=[key]), {"reason": "核对复印件"}).content.decode()

    assert CARD not in masked
    assert refused.status_code == 422
    assert CARD in whole
    record = UseCaseRecord.objects.for_actor(archive.actor).get(use_case="archive.key_changes.reveal_key_change")
    assert record.reason == "核对复印件"


def test_the_other_customer_of_a_merge_is_offered_or_named(archive: Archive, open_as: Open) -> None:
    keeper = open_as("keeper", KEEPER)
    first, second = (factory.add_account(archive, name="望湖仓储", kind=CustomerKind.COMPANY) for _ in range(2))
    stranger = factory.add_account(archive, name="白鹭棉纺", kind=CustomerKind.COMPANY)
    url = reverse("web:customer_merge_with", args=[first.customer.number])
    side_by_side = reverse("web:customer_merge", args=[first.customer.number, second.customer.number])

    page = keeper.get(url)
    by_account = keeper.get(url, {"other": second.number})
    unknown = keeper.get(url, {"other": first.customer.number})

    assert side_by_side in page.content.decode()
    assert stranger.customer.number not in page.content.decode()
    assert (by_account.status_code, by_account.url) == (302, side_by_side)
    assert unknown.status_code == 422
    assert "没有" in unknown.content.decode()


def test_several_likenesses_are_said_to_be_two_for_one_reason(archive: Archive, open_as: Open) -> None:
    keeper = open_as("keeper", KEEPER)
    first, second, third = (factory.add_account(archive).customer for _ in range(3))
    strange = [factory.add_account(archive, unit=archive.west).customer for _ in range(2)]
    mine = [note_likeness(archive, second, first), note_likeness(archive, third, first)]
    theirs = note_likeness(archive, *strange)
    ids = [one.pk for one in (*mine, theirs)]
    url = "/lists/customers.duplicates/bulk/two/"

    listed = keeper.get(reverse("web:duplicates")).content.decode()
    preview = keeper.post(url, {"row": ids})
    without_reason = keeper.post(url, {"row": ids, "confirmed": "1"})
    unsettled = list_settled(archive)
    keeper.post(url, {"row": ids, "confirmed": "1", "reason": "父子同名"})

    record = UseCaseRecord.objects.for_actor(archive.actor).get(use_case="archive.merging.settle_suspicions")
    assert [one.number in listed for one in (second, third, strange[0])] == [True, True, False]
    assert (preview.status_code, without_reason.status_code) == (200, 422)
    assert unsettled == []
    assert list_settled(archive) == [one.pk for one in mine]
    assert (record.actor_login, record.reason) == ("keeper", "父子同名")


def note_likeness(archive: Archive, customer: Customer, other: Customer) -> DuplicateSuspicion:
    return note_suspicion(
        actor=archive.actor,
        customer=customer,
        other=other,
        score=80,
        reasons=["NAME_SAME"],
        decision=DuplicateDecision.MERGE_LATER,
        reason="先建档",
        at=factory.NOW,
    )


def list_settled(archive: Archive) -> list[int]:
    rows = DuplicateSuspicion.objects.for_actor(archive.actor).exclude(settled_at=None)
    return list(rows.order_by("id").values_list("id", flat=True))


def test_two_customers_are_merged_and_taken_apart_again(archive: Archive, open_as: Open) -> None:
    first, second = factory.add_account(archive), factory.add_account(archive)
    keeper = open_as("keeper", KEEPER)
    url = reverse("web:customer_merge", args=[first.customer.number, second.customer.number])

    compared = keeper.get(url).content.decode()
    keeper.post(url, {"kept": first.customer.number, "reason": "同一人"})
    merge = CustomerMerge.objects.for_actor(archive.actor).get()
    second.refresh_from_db()
    after_merge = second.customer_id
    keeper.post(reverse("web:merge_undo", args=[merge.pk]), {"reason": "看错"})

    assert first.number in compared
    assert after_merge == first.customer_id
    second.refresh_from_db()
    assert second.customer_id == merge.merged_id


def test_document_is_shown_inside_our_own_pages_alone(archive: Archive, open_as: Open) -> None:
    customer = factory.add_account(archive).customer
    clerk = open_as("clerk", CLERK)
    from django.core.files.uploadedfile import SimpleUploadedFile

    clerk.post(
        reverse("web:document_add", args=[customer.number]),
        {"kind": "ID_COPY", "title": "身份证", "file": SimpleUploadedFile("id.pdf", PDF)},
    )
    paper = CustomerDocument.objects.for_actor(archive.actor).get()
    page = clerk.get(reverse("web:document", args=[paper.pk]))
    file = clerk.get(reverse("web:document_file", args=[paper.pk]))

    assert page.status_code == 200
    assert file.content == PDF
    assert file["Content-Disposition"].startswith("inline")
    assert (file["X-Frame-Options"], file["X-Content-Type-Options"]) == ("SAMEORIGIN", "nosniff")
    assert "frame-ancestors 'self'" in file["Content-Security-Policy"]


def test_mark_is_given_with_its_proof(archive: Archive, open_as: Open) -> None:
    account = factory.add_account(archive)
    clerk = open_as("clerk", CLERK)
    from django.core.files.uploadedfile import SimpleUploadedFile

    without = clerk.post(
        reverse("web:mark_add", args=[account.number]),
        {"kind": "LOW_INCOME", "start_date": "2026-01-01", "end_date": "2027-01-01"},
    )
    given = clerk.post(
        reverse("web:mark_add", args=[account.number]),
        {
            "kind": "LOW_INCOME",
            "start_date": "2026-01-01",
            "end_date": "2027-01-01",
            "proof": SimpleUploadedFile("p.pdf", PDF),
        },
    )

    assert (without.status_code, given.status_code) == (422, 302)
    assert SpecialMark.objects.for_actor(archive.actor).get().kind == "LOW_INCOME"


def test_contact_keeps_its_phone_unless_another_is_typed(archive: Archive, open_as: Open) -> None:
    clerk = open_as("clerk", CLERK)
    clerk.post(reverse("web:customer_enter"), form(archive))
    contact = Contact.objects.for_actor(archive.actor).get()

    shown = clerk.get(reverse("web:contact_edit", args=[contact.pk])).content.decode()
    clerk.post(reverse("web:contact_edit", args=[contact.pk]), {"name": "王小明", "role": "AGENT"})

    assert "13900004418" not in shown
    contact.refresh_from_db()
    assert (contact.name, contact.phone) == ("王小明", "13900004418")


@pytest.mark.parametrize(
    "name",
    [
        "customer_edit",
        "key_data",
        "customer_open_account",
        "contact_add",
        "equipment_add",
        "document_add",
        "customer_merge_with",
    ],
)
def test_customer_of_a_sibling_unit_stays_closed(archive: Archive, open_as: Open, name: str) -> None:
    customer = factory.add_account(archive, unit=archive.west).customer
    everything = open_as("both", [*CLERK, *KEEPER])

    assert everything.get(reverse(f"web:{name}", args=[customer.number])).status_code == 404


@pytest.mark.parametrize(
    ("name", "arguments"),
    [
        ("customer_enter", []),
        ("customer_edit", ["K1"]),
        ("key_data", ["K1"]),
        ("contact_add", ["K1"]),
        ("document_add", ["K1"]),
        ("duplicates", []),
        ("customer_merge", ["K1", "K2"]),
        ("customer_merge_with", ["K1"]),
    ],
)
def test_reader_without_the_right_is_told_so(archive: Archive, open_as: Open, name: str, arguments: list[str]) -> None:
    assert open_as("viewer", ["archive.view"]).get(reverse(f"web:{name}", args=arguments)).status_code == 403


@pytest.mark.parametrize(
    "name",
    [
        "customer_edit",
        "key_data",
        "customer_open_account",
        "contact_add",
        "equipment_add",
        "document_add",
        "customer_merge_with",
    ],
)
def test_every_form_of_a_customer_opens(archive: Archive, open_as: Open, name: str) -> None:
    customer = factory.add_account(archive).customer

    answer = open_as("both", [*CLERK, *KEEPER]).get(reverse(f"web:{name}", args=[customer.number]))

    assert answer.status_code == 200
    assert customer.name in answer.content.decode()
