"""
Who is what: what credit, value, tags, watch lists, load shapes and care say of people, face by face.

A post without the right sees masks on pages, in lists, exports, searches, charts, pictures, through the interface for
programs and in the trail; a post with it sees the thing itself. Lists are taken from the register, so that a new one is
held here too.
"""

import io
from datetime import date
from typing import Any

import pytest
from django.core.cache import cache
from django.test import Client
from django.urls import reverse
from openpyxl import load_workbook
from tests.factories.once import built_once, fresh
from tests.factories.standing import CONTACT, FARAWAY, NAME, NOTE, NOW, PHONE, SYSTEM, TODAY, Standing, build, enter

import dianke.interfaces.web.urls  # noqa: F401 - enters every list
from dianke.application.credit.runs import run_as_of
from dianke.application.rights import RIGHTS
from dianke.domain.customers.models import CustomerAccount
from dianke.interfaces.web.components.lists import ListSpec, list_specs
from dianke.kernel.masks import mask_name
from dianke.platform.audit.models import UseCaseRecord
from dianke.platform.identity import operations as identity
from dianke.platform.identity.models import Staff
from dianke.platform.org.models import Unit
from dianke.platform.protection.models import Unmasking

pytestmark = pytest.mark.django_db

MODULES = ("credit.", "valuation.", "profiles.", "watching.", "load_shapes.", "care.")
STANDING = sorted(right for right in RIGHTS if right.startswith(MODULES))
ACCUSING = "credit.see_sensitive"
THEFT = "窃电"
# What tells of a theft: its kind, its rule, what was noted, what is lost by it.
ACCUSATIONS = (THEFT, NOTE, "CR-5.1", "违约用电与窃电")
LISTS = [one for one in list_specs() if one.name.startswith(MODULES)]


built = built_once(build)


@pytest.fixture
def standing(built: Standing, db: None) -> Standing:
    cache.clear()
    return fresh(built)


@pytest.fixture
def everything(standing: Standing) -> Client:
    """Return the browser of who may see all of it, for work too."""
    return enter(standing.archive.root, "everything", *STANDING, "archive.view", "archive.export", "trail.view")


@pytest.fixture
def nameless(standing: Standing) -> Client:
    """Return the browser of who may see all of it but the archive."""
    return enter(standing.archive.root, "nameless", *STANDING, "archive.export")


@pytest.fixture
def mild(standing: Standing) -> Client:
    """Return the browser of who may see all of it but what accuses."""
    rights = [one for one in STANDING if one != ACCUSING]
    return enter(standing.archive.root, "mild", *rights, "archive.view", "archive.export", "trail.view")


def read(client: Client, address: str, **query: str) -> str:
    """Return a page, or the answer of the interface for programs, as text."""
    answer = client.get(address, query)
    assert answer.status_code == 200, (address, answer.status_code)
    return str(answer.content.decode())


def ask(client: Client, path: str, **query: str) -> Any:
    """Return an answer of the interface for programs, through the person's session."""
    answer = client.get(f"/api/v1/{path}", query)
    assert answer.status_code == 200, answer.content
    return answer.json()


def take_out(client: Client, spec: ListSpec, file_format: str, **query: str) -> bytes:
    """Return a list as a file."""
    answer = client.post(f"/lists/{spec.name}/export/", {"format": file_format}, query_params=query)
    assert answer.status_code == 200
    return b"".join(answer.streaming_content)  # type: ignore[attr-defined]


def address_of(spec: ListSpec) -> str:
    return reverse(spec.url_name)


def find_told(text: str, words: tuple[str, ...]) -> list[str]:
    return [one for one in words if one in text]


