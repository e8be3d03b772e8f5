"""Who may call, and how far they reach."""

from datetime import timedelta

import pytest
from django.test import Client
from tests.factories import archive as factory
from tests.module.interfaces.api.conftest import PASSWORD, RIGHTS, engage, give_token

from dianke.interfaces.api.api import api
from dianke.kernel.clock import SystemClock
from dianke.platform.api_access import operations
from dianke.platform.api_access.models import ApiToken
from dianke.platform.identity.models import PostAssignment

pytestmark = pytest.mark.django_db


def list_numbers(answer):
    """Return the numbers of the customers of an answer."""
    assert answer.status_code == 200, answer.content
    return [item["number"] for item in answer.json()["items"]]


class TestAuthentication:
    @pytest.mark.parametrize("headers", [{}, {"Authorization": "Bearer dk_wrong"}, {"Authorization": "Basic eDp5"}])
    def test_answers_401_as_a_problem_and_never_the_log_in_page(self, headers, archive):
        answer = Client().get("/api/v1/customers", headers=headers)

        assert answer.status_code == 401
        assert answer.headers["Content-Type"] == "application/problem+json"
        assert answer.headers["WWW-Authenticate"] == 'Bearer realm="dianke"'
        assert answer.json()["code"] == "api.not_authenticated"
        assert answer.json()["request_id"] == answer.headers["X-Request-ID"]

    def test_refuses_a_token_that_was_revoked(self, program, archive):
        token = ApiToken.objects.for_actor(archive.actor).get()
        operations.revoke_token(actor=archive.actor, token=token, at=SystemClock().now())

        assert program.get("customers").status_code == 401

    def test_refuses_a_token_that_has_expired(self, program, archive):
        ApiToken.objects.for_actor(archive.actor).update(
            expires_at=SystemClock().now() - timedelta(seconds=1), created_at=SystemClock().now() - timedelta(days=2)
        )

        assert program.get("customers").status_code == 401

    def test_refuses_the_token_of_a_person_who_has_left(self, program, chief):
        chief.active = False
        chief.save(update_fields=["active"])

        assert program.get("customers").status_code == 401

    def test_keeps_no_secret(self, program, archive):
        token = ApiToken.objects.for_actor(archive.actor).get()

        assert program.secret not in {token.digest, token.prefix}
        assert len(token.digest) == 64

    def test_notes_when_a_token_was_used(self, program, archive):
        program.get("customers")

        assert ApiToken.objects.for_actor(archive.actor).get().last_used_at is not None

    def test_takes_the_session_of_a_person(self, archive, chief):
        factory.add_account(archive)
        client = Client()
        client.post("/login/", {"login": "chief", "password": PASSWORD})

        assert len(client.get("/api/v1/customers").json()["items"]) == 1

    def test_wants_the_token_against_forged_requests_of_a_session(self, archive, chief):
        client = Client(enforce_csrf_checks=True)
        client.get("/login/")
        form = {"login": "chief", "password": PASSWORD, "csrfmiddlewaretoken": client.cookies["csrftoken"].value}
        client.post("/login/", form)
        body = {"ref": "customers.contact:1", "kind": "phone", "reason": "test"}
        path, keys = "/api/v1/unmaskings", {"Idempotency-Key": "key-00000001"}

        without = client.post(path, body, content_type="application/json", headers=keys)
        keys["X-CSRFToken"] = client.cookies["csrftoken"].value
        having = client.post(path, body, content_type="application/json", headers=keys)

        assert (without.status_code, without.headers["Content-Type"]) == (403, "application/problem+json")
        assert (having.status_code, having.json()["code"]) == (404, "protection.no_such_value")

    def test_counts_the_calls_of_a_caller(self, program, eastern, monkeypatch):
        (throttle,) = api.throttle
        monkeypatch.setattr(throttle, "num_requests", 2)

        answers = [program.get("customers").status_code for _ in range(3)]
        refused = program.get("customers")

        assert answers == [200, 200, 429]
        assert int(refused.headers["Retry-After"]) >= 1
        assert eastern.get("customers").status_code == 200


class TestScopes:
    def test_refuses_what_the_token_was_not_given(self, archive, chief):
        factory.add_account(archive)
        narrow = give_token(archive, chief, scopes=["tariffs.view"])

        answer = narrow.get("customers")

        assert (answer.status_code, answer.json()["code"]) == (403, "permission_refused")
        assert narrow.get("tariff-plans").status_code == 200

    def test_never_allows_more_than_the_person_may_today(self, archive, chief, program):
        PostAssignment.objects.for_actor(archive.actor).filter(staff=chief).delete()

        assert program.get("customers").status_code == 403

    def test_shows_a_station_its_own_customers_only(self, archive, eastern):
        own = factory.add_account(archive, unit=archive.east).customer.number
        factory.add_account(archive, unit=archive.west)
        factory.add_account(archive, unit=archive.root)

        assert list_numbers(eastern.get("customers")) == [own]

    def test_shows_the_company_everything_below(self, archive, program):
        numbers = [
            factory.add_account(archive, unit=unit).customer.number
            for unit in (archive.east, archive.west, archive.root)
        ]

        assert list_numbers(program.get("customers")) == numbers

    def test_limits_a_token_to_its_unit(self, archive, chief):
        factory.add_account(archive, unit=archive.east)
        western = factory.add_account(archive, unit=archive.west).customer.number
        limited = give_token(archive, chief, scopes=RIGHTS, unit=archive.west)

        assert list_numbers(limited.get("customers")) == [western]

    def test_gives_nothing_where_the_unit_lies_outside_the_persons(self, archive, clerk):
        factory.add_account(archive, unit=archive.west)
        outside = give_token(archive, clerk, scopes=RIGHTS, unit=archive.west)

        assert outside.get("customers").status_code == 403

    @pytest.mark.parametrize("kind", ["customers", "accounts", "places", "usage-points", "meters"])
    def test_hides_single_things_of_a_sibling(self, kind, archive, eastern, program):
        account = factory.add_account(archive, unit=archive.west)
        point = factory.add_point(archive, account=account)
        meter = factory.install(archive, point)
        type(meter).objects.for_actor(archive.actor).filter(pk=meter.pk).update(unit=archive.west)
        names = {
            "customers": account.customer.number,
            "accounts": account.number,
            "places": point.location.code,
            "usage-points": point.code,
            "meters": meter.asset_number,
        }

        refused = eastern.get(f"{kind}/{names[kind]}")

        assert (refused.status_code, refused.json()["code"]) == (404, "api.not_found")
        assert eastern.get(kind).json()["items"] == []
        assert program.get(f"{kind}/{names[kind]}").status_code == 200

    def test_right_of_one_unit_opens_nothing_of_another_right(self, archive):
        person = engage(archive.west, "both", ["archive.view"])
        other = engage(archive.east, "elsewhere", ["tariffs.view"])
        assignment = PostAssignment.objects.for_actor(archive.actor).get(staff=other)
        assignment.pk, assignment.staff = None, person
        assignment.save()
        factory.add_account(archive, unit=archive.east)
        both = give_token(archive, person, scopes=["archive.view", "tariffs.view"])

        assert list_numbers(both.get("customers")) == []
