"""Four eyes on prices: proposed by one, decided by another, nothing priced before, nothing edited after."""

from dataclasses import replace
from datetime import date, datetime
from decimal import Decimal

import pytest
from django.db import IntegrityError, ProgrammingError, transaction
from tests.module.tariffs.proposing import FEBRUARY, MARCH, NOW, approve, find_price, list_states, propose

from dianke.application import tariffs
from dianke.domain.tariffs import operations, queries
from dianke.domain.tariffs.models import PriceRow, TariffVersion
from dianke.domain.tariffs.rules.revisions import NothingRevised, PriceRefused, Revision
from dianke.domain.tariffs.types import ChangeKind, Evidence, PriceColumn, VersionStatus
from dianke.kernel.clock import SHANGHAI
from dianke.platform.audit.models import UseCaseRecord
from dianke.platform.audit.use_case import PermissionRefused
from dianke.platform.identity.separation import SamePerson

pytestmark = [pytest.mark.django_db, pytest.mark.sql]

HOURS = """
schema: tou-rules/v1
effective: {from: 2035-01-01}
evidence: {grade: B, urls: ["https://example.org"]}
rules: {天津: {doc: 新, periods: [{months: all, flat: rest}]}}
"""


def revision(**changes: object) -> Revision:
    """Return a revision of the January sheet that raises one price."""
    plain = Revision(
        sheet_id="HB-CI-2026-02",
        start=date(2026, 2, 1),
        end=None,
        evidence=Evidence(grade="A", urls=("https://example.org/february",)),
        cells={(0, PriceColumn.FLAT): Decimal("0.9")},
    )
    return replace(plain, **changes)


class TestProposeFile:
    def test_prices_nothing_before_it_is_approved(self, people, actor):
        propose(people)

        with pytest.raises(queries.NoVersionInForce):
            find_price(actor, date(2026, 2, 1))
        with pytest.raises(queries.NoVersionInForce):
            queries.list_price_tables(
                actor=actor,
                plan="HB-CI",
                start=date(2026, 1, 1),
                end=date(2026, 3, 1),
                structure="SINGLE",
                voltage="<1kV",
            )
        newest = queries.list_newest_versions(actor=actor, on=date(2026, 2, 1), plan_code="HB-CI")
        assert newest["HB-CI"].sheet_id == "HB-CI-2026-01"
        (plan,) = [p for p in queries.list_plans(actor=actor, on=date(2026, 2, 1)) if p.code == "HB-CI"]
        assert plan.version_id is None

    def test_waits_in_the_list_of_proposals(self, people, actor):
        propose(people)

        (waiting,) = queries.list_proposals(actor=actor)

        assert (waiting.sheet_id, waiting.proposed_by, waiting.proposal_reason, waiting.decided_by) == (
            "HB-CI-2026-02",
            "lin",
            "notice of February",
            "",
        )

    def test_stores_nothing_of_a_file_with_one_fault(self, people, actor):
        bad = MARCH.split("sheets:\n")[1].replace("0.75", "-0.75")

        report = tariffs.propose_file(
            actor=people.proposer, name="two.yaml", data=(FEBRUARY + bad).encode(), reason="two", at=NOW
        )

        assert report.loaded == ()
        assert [(fault.sheet, fault.code) for fault in report.refused] == [("HB-CI-2026-03", "tariffs.negative_price")]
        assert list_states(actor) == [("HB-CI-2026-01", "ACTIVE")]

    def test_stores_nothing_of_a_file_with_an_overlap(self, people, actor):
        overlapping = MARCH.split("sheets:\n")[1].replace("2026-03-01, to", "2026-01-31, to")

        report = tariffs.propose_file(
            actor=people.proposer, name="two.yaml", data=(FEBRUARY + overlapping).encode(), reason="two", at=NOW
        )

        assert report.loaded == ()
        assert [fault.code for fault in report.refused] == ["tariffs.overlapping_versions"]
        assert list_states(actor) == [("HB-CI-2026-01", "ACTIVE")]

    def test_refuses_another_content_for_a_sheet_that_waits(self, people, actor):
        propose(people)

        report = tariffs.propose_file(
            actor=people.proposer,
            name="again.yaml",
            data=FEBRUARY.replace("0.7}", "0.8}").encode(),
            reason="again",
            at=NOW,
        )

        assert [fault.code for fault in report.refused] == ["tariffs.version_is_proposed"]

    def test_refuses_shared_hours(self, people):
        with pytest.raises(operations.loading.NotOnlySheets):
            tariffs.propose_file(
                actor=people.proposer, name="hours.yaml", data=HOURS.encode(), reason="new hours", at=NOW
            )

    def test_wants_the_right(self, people, actor):
        with pytest.raises(PermissionRefused):
            tariffs.propose_file(
                actor=people.approver, name="new.yaml", data=FEBRUARY.encode(), reason="notice", at=NOW
            )

        assert queries.list_proposals(actor=actor) == []


