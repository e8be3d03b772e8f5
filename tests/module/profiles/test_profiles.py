"""Runs of tags, segments over them, two persons, and what is seen by whom and where."""

from dataclasses import replace
from datetime import date, datetime, timedelta

import numpy as np
import pytest
from tests.factories.archive import Archive, actor_of, add_account, build_archive
from tests.factories.once import built_once, fresh

from dianke.application import profiles
from dianke.application.profiles.segments import SegmentNotFound
from dianke.application.profiles.tags import TagNotFound
from dianke.domain.credit.operations.facts import NewFact, load_facts
from dianke.domain.credit.types import FactType
from dianke.domain.customers.models import Customer
from dianke.domain.profiles.models import CustomerTags, Segment, SegmentMember, TagProposal, TagRun, TagSpell
from dianke.domain.profiles.operations import runs
from dianke.domain.profiles.operations.proposals import UnableToProposeTag
from dianke.domain.profiles.operations.segments import UnableToKeepSegment
from dianke.domain.profiles.queries import tags as queries
from dianke.domain.profiles.queries.columns import load_facts_of
from dianke.engine.tags.language import ConditionNotUnderstood
from dianke.kernel.clock import SHANGHAI
from dianke.platform.audit.use_case import PermissionRefused
from dianke.platform.identity.separation import SamePerson
from dianke.platform.identity.types import Actor

pytestmark = pytest.mark.django_db
SYSTEM = Actor.system("testing tags")
DAY = date(2026, 2, 10)
AT = datetime(2026, 2, 11, 5, tzinfo=SHANGHAI)
RIGHTS = ("profiles.view", "profiles.view_payment", "profiles.view_care", "profiles.define", "profiles.segment")
NEW = {
    "name": "常来电且免打扰", "about": "", "family": "SERVICE", "when": "calls_12 >= 2 and do_not_disturb",
    "refresh": "DAILY", "validity_days": 7, "purpose": "SERVICE", "consent": "",
}  # fmt: skip


def build() -> Archive:
    """Return customers of two stations; the first of the east calls often and wants to be left alone."""
    archive = build_archive()
    accounts = [add_account(archive, unit=archive.east) for _ in range(3)]
    accounts += [add_account(archive, unit=archive.west, name="李四") for _ in range(2)]
    first = accounts[0]
    facts = [(FactType.CALL, 5, None), (FactType.CALL, 9, None), (FactType.DO_NOT_DISTURB, 30, None)]
    load_facts(
        new=[
            NewFact(
                unit_id=archive.east.pk, customer_id=first.customer_id, type=kind, on_date=DAY - timedelta(days=back)
            )
            for kind, back, _until in facts
        ],
        login="system",
        at=AT,
    )
    profiles.run_tags(actor=SYSTEM, as_of=DAY, at=AT)
    return archive


built = built_once(build)


@pytest.fixture
def archive(built: Archive, db: None) -> Archive:
    return fresh(built)


def first_customer(archive: Archive) -> Customer:
    found: Customer = Customer.objects.for_actor(SYSTEM).order_by("id")[0]
    return found


def held(customer: Customer) -> dict[str, str]:
    tags = queries.list_tags(actor=SYSTEM)
    found = queries.list_held(actor=SYSTEM, customer_id=customer.pk, tags=tags)
    return {one.tag.code: one.tag.values[one.value - 1].code for one in found}


