"""Credit, tags and segments for programs: read by unit and right, objections and segments written once for a key."""

from datetime import date, datetime, timedelta
from http import HTTPStatus
from typing import Any

import pytest
from django.core.cache import cache
from tests.factories.archive import Archive, add_account, build_archive
from tests.factories.once import built_once, fresh
from tests.module.interfaces.api.conftest import Program, engage, give_token

from dianke.application import profiles
from dianke.application.credit.runs import run_as_of
from dianke.domain.credit.models import Objection
from dianke.domain.credit.operations.facts import NewFact, load_facts
from dianke.domain.credit.types import FactType
from dianke.domain.customers.models import Customer
from dianke.domain.profiles.models import Segment, SegmentMember
from dianke.kernel.clock import SHANGHAI, SystemClock
from dianke.platform.identity.types import Actor

pytestmark = pytest.mark.django_db
SYSTEM = Actor.system("looking at what programs did")
AT = datetime(2026, 2, 11, 5, tzinfo=SHANGHAI)
TODAY = SystemClock().now().date()
RIGHTS = ["credit.view", "credit.see_sensitive", "credit.enter", "profiles.view", "profiles.segment"]


def build() -> Archive:
    """Return three customers of the east and two of the west, scored; the first stole in January and calls often."""
    archive = build_archive()
    accounts = [add_account(archive, unit=archive.east) for _ in range(3)]
    accounts += [add_account(archive, unit=archive.west, name="李四") for _ in range(2)]
    facts = [(FactType.THEFT, date(2026, 1, 15)), *((FactType.CALL, TODAY - timedelta(days=2)) for _ in range(4))]
    load_facts(
        new=[
            NewFact(unit_id=archive.east.pk, customer_id=accounts[0].customer_id, type=kind, on_date=on)
            for kind, on in facts
        ],
        login="system",
        at=AT,
    )
    run_as_of(actor=SYSTEM, as_of=date(2025, 12, 31), at=AT)
    run_as_of(actor=SYSTEM, as_of=date(2026, 1, 31), at=AT)
    profiles.run_tags(actor=SYSTEM, as_of=TODAY, at=AT)
    return archive


built = built_once(build)


@pytest.fixture
def archive(built: Archive, db: None) -> Archive:
    cache.clear()
    return fresh(built)


@pytest.fixture
def program(archive: Archive) -> Program:
    return give_token(archive, engage(archive.root, "chief", RIGHTS), scopes=RIGHTS)


@pytest.fixture
def western(archive: Archive) -> Program:
    return give_token(archive, engage(archive.west, "clerk", RIGHTS), scopes=RIGHTS)


def first() -> Customer:
    found: Customer = Customer.objects.for_actor(SYSTEM).order_by("id")[0]
    return found


def read(program: Program, path: str, **query: Any) -> Any:
    answer = program.get(path, **query)
    assert answer.status_code == HTTPStatus.OK, answer.content
    return answer.json()


class TestCredit:
    def test_tells_the_score_by_item_and_why_by_rule(self, program: Program) -> None:
        shown = read(program, f"customers/{first().number}/credit")

        assert (shown["as_of_date"], shown["kind"], shown["grade_before"]) == ("2026-01-31", "LIGHTING", "AAA")
        assert (shown["score"], shown["grade"]) == ("70.00", "A")
        assert shown["items"][1] == {"item": "law", "points": "20.00", "most": "50", "is_masked": False}
        theft = {
            "item": "law", "is_masked": False, "rule": "CR-5.1", "points": "-30", "fact": "theft",
            "on_date": "2026-01-15", "until_date": None, "value": None,
        }  # fmt: skip
        assert [one for one in shown["reasons"] if one["item"] == "law"] == [theft]

    def test_lists_the_course_by_key(self, program: Program) -> None:
        path = f"customers/{first().number}/credit-scores"

        begun = read(program, path, limit=1)
        rest = program.client.get(begun["next"], headers={"Authorization": f"Bearer {program.secret}"}).json()

        shown = [(one["as_of_date"], one["grade"]) for one in (*begun["items"], *rest["items"])]
        assert shown == [("2025-12-31", "AAA"), ("2026-01-31", "A")]
        assert rest["next"] is None

    def test_lists_narrow_and_keep_to_the_units_of_the_caller(self, program: Program, western: Program) -> None:
        number = first().number

        assert [one["customer"] for one in read(program, "credit-scores", grade="A")["items"]] == [number]
        assert len(read(program, "credit-scores")["items"]) == 5
        assert len(read(western, "credit-scores")["items"]) == 2
        (notice,) = read(program, "credit-notices", state="OPEN")["items"]
        assert (notice["customer"], notice["grade_before"], notice["grade"]) == (number, "AAA", "A")
        assert [one["type"] for one in read(program, "customer-facts", type="theft")["items"]] == ["theft"]
        assert len(read(program, "customer-facts", customer=number)["items"]) == 5
        for path in ("credit-notices", "customer-facts"):
            assert read(western, path)["items"] == []
        for path in ("credit", "credit-scores", "tags"):
            assert western.get(f"customers/{number}/{path}").status_code == HTTPStatus.NOT_FOUND

    def test_tells_the_table_of_points(self, program: Program) -> None:
        shown = read(program, "credit-policy")

        assert [one["grade"] for one in shown["grades"]] == ["AAA", "AA", "A", "B", "C", "D"]
        law = next(one for one in shown["items"] if (one["kind"], one["item"]) == ("POWER", "law"))
        assert (law["most"], law["is_zero_worst"]) == ("30", True)
        theft = next(one for one in law["rows"] if one["facts"] == ["theft"])
        assert (theft["rule"], theft["points"], theft["window_months"]) == ("CR-5.1", "-30", 12)

    def test_takes_an_objection_once_for_its_key(self, program: Program, western: Program) -> None:
        body = {"customer": first().number, "text": "已结清"}

        filed, again = (program.post("credit-objections", body) for _ in range(2))
        other = program.post("credit-objections", body, key="key-00000002")

        assert (filed.status_code, again.headers["Idempotency-Replayed"]) == (HTTPStatus.CREATED, "true")
        assert filed.json() == again.json()
        assert (filed.json()["state"], filed.json()["filed_by"]) == ("OPEN", "chief")
        assert (other.status_code, other.json()["code"]) == (HTTPStatus.CONFLICT, "credit.unable_to_object")
        assert Objection.objects.for_actor(SYSTEM).count() == 1
        key = filed.json()["id"]
        shown = read(program, f"credit-objections/{key}")
        assert (shown["number"], shown["text"], shown["grade_before"]) == (f"YY-{key:06d}", "已结清", "A")
        assert western.get(f"credit-objections/{key}").status_code == HTTPStatus.NOT_FOUND
        assert western.post("credit-objections", body).status_code == HTTPStatus.UNPROCESSABLE_ENTITY


