"""What the resources answer, and how they refuse."""

import json
from datetime import datetime
from decimal import Decimal
from importlib import resources as package_files

import pytest
from tests.factories import archive as factory
from tests.module.interfaces.api.conftest import give_token

from dianke.domain.customers import operations as customers
from dianke.domain.customers.models import Contact, Customer
from dianke.domain.customers.queries.hashes import hash_identity_number
from dianke.domain.customers.types import ContactRole, NewContact
from dianke.domain.readings.models import MeterReading
from dianke.domain.tariffs import operations as tariffs
from dianke.kernel.clock import SHANGHAI
from dianke.kernel.masks import mask_identity_number
from dianke.platform.api_access.models import StoredAnswer
from dianke.platform.audit.models import UseCaseRecord

pytestmark = pytest.mark.django_db

PHONE = "13912344418"
CARD = "11010519491231002X"
ENTRY = {
    "unit": "GSE",
    "name": "云泽新材料有限公司",
    "kind": "COMPANY",
    "usage_class": "COMMERCIAL_INDUSTRIAL",
    "address": {"region": "云泽市", "road": "建设路", "house_number": "18号"},
    "contact": {"name": "林知", "phone": PHONE},
}


def add_contact(archive, customer):
    """Return the contact of a customer with a phone number."""
    new = NewContact(
        customer_id=customer.pk,
        name="林知",
        role=ContactRole.OWNER,
        start_date=factory.INSTALLED,
        office="",
        phone=PHONE,
        email="",
        preferred=True,
    )
    return customers.add_contacts(actor=archive.actor, contacts=[new])[0]


def count(archive, table):
    """Return how many rows a table has."""
    return table.objects.for_actor(archive.actor).count()


class TestReading:
    def test_masks_personal_data_and_names_it(self, archive, program):
        customer = factory.add_account(archive).customer
        contact = add_contact(archive, customer)

        shown = program.get(f"customers/{customer.number}")

        assert PHONE not in shown.content.decode()
        assert shown.json()["contacts"][0]["phone"] == "139****4418"
        assert shown.json()["contacts"][0]["ref"] == f"customers.contact:{contact.pk}"
        assert [one["customer"] for one in shown.json()["accounts"]] == [customer.number]

    def test_answers_masked_to_whoever_may_not_unmask(self, archive, chief):
        customer = factory.add_account(archive).customer
        Customer.objects.for_actor(archive.actor).filter(pk=customer.pk).update(
            identity_kind="ID_CARD", identity_number=CARD, identity_hash=hash_identity_number(CARD)
        )
        contact = add_contact(archive, customer)
        plain = give_token(archive, chief, scopes=["archive.view"])

        shown = plain.get(f"customers/{customer.number}")
        listed = plain.get("customers")
        found = plain.get("customers", q=CARD)
        refused = [
            plain.post("unmaskings", {"ref": ref, "kind": kind, "reason": "look"}, key=f"key-0000000{place}")
            for place, (ref, kind) in enumerate(
                [(f"customers.contact:{contact.pk}", "phone"), (shown.json()["ref"], "identity_number")]
            )
        ]

        answers = [shown, listed, found, *refused]
        assert [one.status_code for one in answers] == [200, 200, 200, 403, 403]
        assert [PHONE in one.content.decode() or CARD in one.content.decode() for one in answers] == [False] * 5
        assert shown.json()["identity_number"] == mask_identity_number(CARD)
        assert shown.json()["contacts"][0]["phone"] == "139****4418"
        assert [one["number"] for one in found.json()["items"]] == [customer.number]

    def test_searches_as_the_staff_site_does(self, archive, program):
        factory.add_account(archive, name="王晓明")
        wanted = factory.add_account(archive, name="云泽新材料有限公司").customer

        found = program.get("customers", q="新材料").json()["items"]

        assert [one["number"] for one in found] == [wanted.number]

    def test_shows_a_point_with_its_meter(self, archive, program):
        point = factory.add_point(archive)
        meter = factory.install(archive, point)

        shown = program.get(f"usage-points/{point.code}").json()

        assert [(one["meter"], one["end_date"]) for one in shown["installations"]] == [(meter.asset_number, None)]
        assert program.get(f"meters/{meter.asset_number}").json()["usage_point"] == point.code

    def test_shows_prices_of_approved_versions_only(self, archive, program):
        data = package_files.files("dianke.domain.tariffs").joinpath("data", "sheets", "hubei.yaml").read_bytes()
        at = datetime(2026, 1, 5, tzinfo=SHANGHAI)
        tariffs.load_files(actor=archive.actor, files=[("hubei.yaml", data)], loaded_at=at)
        query = {"plan": "HB-CI", "structure": "SINGLE", "voltage": "<1kV"}

        shown = program.get("prices", on="2026-01-15", **query)
        later = program.get("prices", on="2026-02-15", **query)

        assert Decimal(shown.json()["prices"]["flat"]) == Decimal("0.735686")
        assert (later.status_code, later.json()["code"]) == (409, "tariffs.no_version_in_force")
        (version,) = program.get("tariff-versions", plan="HB-CI").json()["items"]
        assert len(program.get(f"tariff-versions/{version['id']}").json()["rows"]) == 7

    def test_answers_problems_for_what_is_not_there(self, archive, program):
        for path, code in (
            ("tariff-plans/NONE", "tariffs.no_such_plan"),
            ("nowhere", "api.not_found"),
            ("customers/NONE", "api.not_found"),
        ):
            answer = program.get(path)

            assert (answer.status_code, answer.headers["Content-Type"]) == (404, "application/problem+json")
            assert (answer.json()["code"], answer.json()["status"]) == (code, 404)
            assert answer.json()["instance"] == f"/api/v1/{path}"