class TestLoadSheetFile:
    def test_refuses_a_person(self, people, actor, tmp_path):
        path = tmp_path / "new.yaml"
        path.write_text(FEBRUARY, "utf-8")
        loader = replace(actor, staff_id=people.proposer.staff_id)

        with pytest.raises(tariffs.load_sheets.OnlyProposals):
            tariffs.load_sheet_file(actor=loader, path=path, loaded_at=NOW)

        assert list_states(actor) == [("HB-CI-2026-01", "ACTIVE")]


class TestApproveVersion:
    def test_prices_from_the_first_day_on(self, people, actor):
        approve(people, propose(people))

        assert find_price(actor, date(2026, 2, 1)) == Decimal("0.7")
        assert list_states(actor) == [("HB-CI-2026-02", "ACTIVE"), ("HB-CI-2026-01", "ACTIVE")]

    def test_ends_the_open_version_before_it(self, people, actor):
        approve(people, propose(people))
        march = propose(people, MARCH)
        before = queries.list_versions(actor=actor, plan_code="HB-CI")[1]

        approve(people, march)

        after = queries.list_versions(actor=actor, plan_code="HB-CI")[1]
        assert (before.end, before.status) == (None, VersionStatus.ACTIVE)
        assert (after.end, after.status) == (date(2026, 3, 1), VersionStatus.SUPERSEDED)
        assert [find_price(actor, day) for day in (date(2026, 2, 28), date(2026, 3, 1))] == [
            Decimal("0.7"),
            Decimal("0.75"),
        ]

    def test_refuses_who_proposed_it(self, people, actor):
        version = propose(people)

        with pytest.raises(SamePerson):
            tariffs.approve_version(actor=people.proposer, version_id=version.pk, reason="mine", at=NOW)

        assert list_states(actor)[0] == ("HB-CI-2026-02", "PROPOSED")

    def test_refuses_to_shorten_days_that_have_passed(self, people, actor):
        approve(people, propose(people))
        march = propose(people, MARCH)

        with pytest.raises(operations.UnableToDecideVersion, match="it would end HB-CI-2026-02"):
            approve(people, march, at=datetime(2026, 3, 2, tzinfo=SHANGHAI))

        assert list_states(actor)[0] == ("HB-CI-2026-03", "PROPOSED")

    def test_refuses_the_second_of_two_for_the_same_days(self, people, actor):
        first = propose(people)
        second = propose(people, FEBRUARY.replace("HB-CI-2026-02", "HB-CI").replace("0.7}", "0.8}"))
        approve(people, first)

        with pytest.raises(operations.UnableToDecideVersion, match="overlaps HB-CI-2026-02"):
            approve(people, second)

        assert find_price(actor, date(2026, 2, 1)) == Decimal("0.7")

    def test_refuses_to_decide_twice(self, people):
        version = approve(people, propose(people))

        with pytest.raises(operations.UnableToDecideVersion, match="decided already"):
            tariffs.reject_version(actor=people.approver, version_id=version.pk, reason="no", at=NOW)

    def test_leaves_a_record_with_both_people(self, people, actor):
        version = approve(people, propose(people))

        records = UseCaseRecord.objects.for_actor(actor).filter(use_case__startswith="tariffs.proposals").order_by("id")
        assert [(one.use_case, one.actor_login, one.reason) for one in records] == [
            ("tariffs.proposals.propose_file", "lin", "notice of February"),
            ("tariffs.proposals.approve_version", "zhou", "compared"),
        ]
        assert (version.loaded_by, version.decided_by, version.decision_reason) == ("lin", "zhou", "compared")