class TestNames:
    """Whose customers are whose: names are the archive's."""

    @pytest.mark.parametrize("spec", LISTS, ids=lambda spec: spec.name)
    def test_lists_and_their_files_mask_names_without_the_archive(
        self, spec: ListSpec, standing: Standing, everything: Client, nameless: Client
    ) -> None:
        for client, shown, hidden in ((everything, NAME, mask_name(NAME)), (nameless, mask_name(NAME), NAME)):
            page, text = read(client, address_of(spec)), take_out(client, spec, "CSV").decode()
            book = load_workbook(io.BytesIO(take_out(client, spec, "XLSX")))
            sheet = str(list(book.active.iter_rows(values_only=True)))
            assert [(shown in one, hidden in one) for one in (page, text, sheet)] == [(True, False)] * 3

    @pytest.mark.parametrize("spec", [one for one in LISTS if one.search is not None], ids=lambda spec: spec.name)
    def test_lists_find_nobody_by_name_or_phone_without_the_archive(
        self, spec: ListSpec, standing: Standing, everything: Client, nameless: Client
    ) -> None:
        mask = mask_name(NAME)

        assert NAME in read(everything, address_of(spec), q=NAME)
        assert [mask in read(nameless, address_of(spec), q=text) for text in (NAME, standing.number)] == [False, True]

    def test_pages_mask_names_without_the_archive(
        self, standing: Standing, everything: Client, nameless: Client
    ) -> None:
        keys = standing.keys
        addresses = [
            "/", f"/credit/facts/{keys['fact']}/", f"/credit/objections/{keys['objection']}/",
            f"/value/appeals/{keys['appeal']}/", f"/watching/entries/{keys['entry_OPEN']}/",
            "/profiles/tags/CUSTOMER_KIND/", "/care/portfolio/?manager=lin", "/care/calendar/?manager=lin",
            f"/care/visits/{keys['visit']}/",
        ]  # fmt: skip

        told = {address: read(nameless, address) for address in addresses}

        assert [address for address, text in told.items() if NAME in text or CONTACT in text] == []
        assert [address for address, text in told.items() if mask_name(NAME) not in text] == []
        assert [address for address in addresses if NAME not in read(everything, address)] == []
        # The picture of the portfolio is drawn with the same names.
        assert "<svg" in told["/care/portfolio/?manager=lin"]

    def test_segments_of_programs_mask_names_without_the_archive(
        self, standing: Standing, everything: Client, nameless: Client
    ) -> None:
        path = f"segments/{standing.keys['everybody']}/members"

        names = [ask(client, path)["items"][0]["name"] for client in (everything, nameless)]

        assert names == [NAME, mask_name(NAME)]
        for path in ("credit-scores", "customer-facts", "value-ratings", "watch-entries", "credit-objections"):
            assert NAME not in str(ask(everything, path))

    def test_the_search_of_everything_finds_no_customer_without_the_archive(
        self, standing: Standing, everything: Client, nameless: Client
    ) -> None:
        assert [NAME in read(client, "/search/", q=standing.number) for client in (everything, nameless)] == [
            True,
            False,
        ]

    def test_the_picture_of_relations_hides_who_is_out_of_reach(self, standing: Standing, everything: Client) -> None:
        near = enter(standing.archive.east, "near", "archive.view")
        address = f"/customers/accounts/{standing.number}/contacts/"

        assert FARAWAY in read(everything, address)
        told = read(near, address)
        assert FARAWAY not in told
        assert "<svg" in told