class TestTags:
    def test_tell_how_they_are_made_and_what_for(self, program: Program) -> None:
        shown = read(program, "tags/CALLS")

        assert [(one["value"], one["when"]) for one in shown["values"]] == [
            ("NONE", "calls_12 = 0"), ("FEW", "calls_12 <= 3"), ("MANY", "calls_12 >= 4"),
        ]  # fmt: skip
        assert (shown["sources"], shown["purpose"], shown["consent"]) == (["fact:call"], "SERVICE", "")
        assert (shown["held"], shown["coverage"], shown["as_of_date"]) == (5, 1.0, TODAY.isoformat())
        codes = {one["code"] for one in read(program, "tags")["tags"]}
        assert "CALLS" in codes
        # The caller sees neither tags of payment nor of care.
        assert not {"PUNCTUALITY", "NEEDS_CARE"} & codes
        assert program.get("tags/NEEDS_CARE").status_code == HTTPStatus.NOT_FOUND

    def test_of_a_customer_tell_since_and_until_when(self, program: Program) -> None:
        shown = read(program, f"customers/{first().number}/tags")

        calls = next(one for one in shown["tags"] if one["code"] == "CALLS")
        days = profiles.tags.queries.list_seen_tags(actor=SYSTEM)
        validity = next(one.validity_days for one in days if one.code == "CALLS")
        assert (calls["value"], calls["since_date"]) == ("MANY", TODAY.isoformat())
        assert calls["valid_until"] == (TODAY + timedelta(days=validity)).isoformat()


class TestSegments:
    def test_a_preview_counts_and_keeps_nothing(self, program: Program, western: Program) -> None:
        condition = {"condition": "tag.CALLS = MANY or tag.CALLS = NONE"}

        found, west = (one.post("segment-previews", condition, key=None).json() for one in (program, western))

        assert (found["count"], found["reach_count"], found["as_of_date"]) == (5, 5, TODAY.isoformat())
        assert (west["count"], west["reach_count"]) == (2, 2)
        assert {one["name"] for one in west["sample"]} == {"李*"}
        assert not Segment.objects.for_actor(SYSTEM).exists()

    def test_is_kept_once_listed_read_and_ended(self, program: Program, western: Program) -> None:
        body = {"name": "常来电", "condition": "tag.CALLS = MANY", "purpose": "SERVICE"}

        kept, again = (program.post("segments", body) for _ in range(2))

        assert (kept.status_code, again.headers["Idempotency-Replayed"]) == (HTTPStatus.CREATED, "true")
        key = kept.json()["id"]
        assert (kept.json()["member_count"], kept.json()["owner"]) == (1, "chief")
        assert [one["id"] for one in read(program, "segments")["items"]] == [key]
        assert read(program, f"segments/{key}")["condition"] == body["condition"]
        member = {"customer": first().number, "name": "王**", "kind": "PERSON", "unit": "GSE"}
        assert read(program, f"segments/{key}/members") == {"items": [member], "next": None}
        for path in (f"segments/{key}", f"segments/{key}/members"):
            assert western.get(path).status_code == HTTPStatus.NOT_FOUND
        assert western.post(f"segments/{key}/end", {}).status_code == HTTPStatus.NOT_FOUND
        assert program.post(f"segments/{key}/end", {}, key="key-00000003").status_code == HTTPStatus.OK
        assert read(program, "segments")["items"] == []
        assert not SegmentMember.objects.for_actor(SYSTEM).exists()

    @pytest.mark.parametrize(
        ("condition", "status", "code"),
        [
            ("password = 1", HTTPStatus.UNPROCESSABLE_ENTITY, "tags.condition_not_understood"),
            ("tag.CALLS = ", HTTPStatus.UNPROCESSABLE_ENTITY, "tags.condition_not_understood"),
            ("is_needy", HTTPStatus.FORBIDDEN, "permission_refused"),
            ("kind = PERSON or tag.CREDIT_GRADE = D", HTTPStatus.FORBIDDEN, "permission_refused"),
        ],
    )
    def test_what_cannot_be_asked_is_refused_and_not_kept(
        self, program: Program, condition: str, status: HTTPStatus, code: str
    ) -> None:
        looked = program.post("segment-previews", {"condition": condition}, key=None)
        kept = program.post("segments", {"name": "人", "condition": condition, "purpose": "SERVICE"})

        assert [(one.status_code, one.json()["code"]) for one in (looked, kept)] == [(status, code)] * 2
        assert not Segment.objects.for_actor(SYSTEM).exists()
