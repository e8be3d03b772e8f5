"""Tokens are issued on a page, shown once, and never hand on more than the issuer or the person holds."""

from datetime import timedelta

import pytest
from django.test import Client
from tests.module.interfaces.api.conftest import PASSWORD, Program, engage, give_token

from dianke.application import api_tokens
from dianke.kernel.clock import SystemClock
from dianke.platform.api_access.models import ApiToken
from dianke.platform.api_access.operations import UnableToIssueToken
from dianke.platform.identity.queries import build_actor
from dianke.platform.org.reach import UnitOutOfReach

pytestmark = pytest.mark.django_db

MANAGE = "api.manage_tokens"


def log_in(login: str) -> Client:
    """Return a client with the session of a person."""
    client = Client()
    client.post("/login/", {"login": login, "password": PASSWORD})
    return client


def actor_of(person):
    """Return the actor that a person is today."""
    return build_actor(staff=person, on=SystemClock().now().date(), origin="web")


def issue(archive, issuer, person, scopes, *, days=30, unit=None):
    """Issue a token through the use case."""
    now = SystemClock().now()
    return api_tokens.issue_token(
        actor=actor_of(issuer),
        staff=person,
        name="nightly",
        scopes=scopes,
        unit=unit,
        expires_at=now + timedelta(days=days),
        at=now,
    )


class TestPages:
    def test_issue_a_token_that_works_and_show_it_once(self, archive):
        engage(archive.root, "keeper", [MANAGE, "archive.view"])
        client = log_in("keeper")

        shown = client.post("/administration/tokens/add/", {"name": "head end", "days": "30", "scopes": "archive.view"})

        secret = shown.context["issued"].secret
        assert secret in shown.content.decode()
        assert secret not in client.get("/administration/tokens/").content.decode()
        assert Program(Client(), secret).get("customers").status_code == 200

    def test_revoke_a_token(self, archive, chief):
        engage(archive.root, "keeper", [MANAGE])
        program = give_token(archive, chief, scopes=["archive.view"])
        token = ApiToken.objects.for_actor(archive.actor).get()

        log_in("keeper").post(f"/administration/tokens/{token.pk}/revoke/")

        assert program.get("customers").status_code == 401
        token.refresh_from_db()
        assert token.revoked_by == "keeper"

    def test_are_closed_without_the_right(self, archive, chief):
        client = log_in("chief")

        assert client.get("/administration/tokens/").status_code == 403
        assert client.get("/administration/tokens/add/").status_code == 403
        assert client.post("/administration/tokens/1/revoke/").status_code == 403

    def test_know_no_token_of_a_sibling(self, archive):
        stranger = engage(archive.west, "stranger", ["archive.view"])
        give_token(archive, stranger, scopes=["archive.view"])
        token = ApiToken.objects.for_actor(archive.actor).get()
        engage(archive.east, "keeper", [MANAGE])
        client = log_in("keeper")

        assert client.post(f"/administration/tokens/{token.pk}/revoke/").status_code == 404
        assert client.get("/administration/tokens/add/?login=stranger").status_code == 404
        assert token.prefix not in client.get("/administration/tokens/").content.decode()
        token.refresh_from_db()
        assert token.revoked_at is None


class TestIssueToken:
    def test_hands_on_no_right_that_the_issuer_lacks(self, archive, chief):
        keeper = engage(archive.root, "keeper", [MANAGE, "tariffs.view"])

        with pytest.raises(UnableToIssueToken, match=r"archive\.view is not held"):
            issue(archive, keeper, chief, ["archive.view"])

        assert issue(archive, keeper, chief, ["tariffs.view"]).token.scopes == ["tariffs.view"]

    def test_gives_no_right_that_the_person_lacks(self, archive, chief):
        keeper = engage(archive.root, "keeper", [MANAGE, "billing.issue"])

        with pytest.raises(UnableToIssueToken, match=r"billing\.issue is not held"):
            issue(archive, keeper, chief, ["billing.issue"])

        assert ApiToken.objects.for_actor(archive.actor).count() == 0

    def test_never_lets_a_token_issue_tokens(self, archive):
        keeper = engage(archive.root, "keeper", [MANAGE])

        with pytest.raises(UnableToIssueToken):
            issue(archive, keeper, keeper, [MANAGE])

    def test_refuses_a_person_of_other_units(self, archive):
        stranger = engage(archive.west, "stranger", ["archive.view"])
        keeper = engage(archive.east, "keeper", [MANAGE, "archive.view"])

        with pytest.raises(UnitOutOfReach):
            issue(archive, keeper, stranger, ["archive.view"])

    @pytest.mark.parametrize("days", [0, 400])
    def test_refuses_an_end_that_is_past_or_too_far(self, days, archive, chief):
        keeper = engage(archive.root, "keeper", [MANAGE, "archive.view"])

        with pytest.raises(UnableToIssueToken, match="within a year"):
            issue(archive, keeper, chief, ["archive.view"], days=days)