class TestRejectVersion:
    def test_keeps_it_to_be_read_and_lets_the_sheet_come_again(self, people, actor):
        version = propose(people)

        tariffs.reject_version(actor=people.approver, version_id=version.pk, reason="typed in fen", at=NOW)

        assert list_states(actor)[0] == ("HB-CI-2026-02", "REJECTED")
        assert queries.list_proposals(actor=actor) == []
        again = approve(people, propose(people, FEBRUARY.replace("0.7}", "0.71}")))
        assert (again.sheet_id, find_price(actor, date(2026, 2, 1))) == ("HB-CI-2026-02", Decimal("0.71"))

    def test_wants_a_reason(self, people, actor):
        version = propose(people)

        with pytest.raises(operations.UnableToDecideVersion, match="says why"):
            tariffs.reject_version(actor=people.approver, version_id=version.pk, reason=" ", at=NOW)

        assert list_states(actor)[0] == ("HB-CI-2026-02", "PROPOSED")


class TestTakeBackVersion:
    def test_is_open_to_the_proposer_only(self, people, actor):
        version = propose(people)
        other = replace(people.proposer, login="zhou")

        with pytest.raises(operations.UnableToDecideVersion, match="only who proposed it"):
            tariffs.take_back_version(actor=other, version_id=version.pk, reason="", at=NOW)
        tariffs.take_back_version(actor=people.proposer, version_id=version.pk, reason="wrong month", at=NOW)

        assert list_states(actor)[0] == ("HB-CI-2026-02", "WITHDRAWN")
        assert propose(people).status == "PROPOSED"


class TestProposeRevision:
    def test_copies_rows_parts_and_hours_with_the_new_price(self, people, actor):
        january = TariffVersion.objects.for_actor(actor).get(sheet_id="HB-CI-2026-01")

        version = tariffs.propose_revision(
            actor=people.proposer, version_id=january.pk, revision=revision(), reason="new price", at=NOW
        )

        compared = queries.compare_versions(actor=actor, before_id=january.pk, after_id=version.pk)
        (row,) = compared.difference.rows
        (cell,) = row.cells
        assert (row.kind, cell.column, cell.after) == (ChangeKind.CHANGED, PriceColumn.FLAT, Decimal("0.9"))
        assert (compared.difference.parts, compared.difference.tiers, compared.difference.hours) == ((), (), ())
        assert compared.after.version.urls == ("https://example.org/february",)
        assert compared.after.version.regulations == compared.before.version.regulations

    def test_copies_tiers(self, people, actor):
        homes = TariffVersion.objects.for_actor(actor).get(plan__code="GD-GZ-RES")

        version = tariffs.propose_revision(
            actor=people.proposer,
            version_id=homes.pk,
            revision=revision(sheet_id="GD-GZ-RES-2027", start=date(2027, 1, 1)),
            reason="new price",
            at=NOW,
        )

        compared = queries.compare_versions(actor=actor, before_id=homes.pk, after_id=version.pk)
        assert compared.after.tiers == compared.before.tiers
        assert compared.after.tiers is not None

    @pytest.mark.parametrize("price", ["-0.1", "70", "0.123456789"])
    def test_refuses_a_price_that_no_sheet_prints(self, price, people, actor):
        january = TariffVersion.objects.for_actor(actor).get(sheet_id="HB-CI-2026-01")

        with pytest.raises(PriceRefused) as refused:
            tariffs.propose_revision(
                actor=people.proposer,
                version_id=january.pk,
                revision=revision(cells={(0, PriceColumn.FLAT): Decimal(price)}),
                reason="new price",
                at=NOW,
            )

        assert refused.value.field == "cell-0-flat"
        assert queries.list_proposals(actor=actor) == []

    def test_refuses_a_copy_without_a_change(self, people, actor):
        january = TariffVersion.objects.for_actor(actor).get(sheet_id="HB-CI-2026-01")

        with pytest.raises(NothingRevised):
            tariffs.propose_revision(
                actor=people.proposer, version_id=january.pk, revision=revision(cells={}), reason="none", at=NOW
            )