class TestAccusations:
    """Theft, breach, offences: with `credit.see_sensitive` alone."""

    def test_pages_mask_what_accuses(self, standing: Standing, everything: Client, mild: Client) -> None:
        keys, number = standing.keys, standing.number
        addresses = {
            "/credit/facts/": THEFT,
            f"/credit/facts/{keys['fact']}/": NOTE,
            f"/credit/objections/{keys['objection']}/": THEFT,
            f"/customers/accounts/{number}/credit/": "CR-5.1",
            "/watching/entries/": "违约用电与窃电",
            f"/watching/entries/{keys['entry_OPEN']}/": "违约用电与窃电",
            f"/watching/entries/{keys['entry_DONE']}/": "违约用电与窃电",
            f"/customers/accounts/{number}/advice/": "违约用电与窃电",
            "/": "违约用电与窃电",
            f"/trail/changes/credit.customerfact/{keys['change']}/": NOTE,
            "/trail/acts/": NOTE,
        }

        assert {at: find_told(read(mild, at), ACCUSATIONS) for at in addresses} == {at: [] for at in addresses}
        assert [at for at, word in addresses.items() if word not in read(everything, at)] == []
        assert "敏感" in read(mild, f"/customers/accounts/{number}/credit/")

    def test_a_list_cannot_be_asked_for_what_accuses(
        self, standing: Standing, everything: Client, mild: Client
    ) -> None:
        found = [read(client, "/credit/facts/", type="damage").count("KS-") for client in (everything, mild)]

        assert found[0] == 0
        assert found[1] > 0
        assert mild.get("/api/v1/customer-facts", {"type": "theft"}).status_code == 403
        assert len(ask(everything, "customer-facts", type="theft")["items"]) == 1

    @pytest.mark.parametrize(
        "name", ["credit.facts", "credit.scores", "watching.entries", "watching.closed", "trail.acts"]
    )
    def test_files_mask_what_accuses(self, name: str, standing: Standing, everything: Client, mild: Client) -> None:
        spec = next(one for one in list_specs() if one.name == name)
        query = {"cols": ",".join(column.key for column in spec.columns)}

        told = {client: take_out(client, spec, "CSV", **query).decode() for client in (everything, mild)}

        assert find_told(told[mild], ACCUSATIONS) == []
        assert find_told(told[everything], ACCUSATIONS) or name == "credit.scores"

    def test_points_that_accuse_are_masked_with_them(
        self, standing: Standing, everything: Client, mild: Client
    ) -> None:
        CustomerAccount.objects.for_actor(SYSTEM).filter(pk=standing.account.pk).update(
            usage_class="COMMERCIAL_INDUSTRIAL"
        )
        run_as_of(actor=SYSTEM, as_of=TODAY, at=NOW)
        spec = next(one for one in LISTS if one.name == "credit.scores")
        query = {"cols": "item_law", "q": standing.number}

        rows = [take_out(client, spec, "CSV", **query).decode().splitlines()[1] for client in (everything, mild)]
        shown = [ask(client, f"customers/{standing.customer.number}/credit") for client in (everything, mild)]

        assert [row.split(",")[-1] for row in rows] == ["0.00", "•••"]
        assert [one["items"][2]["points"] for one in shown] == ["0.00", None]
        assert [one["items"][1]["points"] for one in shown] == ["20.00", "20.00"]
        assert [(one["grade"], one["score"]) for one in shown] == [("D", "65.00")] * 2

    def test_programs_are_told_that_something_is_masked(
        self, standing: Standing, everything: Client, mild: Client
    ) -> None:
        path = f"customers/{standing.customer.number}/credit"
        for client, theft, cause, note in (
            (everything, "theft", {"code": "RISK_CAUSE", "cause": "LAW=3000"}, NOTE),
            (mild, None, {"code": "RISK_CAUSE", "is_masked": 1}, None),
        ):
            reason = next(one for one in ask(client, path)["reasons"] if one["item"] == "law")
            facts = ask(client, "customer-facts")["items"]
            assert (reason["fact"], reason["is_masked"]) == (theft, theft is None)
            assert [(one["type"] is None, one["note"]) for one in facts] == [(theft is None, note)] * 3
            assert ask(client, "watch-entries")["items"][0]["reasons"][0] == cause

    def test_a_right_of_one_unit_unmasks_nothing_of_another(self, standing: Standing) -> None:
        client = enter(standing.archive.root, "wide", "credit.view", "archive.view")
        # The same person may see accusations in the west alone.
        wide = Staff.objects.for_actor(SYSTEM).get(login="wide")
        grant_at(wide, standing.archive.west, ACCUSING)

        assert find_told(read(client, "/credit/facts/"), ACCUSATIONS) == []
        assert client.get("/api/v1/customer-facts", {"type": "theft"}).status_code == 403
        assert ask(client, "customer-facts")["items"][0]["is_masked"]


def grant_at(person: Staff, unit: Unit, right: str) -> None:
    """Let a person hold one more right at a unit."""
    post = identity.define_post(code=f"ALSO-{unit.code}", name=right, rights=[right])
    identity.assign_post(staff=person, post=post, unit=unit, start=date(2025, 1, 1))