class TestRuns:
    def test_customers_have_the_tags_that_their_facts_say(self, archive: Archive) -> None:
        tags = held(first_customer(archive))

        assert tags["CUSTOMER_KIND"] == "PERSON"
        assert (tags["CALLS"], tags["DO_NOT_DISTURB"]) == ("FEW", "YES")
        assert load_facts_of(customer_id=first_customer(archive).pk)["calls_12"] == 2

    def test_tags_without_a_source_are_not_computed(self, archive: Archive) -> None:
        run = queries.get_last_run(actor=SYSTEM)

        assert run is not None
        assert "CALLS" in run.codes
        assert not {"TREND", "SATISFACTION", "CREDIT_GRADE", "RISK_WARNING"} & set(run.codes)

    def test_figures_count_every_customer_once(self, archive: Archive) -> None:
        figure = queries.map_last_figures(actor=SYSTEM)["CALLS"]

        assert figure.counts == {"1": 4, "2": 1}
        assert (figure.coverage_e4, figure.stability_e4) == (10_000, None)

    def test_what_ended_is_kept_and_what_stayed_is_not_written(self, archive: Archive) -> None:
        profiles.run_tags(actor=SYSTEM, as_of=DAY + timedelta(days=400), at=AT)

        # A year on nobody called any more; the wish to be left alone stays, the customer is older.
        spells = TagSpell.objects.for_actor(SYSTEM).filter(customer=first_customer(archive)).order_by("slot")
        slots = {one.slot: one.code for one in queries.list_tags(actor=SYSTEM)}
        ended = {slots[one.slot]: (one.since_date, one.until_date) for one in spells}
        assert ended["CALLS"] == (DAY, DAY + timedelta(days=400))
        assert "DO_NOT_DISTURB" not in ended
        assert held(first_customer(archive))["CALLS"] == "NONE"

    def test_a_run_that_broke_off_goes_on_and_counts_nobody_twice(
        self, archive: Archive, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        keys = list(Customer.objects.for_actor(SYSTEM).order_by("id").values_list("pk", flat=True))
        run = profiles.runs.begin_run(actor=SYSTEM, as_of=DAY + timedelta(days=40), at=AT)
        TagRun.objects.for_actor(SYSTEM).filter(pk=run.pk).update(ranges=[[keys[0], keys[1]], [keys[2], keys[-1]]])
        run.refresh_from_db()
        due = [one for one in queries.list_tags(actor=SYSTEM) if one.code in run.codes]
        profiles.runs.run_chunk(actor=SYSTEM, run=run, due=due)

        done = profiles.run_tags(actor=SYSTEM, as_of=DAY + timedelta(days=40), at=AT)

        assert (done.pk, done.done_count, done.customer_count) == (run.pk, 2, 5)
        assert sum(queries.map_last_figures(actor=SYSTEM)["CALLS"].counts.values()) == 5

    def test_the_same_day_is_computed_once(self, archive: Archive) -> None:
        again = profiles.run_tags(actor=SYSTEM, as_of=DAY, at=AT)

        assert TagRun.objects.for_actor(SYSTEM).count() == 1
        assert again.customer_count == 5
        assert runs.CHUNK == 65_536


class TestSegments:
    def test_a_preview_counts_only_the_units_of_the_reader(self, archive: Archive) -> None:
        east, west, root = (actor_of(unit, *RIGHTS) for unit in (archive.east, archive.west, archive.root))

        counts = [profiles.preview(actor=one, text="kind = PERSON") for one in (east, west, root)]

        assert [(one.count, one.reach_count) for one in counts] == [(3, 3), (2, 2), (5, 5)]
        assert [one.row_count for one in counts] == [5, 5, 5]

    def test_a_segment_holds_who_fits_and_answers_to_its_units(self, archive: Archive) -> None:
        east, west = actor_of(archive.east, *RIGHTS), actor_of(archive.west, *RIGHTS)

        kept = profiles.keep_segment(
            actor=east, segment_id=None, name="常来电", condition="tag.CALLS = FEW and tag.DO_NOT_DISTURB",
            purpose="SERVICE", note="", is_shared=True, at=AT,
        )  # fmt: skip

        assert kept.member_count == 1
        members = SegmentMember.objects.for_actor(SYSTEM).filter(segment=kept).values_list("customer_id", flat=True)
        assert list(members) == [first_customer(archive).pk]
        with pytest.raises(SegmentNotFound):
            profiles.find_members(actor=west, segment_id=kept.pk)

    def test_who_may_not_see_a_tag_may_not_ask_for_it(self, archive: Archive) -> None:
        plain = actor_of(archive.root, "profiles.view", "profiles.segment")
        owner = actor_of(archive.root, *RIGHTS)
        owner = replace(owner, login="owner")
        kept = profiles.keep_segment(
            actor=owner, segment_id=None, name="关怀", condition="tag.NEEDS_CARE is unknown", purpose="SERVICE",
            note="", is_shared=True, at=AT,
        )  # fmt: skip

        for text in ("tag.IN_NEED", "is_needy", "late_count >= 3", "kind = PERSON or tag.CREDIT_GRADE = D"):
            with pytest.raises(PermissionRefused):
                profiles.preview(actor=plain, text=text)
        with pytest.raises(PermissionRefused):
            profiles.find_members(actor=plain, segment_id=kept.pk)
        assert {one.right for one in queries.list_seen_tags(actor=plain)} == {"profiles.view"}
        assert Segment.objects.for_actor(SYSTEM).count() == 1

    @pytest.mark.parametrize(
        ("changed", "refusal"),
        [
            ({"name": " "}, UnableToKeepSegment),
            ({"purpose": "CURIOSITY"}, UnableToKeepSegment),
            ({"condition": "password = 1"}, ConditionNotUnderstood),
            ({"segment_id": 77}, SegmentNotFound),
        ],
    )
    def test_what_cannot_be_kept_is_refused(self, archive: Archive, changed: dict[str, object], refusal: type) -> None:
        given = {"segment_id": None, "name": "人", "condition": "kind = PERSON", "purpose": "SERVICE", "note": ""}

        with pytest.raises(refusal):
            profiles.keep_segment(actor=actor_of(archive.root, *RIGHTS), is_shared=False, at=AT, **{**given, **changed})

        assert not Segment.objects.for_actor(SYSTEM).exists()


class TestProposals:
    def test_a_new_tag_holds_from_the_run_after_another_person_approved_it(self, archive: Archive) -> None:
        author, approver = actor_of(archive.root, *RIGHTS), actor_of(archive.root, "profiles.view", "profiles.approve")
        approver = replace(approver, login="approver")
        proposal = profiles.propose_tag(actor=author, code="CALLS_QUIETLY", content=NEW, reason="回访用", at=AT)
        before = held(first_customer(archive))

        profiles.decide_tag(actor=approver, proposal_id=proposal.pk, is_approved=True, reason="", at=AT)
        profiles.run_tags(actor=SYSTEM, as_of=DAY + timedelta(days=1), at=AT)

        assert proposal.slot == 64
        assert "CALLS_QUIETLY" not in before
        assert held(first_customer(archive))["CALLS_QUIETLY"] == "YES"

    def test_who_proposed_never_decides(self, archive: Archive) -> None:
        both = actor_of(archive.root, *RIGHTS, "profiles.approve")
        proposal = profiles.propose_tag(actor=both, code="CALLS_QUIETLY", content=NEW, reason="回访用", at=AT)

        with pytest.raises(SamePerson):
            profiles.decide_tag(actor=both, proposal_id=proposal.pk, is_approved=True, reason="", at=AT)

        assert TagProposal.objects.for_actor(SYSTEM).get().state == "PROPOSED"

    def test_a_tag_of_what_one_may_not_see_cannot_be_proposed(self, archive: Archive) -> None:
        plain = actor_of(archive.root, "profiles.view", "profiles.define")

        with pytest.raises(PermissionRefused):
            profiles.propose_tag(actor=plain, code="POOR", content={**NEW, "when": "is_needy"}, reason="好奇", at=AT)
        with pytest.raises(UnableToProposeTag):
            profiles.propose_tag(actor=plain, code="CALLS", content=NEW, reason="重名", at=AT)

        assert not TagProposal.objects.for_actor(SYSTEM).exists()

    def test_a_retired_tag_is_computed_and_shown_no_more(self, archive: Archive) -> None:
        author = actor_of(archive.root, *RIGHTS)
        approver = replace(actor_of(archive.root, "profiles.approve"), login="approver")
        proposal = profiles.propose_retirement(actor=author, code="CALLS", reason="无用", at=AT)

        profiles.decide_tag(actor=approver, proposal_id=proposal.pk, is_approved=True, reason="", at=AT)

        assert "CALLS" not in held(first_customer(archive))
        with pytest.raises(ConditionNotUnderstood):
            profiles.preview(actor=author, text="tag.CALLS = FEW")

    def test_a_check_by_hand_is_of_a_tag_that_the_customer_has(self, archive: Archive) -> None:
        author, number = actor_of(archive.root, *RIGHTS), first_customer(archive).number
        profiles.check_tag(actor=author, code="CALLS", customer_number=number, is_right=True, note="", at=AT)

        with pytest.raises(TagNotFound):
            profiles.check_tag(actor=author, code="IN_NEED", customer_number=number, is_right=True, note="", at=AT)
        west = actor_of(archive.west, *RIGHTS)
        with pytest.raises(TagNotFound):
            profiles.check_tag(actor=west, code="CALLS", customer_number=number, is_right=True, note="", at=AT)

        assert queries.count_checks(actor=SYSTEM) == {"CALLS": (1, 1)}


def test_rows_answer_to_the_units_of_their_customers(archive: Archive) -> None:
    found = CustomerTags.objects.for_actor(actor_of(archive.west, "profiles.view"))

    assert np.array([found.count(), CustomerTags.objects.for_actor(SYSTEM).count()]).tolist() == [2, 5]