class TestCompareVersions:
    def test_tells_the_difference_of_a_price_and_its_share(self, people, actor):
        first, second = propose(people), propose(people, MARCH)

        compared = queries.compare_versions(actor=actor, before_id=first.pk, after_id=second.pk)

        (row,) = compared.difference.rows
        (cell,) = row.cells
        assert (cell.before, cell.after, cell.difference) == (Decimal("0.7"), Decimal("0.75"), Decimal("0.05"))
        assert cell.ratio == Decimal("0.05") / Decimal("0.7")

    def test_tells_rows_and_parts_that_are_gone(self, people, actor):
        january = TariffVersion.objects.for_actor(actor).get(sheet_id="HB-CI-2026-01")
        february = propose(people)

        difference = queries.compare_versions(actor=actor, before_id=january.pk, after_id=february.pk).difference

        assert {row.kind for row in difference.rows} == {ChangeKind.CHANGED, ChangeKind.REMOVED}
        assert {part.kind for part in difference.parts} == {ChangeKind.REMOVED}
        assert {change.after for change in difference.hours} == {()}

    def test_refuses_versions_of_two_plans(self, people, actor):
        hubei = TariffVersion.objects.for_actor(actor).get(sheet_id="HB-CI-2026-01")
        homes = TariffVersion.objects.for_actor(actor).get(plan__code="GD-GZ-RES")

        with pytest.raises(queries.NotOfOnePlan):
            queries.compare_versions(actor=actor, before_id=hubei.pk, after_id=homes.pk)


class TestTables:
    def test_never_take_a_row_for_a_decided_version(self, people, actor):
        january = TariffVersion.objects.for_actor(actor).get(sheet_id="HB-CI-2026-01")

        with pytest.raises(ProgrammingError, match="takes no more rows"), transaction.atomic():
            PriceRow(version=january, position=99, structure="SINGLE", voltage="x", flat_price=1).save()

    def test_never_let_one_person_hold_both_ends(self, people, actor):
        version = propose(people)

        with pytest.raises(IntegrityError, match="version_is_decided_by_another"), transaction.atomic():
            TariffVersion.objects.for_actor(actor).filter(pk=version.pk).update(status="ACTIVE", decided_by="lin")

    def test_never_approve_without_an_approver(self, people, actor):
        version = propose(people)

        with pytest.raises(IntegrityError, match="approved_version_has_an_approver"), transaction.atomic():
            TariffVersion.objects.for_actor(actor).filter(pk=version.pk).update(status="ACTIVE")

    @pytest.mark.parametrize(
        "change",
        [{"status": "PROPOSED"}, {"status": "REJECTED"}, {"decided_by": "somebody"}, {"decision_reason": "other"}],
    )
    def test_never_undo_a_decision(self, change, people, actor):
        version = approve(people, propose(people))

        with pytest.raises(ProgrammingError, match="the decision on a tariff version is final"), transaction.atomic():
            TariffVersion.objects.for_actor(actor).filter(pk=version.pk).update(**change)

    def test_never_revive_a_rejected_version(self, people, actor):
        version = propose(people)
        tariffs.reject_version(actor=people.approver, version_id=version.pk, reason="wrong", at=NOW)

        with (
            pytest.raises(ProgrammingError, match="rejected or withdrawn tariff version is final"),
            transaction.atomic(),
        ):
            TariffVersion.objects.for_actor(actor).filter(pk=version.pk).update(status="ACTIVE")