class TestTags:
    """Need, payment and credit: tags of a right of their own, and the facts that they are made of."""

    @pytest.fixture
    def plain(self, standing: Standing) -> Client:
        return enter(
            standing.archive.root, "plain", "profiles.view", "profiles.segment", "archive.view", "archive.export"
        )

    def test_of_care_are_nowhere_without_their_right(
        self, standing: Standing, everything: Client, plain: Client
    ) -> None:
        number, keys = standing.number, standing.keys
        addresses = (
            "/profiles/tags/", f"/customers/accounts/{number}/tags/", f"/customers/accounts/{number}/",
            "/profiles/segments/", "/profiles/segments/new/",
        )  # fmt: skip

        assert [at for at in addresses if find_told(read(plain, at), ("低保特困", "needy", "关怀对象甲"))] == []
        told = {at: find_told(read(everything, at), ("低保特困", "needy", "关怀对象甲")) for at in addresses}
        assert told["/profiles/tags/"] == ["低保特困", "关怀对象甲"]
        assert told["/profiles/segments/"] == ["低保特困", "needy"]
        for at in (
            "/profiles/tags/IN_NEED/", f"/profiles/tags/proposals/{keys['proposal']}/",
            f"/profiles/segments/{keys['needy']}/", "/api/v1/tags/IN_NEED", f"/api/v1/segments/{keys['needy']}",
            f"/api/v1/segments/{keys['needy']}/members",
        ):  # fmt: skip
            assert (plain.get(at).status_code, everything.get(at).status_code) == (404, 200), at

    def test_a_right_of_one_unit_asks_nothing_of_another(self, standing: Standing) -> None:
        client = enter(standing.archive.root, "wide", "profiles.view", "profiles.segment", "archive.view")
        grant_at(Staff.objects.for_actor(SYSTEM).get(login="wide"), standing.archive.west, "profiles.view_care")
        body, number = {"condition": "tag.IN_NEED"}, standing.number

        answer = client.post("/api/v1/segment-previews", body, content_type="application/json", **token_of(client))

        assert answer.status_code == 403
        assert client.get(f"/profiles/segments/{standing.keys['needy']}/").status_code == 404
        assert NAME not in read(client, "/profiles/tags/IN_NEED/")
        assert "低保特困" not in read(client, f"/customers/accounts/{number}/tags/")
        assert "IN_NEED" not in str(ask(client, f"customers/{standing.customer.number}/tags"))

    def test_of_care_are_not_told_to_programs(self, standing: Standing, everything: Client, plain: Client) -> None:
        path, body = f"customers/{standing.customer.number}/tags", {"condition": "tag.IN_NEED"}
        codes = [{one["code"] for one in ask(client, path)["tags"]} for client in (everything, plain)]

        assert ["IN_NEED" in one for one in codes] == [True, False]
        assert ["IN_NEED" in str(ask(client, "tags")) for client in (everything, plain)] == [True, False]
        assert [
            client.post(
                "/api/v1/segment-previews", body, content_type="application/json", **token_of(client)
            ).status_code
            for client in (everything, plain)
        ] == [200, 403]
        assert [one["name"] for one in ask(plain, "segments")["items"]] == ["everybody"]

    def test_members_of_a_hidden_segment_are_neither_listed_nor_exported(
        self, standing: Standing, plain: Client
    ) -> None:
        spec = next(one for one in LISTS if one.name == "profiles.members")
        segment = standing.keys["needy"]

        # A filter that the reader may not use counts as not set: no list says who is in need.
        listed = [read(plain, "/profiles/segments/members/", segment=str(key)) for key in (segment, 10**6)]
        text = take_out(plain, spec, "CSV", segment=str(segment)).decode()

        assert listed[0].count(NAME) == listed[1].count(NAME)
        assert "needy" not in text

    def test_say_purpose_source_and_consent(self, standing: Standing, everything: Client) -> None:
        page, shown = read(everything, "/profiles/tags/IN_NEED/"), ask(everything, "tags/IN_NEED")

        assert all(word in page for word in ("用途", "来源", "同意"))
        assert (shown["sources"], shown["purpose"], shown["right"]) == (["marks"], "CONTRACT", "profiles.view_care")
        held = read(everything, f"/customers/accounts/{standing.number}/tags/")
        assert all(word in held for word in ("用途", "同意", "履行合同"))


class TestCare:
    """Birthdays for who does care; money for who sees bills and payments."""

    def test_birthdays_stand_in_the_calendar_of_who_does_care(self, standing: Standing, everything: Client) -> None:
        looks = enter(standing.archive.root, "looks", "care.view", "archive.view")
        address = "/care/calendar/?manager=lin"

        assert ["生日" in at_grid(read(client, address)) for client in (everything, looks)] == [True, False]
        assert "1980" not in read(everything, address)

    def test_money_stands_on_the_portfolio_of_who_sees_it(self, standing: Standing, everything: Client) -> None:
        payer = enter(standing.archive.root, "payer", "care.view", "archive.view", "billing.view", "payments.view")
        address = "/care/portfolio/?manager=lin"

        assert ["逾期（元）" in read(client, address) for client in (payer, everything)] == [True, False]

    def test_tabs_of_the_customer_want_a_right_of_their_own(self, standing: Standing) -> None:
        client = enter(standing.archive.root, "archivist", "archive.view")

        for tab in ("credit", "value", "tags", "advice", "care"):
            assert client.get(f"/customers/accounts/{standing.number}/{tab}/").status_code == 403
        shape = client.get(f"/load-shapes/accounts/{standing.number}/").content.decode()
        assert "<figure" not in shape
        assert "data-chart" not in shape