class TestPaging:
    def test_shows_every_row_once_while_others_come_and_go(self, archive, program):
        numbers = [factory.add_account(archive).customer.number for _ in range(5)]
        first = program.get("customers", limit=2).json()
        added = factory.add_account(archive).customer.number

        seen, page = [one["number"] for one in first["items"]], first
        while page["next"]:
            path = page["next"].partition("/api/v1/")[2]
            page = program.get(path).json()
            seen += [one["number"] for one in page["items"]]

        assert seen == [*numbers, added]

    def test_keeps_the_filters_in_the_next_address(self, archive, program):
        for _ in range(2):
            factory.add_account(archive, unit=archive.east)
            factory.add_account(archive, unit=archive.west)

        page = program.get("customers", limit=1, unit="GSW").json()

        follower = program.get(page["next"].partition("/api/v1/")[2]).json()
        assert ("unit=GSW" in page["next"], len(follower["items"]), follower["next"]) == (True, 1, None)
        assert follower["items"][0]["unit"] == "GSW"

    @pytest.mark.parametrize("mark", ["abc", "WzEsMl0", "W2ZhbHNlLCJ4Il0", "W2ZhbHNlLDk5OTk5OTk5OTk5OTk5OTk5OTk5OV0"])
    def test_refuses_a_damaged_mark(self, mark, program):
        answer = program.get("customers", after=mark)

        assert (answer.status_code, answer.json()["code"]) == (422, "web.cursor_not_readable")

    @pytest.mark.parametrize("query", [{"limit": 0}, {"limit": 201}, {"limit": "x"}, {"q": "a\x00b"}])
    def test_refuses_a_query_that_cannot_be(self, query, program):
        answer = program.get("customers", **query)

        assert (answer.status_code, answer.json()["code"]) == (422, "api.request_not_valid")
        assert answer.json()["errors"][0]["field"]


class TestEnterCustomer:
    def test_enters_customer_account_place_and_contact(self, archive, program):
        answer = program.post("customers", ENTRY)

        assert answer.status_code == 201, answer.content
        entered = answer.json()
        customer = Customer.objects.for_actor(archive.actor).get(number=entered["customer"])
        assert (customer.name, customer.unit) == (ENTRY["name"], archive.east)
        assert Contact.objects.for_actor(archive.actor).get(customer=customer).phone == PHONE
        assert program.get(f"accounts/{entered['account']}").json()["place"] == entered["place"]
        record = UseCaseRecord.objects.for_actor(archive.actor).get(use_case="archive.entry.enter_customer")
        assert (record.actor_login, record.origin) == ("chief", "api")

    def test_refuses_one_that_looks_the_same_until_it_is_decided(self, archive, program):
        first = program.post("customers", ENTRY).json()["customer"]

        refused = program.post("customers", ENTRY, key="key-00000002")
        decided = {**ENTRY, "decisions": {first: "ENTERED_ANYWAY"}, "reason": "another office of the company"}
        entered = program.post("customers", decided, key="key-00000003")

        assert (refused.status_code, refused.json()["code"]) == (409, "archive.duplicates_found")
        assert entered.status_code == 201, entered.content
        assert count(archive, Customer) == 2

    def test_refuses_a_sibling_unit(self, archive, eastern):
        answer = eastern.post("customers", {**ENTRY, "unit": "GSW"})

        assert answer.status_code == 422, answer.content
        assert answer.json()["code"] == "org.unit_out_of_reach"
        assert count(archive, Customer) == 0

    def test_names_every_field_that_is_wrong(self, archive, program):
        answer = program.post("customers", {**ENTRY, "kind": "ROBOT", "household_size": -1})

        assert answer.status_code == 422
        assert sorted(one["field"] for one in answer.json()["errors"]) == ["body.household_size", "body.kind"]
        assert count(archive, Customer) == 0


