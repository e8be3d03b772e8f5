"""Pages of tags and segments: the workbench, the editor, who sees which tag, and the customer's page."""

from collections.abc import Callable
from datetime import date, datetime
from http import HTTPStatus

import pytest
from django.core.cache import cache
from django.test import Client
from tests.factories import utility as factory
from tests.factories.pages import Office

from dianke.application import profiles
from dianke.domain.customers.models import CustomerAccount, SpecialMark
from dianke.domain.profiles.models import Segment, TagProposal
from dianke.kernel.clock import SHANGHAI, SystemClock
from dianke.platform.identity.types import Actor

LogIn = Callable[[str], Client]
SYSTEM = Actor.system("looking at what pages did")
SEE = ["archive.view", "profiles.view", "profiles.segment", "archive.export"]


@pytest.fixture
def day(office: Office) -> date:
    now = SystemClock().now()
    account = CustomerAccount.objects.for_actor(SYSTEM).filter(usage_class="RESIDENTIAL").order_by("id")[0]
    SpecialMark.objects.bulk_create([SpecialMark(account=account, kind="LOW_INCOME", period=(date(2020, 1, 1), None))])
    profiles.run_tags(actor=SYSTEM, as_of=now.astimezone(SHANGHAI).date(), at=datetime.now(tz=SHANGHAI))
    cache.clear()
    return now.date()


@pytest.fixture
def author(office: Office, log_in: LogIn, day: date) -> Client:
    factory.add_clerk(office.utility.root, "author", [*SEE, "profiles.view_care", "profiles.define"])
    return log_in("author")


@pytest.fixture
def plain(office: Office, log_in: LogIn, day: date) -> Client:
    factory.add_clerk(office.utility.root, "plain", SEE)
    return log_in("plain")


def read(client: Client, address: str) -> str:
    answer = client.get(address)
    assert answer.status_code == HTTPStatus.OK
    return str(answer.content.decode())


def test_a_tag_is_shown_only_to_posts_that_may_see_it(author: Client, plain: Client) -> None:
    number = CustomerAccount.objects.for_actor(SYSTEM).filter(usage_class="RESIDENTIAL").order_by("id")[0].number

    assert "低保特困" in read(author, "/profiles/tags/")
    assert "低保特困" in read(author, f"/customers/accounts/{number}/tags/")
    for address in ("/profiles/tags/", f"/customers/accounts/{number}/tags/", f"/customers/accounts/{number}/"):
        assert "低保特困" not in read(plain, address)
    assert plain.get("/profiles/tags/IN_NEED/").status_code == HTTPStatus.NOT_FOUND
    assert author.get("/profiles/tags/IN_NEED/").status_code == HTTPStatus.OK
    assert "可见岗位" in read(author, "/profiles/tags/IN_NEED/")


def test_the_editor_adds_what_is_chosen_shows_whom_it_fits_and_proposes(author: Client) -> None:
    looked = author.post(
        "/profiles/tags/new/",
        {"condition": "kind = PERSON", "join": "and", "fact": "accounts", "sign": ">=", "value": "1", "look": "1"},
    ).content.decode()

    assert "kind = PERSON and accounts &gt;= 1" in looked
    assert "data-count" in looked
    given = {"condition": "kind = PERSON", "name": "自然人", "code": "natural", "reason": "试用", "propose": "1"}
    answer = author.post("/profiles/tags/new/", {**given, "family": "BASIC", "purpose": "SERVICE", "refresh": "DAILY"})

    proposal = TagProposal.objects.for_actor(SYSTEM).get()
    assert (answer.headers["Location"], proposal.code) == (f"/profiles/tags/proposals/{proposal.pk}/", "NATURAL")


def test_a_condition_over_a_hidden_tag_is_refused_in_words(plain: Client) -> None:
    answer = plain.post(
        "/profiles/segments/new/", {"condition": "tag.IN_NEED", "name": "x", "keep": "1", "purpose": "SERVICE"}
    )

    assert answer.status_code == HTTPStatus.UNPROCESSABLE_ENTITY
    assert "data-count" not in answer.content.decode()
    assert not Segment.objects.for_actor(SYSTEM).exists()


def test_members_are_listed_and_exported_with_segment_and_purpose(plain: Client) -> None:
    plain.post(
        "/profiles/segments/new/", {"condition": "kind = PERSON", "name": "全部个人", "keep": "1", "purpose": "SERVICE"}
    )
    segment = Segment.objects.for_actor(SYSTEM).get()

    page, listed = (
        read(plain, f"/profiles/segments/{segment.pk}/"),
        read(plain, f"/profiles/segments/members/?segment={segment.pk}"),
    )
    answer = plain.post(f"/lists/profiles.members/export/?segment={segment.pk}", {"format": "CSV"})
    content = b"".join(answer.streaming_content).decode()  # type: ignore[attr-defined]

    assert "客户类型" in page
    assert "全部个人" in listed
    assert "全部个人" in content.splitlines()[-1]
    assert len(content.splitlines()) == segment.member_count + 2