def at_grid(page: str) -> str:
    """Return the entries of a calendar without the words that explain its colours."""
    return " ".join(part.split("</a>")[0] for part in page.split('class="care-')[1:])


class TestExports:
    """What leaves the house says whose it is, who took it and what for."""

    @pytest.mark.parametrize("spec", LISTS, ids=lambda spec: spec.name)
    def test_files_carry_mark_purpose_and_properties(
        self, spec: ListSpec, standing: Standing, everything: Client
    ) -> None:
        book = load_workbook(io.BytesIO(take_out(everything, spec, "XLSX")))
        last = take_out(everything, spec, "CSV").decode().splitlines()[-1]

        sheet = book.active
        mark = [cell for (cell, *_others) in sheet.iter_rows(values_only=True) if cell][-1]
        found = book.properties
        assert (found.title, found.creator) == (str(spec.title), "everything everything")
        assert found.subject
        assert f"用途：{found.subject}" in mark
        assert f"用途：{found.subject}" in last
        assert found.keywords in mark
        assert "everything" in mark
        assert found.keywords in sheet.oddFooter.left.text
        act = UseCaseRecord.objects.for_actor(SYSTEM).filter(use_case="listings.exports.record_export").latest("id")
        assert (act.facts["purpose"], act.facts["page"]) == (found.subject, spec.name)

    @pytest.mark.parametrize("spec", LISTS, ids=lambda spec: spec.name)
    def test_nothing_leaves_without_the_right(self, spec: ListSpec, standing: Standing) -> None:
        client = enter(standing.archive.root, "keeps", *STANDING, "archive.view")

        assert client.post(f"/lists/{spec.name}/export/", {"format": "CSV"}).status_code == 403
        assert not UseCaseRecord.objects.for_actor(SYSTEM).filter(use_case="listings.exports.record_export").exists()

    def test_members_carry_name_and_purpose_of_their_segment(self, standing: Standing, everything: Client) -> None:
        spec = next(one for one in LISTS if one.name == "profiles.members")

        last = take_out(everything, spec, "CSV", segment=str(standing.keys["needy"])).decode().splitlines()[-1]

        assert "needy" in last
        assert "用途：改进服务" in last


class TestUnmasking:
    """Every value that is seen whole stands in the register and in the trail, with who, why and when."""

    def test_is_written_down_whether_by_page_or_program(self, standing: Standing) -> None:
        client = enter(standing.archive.root, "caller", "archive.view", "care.view", "protection.unmask_phone")
        asked = {"ref": f"customers.contact:{standing.keys['contact']}", "kind": "phone", "reason": "回访约时间"}
        contacts = f"/customers/accounts/{standing.number}/contacts/"

        assert PHONE not in read(client, contacts)
        page = client.post("/protection/show/", asked).content.decode()
        answer = client.post("/api/v1/unmaskings", asked, content_type="application/json", **token_of(client))

        assert (PHONE in page, answer.json()["value"]) == (True, PHONE)
        rows = Unmasking.objects.for_actor(SYSTEM)
        assert [(one.actor_login, one.reason) for one in rows.order_by("id")] == [("caller", "回访约时间")] * 2
        acts = UseCaseRecord.objects.for_actor(SYSTEM).filter(use_case="protection.unmask.unmask_phone")
        assert [(one.actor_login, one.reason) for one in acts] == [("caller", "回访约时间")] * 2

    def test_is_refused_without_the_right_and_leaves_nothing(self, standing: Standing, everything: Client) -> None:
        asked = {"ref": f"customers.contact:{standing.keys['contact']}", "kind": "phone", "reason": "好奇"}

        page = everything.post("/protection/show/", asked)
        answer = everything.post("/api/v1/unmaskings", asked, content_type="application/json", **token_of(everything))

        assert (page.status_code, answer.status_code) == (403, 403)
        assert PHONE not in (page.content + answer.content).decode()
        assert not Unmasking.objects.for_actor(SYSTEM).exists()


def token_of(client: Client) -> dict[str, Any]:
    """Return the headers that a write through a session wants."""
    client.get("/")
    return {"headers": {"Idempotency-Key": "key-00000001", "X-CSRFToken": client.cookies["csrftoken"].value}}