class TestRecordReadings:
    def test_records_all_and_shows_them(self, archive, program):
        point = factory.add_point(archive)
        meter = factory.install(archive, point)
        body = {"readings": [_reading(meter, "120"), _reading(meter, "150", "2026-02-01T00:00:00+08:00")]}

        answer = program.post("readings", body)

        assert answer.json() == {"stored": 2, "unchanged": 0}
        shown = program.get("readings", usage_point=point.code).json()["items"]
        assert [(Decimal(one["values"]["total"]), one["source"]) for one in shown] == [
            (Decimal(120), "HEAD_END"),
            (Decimal(150), "HEAD_END"),
        ]

    def test_records_none_when_one_is_wrong(self, archive, program):
        meter = factory.install(archive, factory.add_point(archive))
        body = {"readings": [_reading(meter, "120"), _reading(meter, "20", "2026-02-01T00:00:00+08:00")]}

        answer = program.post("readings", body)

        assert (answer.status_code, answer.json()["code"]) == (409, "readings.unable_to_record_readings")
        assert {one["code"] for one in answer.json()["errors"]} >= {"goes_back"}
        assert count(archive, MeterReading) == 0

    def test_refuses_a_meter_of_a_sibling(self, archive, eastern):
        account = factory.add_account(archive, unit=archive.west)
        meter = factory.install(archive, factory.add_point(archive, account=account))

        answer = eastern.post("readings", {"readings": [_reading(meter, "120")]})

        assert (answer.status_code, answer.json()["code"]) == (422, "api.meter_not_installed")
        assert answer.json()["errors"][0]["field"] == "readings[0].meter"
        assert count(archive, MeterReading) == 0

    @pytest.mark.parametrize(
        "moment", ["0001-01-01T00:00:00+08:00", "9999-12-31T23:59:59-08:00", "1899-12-31T23:59:59Z"]
    )
    def test_refuses_a_moment_that_no_meter_was_read_at(self, moment, archive, program):
        meter = factory.install(archive, factory.add_point(archive))

        listed = program.get("readings", since=moment)
        recorded = program.post("readings", {"readings": [_reading(meter, "120", moment)]})

        assert [one.json()["code"] for one in (listed, recorded)] == ["api.request_not_valid"] * 2
        assert (listed.status_code, recorded.status_code, count(archive, MeterReading)) == (422, 422, 0)

    def test_reads_an_offset_that_the_database_does_not_know(self, archive, program):
        meter = factory.install(archive, factory.add_point(archive))

        # The same moment as midnight in Shanghai.
        program.post("readings", {"readings": [_reading(meter, "120", "2025-12-30T20:16:00-19:44")]})

        assert program.get("readings").json()["items"][0]["read_at"] == "2025-12-31T16:00:00Z"


def _reading(meter, total, at="2026-01-01T00:00:00+08:00"):
    return {"meter": meter.asset_number, "read_at": at, "values": {"total": total}}


class TestUnmaskings:
    def test_shows_a_value_and_writes_it_down_without_keeping_it(self, archive, program):
        contact = add_contact(archive, factory.add_account(archive).customer)
        body = {"ref": f"customers.contact:{contact.pk}", "kind": "phone", "reason": "call about an outage"}

        first, second = program.post("unmaskings", body), program.post("unmaskings", body)

        assert (first.json()["value"], second.json()["value"]) == (PHONE, PHONE)
        assert second.headers["Idempotency-Replayed"] == "true"
        records = UseCaseRecord.objects.for_actor(archive.actor).filter(use_case="protection.unmask.unmask_phone")
        assert [one.reason for one in records.order_by("id")] == ["call about an outage"]
        (kept,) = StoredAnswer.objects.for_actor(archive.actor).order_by("id")
        assert PHONE not in kept.body

    def test_wants_the_scope(self, archive, program):
        customer = factory.add_account(archive).customer
        body = {"ref": f"customers.customer:{customer.pk}", "kind": "identity_number", "reason": "look"}

        answer = program.post("unmaskings", body)

        assert (answer.status_code, answer.json()["code"]) == (403, "permission_refused")


class TestDocument:
    def test_is_openapi_3_1_and_closed(self, client, program):
        document = program.get("openapi.json").json()

        assert client.get("/api/v1/openapi.json").status_code == 401
        assert document["openapi"].startswith("3.1.")
        assert {"title", "version"} <= set(document["info"])

    def test_describes_every_operation_with_its_refusals(self, program):
        document = program.get("openapi.json").json()
        operations = [one for path in document["paths"].values() for one in path.values()]

        assert len(operations) >= 43
        for operation in operations:
            assert operation["summary"]
            assert operation["security"]
            problem = operation["responses"]["422"]["content"]["application/problem+json"]
            assert problem["schema"]["$ref"] == "#/components/schemas/Problem"

    def test_refers_to_schemas_that_exist(self, program):
        document = program.get("openapi.json").json()
        text = json.dumps(document)
        named = {part.partition('"')[0] for part in text.split('"#/components/schemas/')[1:]}

        assert named
        assert named <= set(document["components"]["schemas"])

    def test_wants_an_idempotency_key_for_every_write(self, program):
        document = program.get("openapi.json").json()
        writes = [
            operation
            for address, path in document["paths"].items()
            for method, operation in path.items()
            # A preview writes nothing; it is asked by POST for the length of what it is told.
            if method not in {"get", "head", "options"} and not address.endswith("-previews")
        ]

        keys = [
            [one["required"] for one in operation["parameters"] if one["name"] == "Idempotency-Key"]
            for operation in writes
        ]
        assert len(keys) >= 14
        assert keys == [[True]] * len(keys)
