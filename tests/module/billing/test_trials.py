"""A past month under other prices: what each bill changes by, for whom, and that no version comes in untried."""

import hashlib
import json
from collections.abc import Iterator
from datetime import datetime
from typing import Any

import pytest
from django.db import DatabaseError, connection, transaction
from tests.factories import utility as factory
from tests.factories.billed import add_foundry, add_home, list_bills, run_january
from tests.factories.once import built_once, fresh
from tests.factories.pages import rolled_back
from tests.factories.prices import MOVED_TIER, propose_moved_tier
from tests.factories.utility import LATER, Utility

from dianke.application import meter_to_cash, tariffs, trials
from dianke.application.tariffs.proposals import TrialMissing, TrialTooSmall
from dianke.domain.billing.models import Bill, BillDraft, BillLine, BillRun, BillTrial, FrozenPrices
from dianke.domain.billing.operations.trials import TrialEnded, UnableToTry
from dianke.domain.billing.queries.trials import TrialNotFound, get_trial, list_issued_months
from dianke.domain.customers.models import Customer
from dianke.domain.metering.models import UsagePoint
from dianke.domain.tariffs.models import TariffVersion
from dianke.interfaces.cli import bill
from dianke.kernel.clock import SHANGHAI
from dianke.platform.audit.models import UseCaseRecord
from dianke.platform.audit.use_case import PermissionRefused
from dianke.platform.identity.types import Actor
from dianke.platform.org import operations as org
from dianke.platform.org.models import Unit
from dianke.platform.org.types import UnitKind

pytestmark = pytest.mark.django_db

NOW = datetime(2026, 2, 10, 9, tzinfo=SHANGHAI)
FAR_YEAR = MOVED_TIER.replace("tier_scheme: monthly", "tier_scheme: annual").replace(
    """      - {months: [5, 6, 7, 8, 9, 10], t1: 260, t2: 600}
      - {months: [11, 12, 1, 2, 3, 4], t1: 150, t2: 400}
""",
    """      - {months: [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12], t1: 150, t2: 400}
""",
)


_built = built_once(factory.build_utility)


@pytest.fixture
def utility(_built: Utility) -> Utility:
    return fresh(_built)


@pytest.fixture
def proposer(utility: Utility) -> Actor:
    return factory.add_clerk(utility.root, "proposer", ["tariffs.view", "tariffs.propose"])


@pytest.fixture
def clerk(utility: Utility) -> Actor:
    return factory.add_clerk(utility.root, "clerk", ["billing.view", "billing.trial"])


@pytest.fixture
def approver(utility: Utility) -> Actor:
    return factory.add_clerk(utility.root, "approver", ["tariffs.view", "tariffs.approve"])


@pytest.fixture(scope="class")
def _issued(_built: Utility, django_db_blocker: Any) -> Iterator[tuple[Utility, BillRun]]:
    """Issue the January of four homes (120, 180, 450 kWh, and 450 kWh of five persons) and a foundry."""
    with django_db_blocker.unblock(), rolled_back():
        utility = fresh(_built)
        for end, persons in (("1120", 2), ("1180", 2), ("1450", 2), ("1450", 5)):
            add_home(utility, end, household_size=persons)
        add_foundry(utility)
        run = run_january(utility, shard_size=3)
        yield utility, meter_to_cash.issue_run(actor=utility.issuer, number=run.number, at=LATER)


@pytest.fixture
def run(utility: Utility, _issued: tuple[Utility, BillRun]) -> BillRun:
    issued, run = fresh(_issued)
    utility.points.extend(issued.points)
    return run


@pytest.fixture
def version(proposer: Actor) -> TariffVersion:
    return propose_moved_tier(proposer, NOW)


def try_january(actor: Actor, version: TariffVersion, **scope: str) -> BillTrial:
    """Return a trial of January that has been carried out."""
    trial = trials.start_trial(actor=actor, version_id=version.pk, month=factory.JANUARY, at=NOW, **scope)
    return trials.carry_out_trial(actor=actor, number=trial.number)


def report_of(trial: BillTrial) -> dict[str, Any]:
    """Return the report as it is stored."""
    stored = BillTrial.objects.for_actor(Actor.system("reading a report")).get(pk=trial.pk)
    assert stored.status == "DONE", stored.end_reason
    return stored.report


def move_to_station(utility: Utility, *points: UsagePoint) -> Unit:
    """Return a new station that some points belong to before anything is billed."""
    station = org.add_unit(code="E", name="城东供电所", kind=UnitKind.STATION, parent=utility.root)
    for point in points:
        UsagePoint.objects.for_actor(utility.actor).filter(pk=point.pk).update(unit=station)
    return station


class TestReport:
    def test_of_a_moved_tier_has_the_difference_of_each_bill_worked_out_by_hand(
        self, utility: Utility, run: BillRun, version: TariffVersion, clerk: Actor
    ) -> None:
        report = report_of(try_january(clerk, version))

        # 120 kWh stay in the first tier. 180 kWh: 30 of them at +0.05. 450 kWh: 50 more at +0.05, of five persons too.
        bills = {one.pk: one for one in list_bills(utility)}
        changed = [(bills[row["bill"]].usage_point_id, row["difference_fen"]) for row in report["most_by_amount"]]
        homes = [point.pk for point in utility.points[:4]]
        assert changed == [(homes[2], 250), (homes[3], 250), (homes[1], 150)]
        assert [row["before_fen"] for row in report["most_by_amount"]] == [28999, 27249, 10600]
        assert [row["account"] for row in report["most_by_amount"]] == [
            bills[row["bill"]].account_number for row in report["most_by_amount"]
        ]

    def test_adds_up_bills_energy_amounts_and_mean_prices(
        self, run: BillRun, version: TariffVersion, clerk: Actor
    ) -> None:
        report = report_of(try_january(clerk, version))

        assert report["totals"] == {
            "bills": 4, "rising": 3, "falling": 0, "energy_kwh_e2": 120_000,
            "before_fen": 7066 + 10600 + 28999 + 27249, "after_fen": 7066 + 10750 + 29249 + 27499,
            "difference_fen": 650, "change": "0.008794",
            "mean_price_before": "0.615950", "mean_price_after": "0.621367",
            "other_plans": 1, "unpriced": 0, "without_ratio": 0,
        }  # fmt: skip
        assert [(row["code"], row["bills"]) for row in report["by"]["usage_class"]] == [("RESIDENTIAL", 4)]
        assert [(row["code"], row["difference_fen"]) for row in report["by"]["voltage"]] == [("10kV", 650)]
        assert report["has_other_hours"] is False

    def test_sorts_bills_by_their_relative_change(self, run: BillRun, version: TariffVersion, clerk: Actor) -> None:
        report = report_of(try_january(clerk, version))

        # 150 / 10600 = 1.42 %, 250 / 28999 = 0.86 %, 250 / 27249 = 0.92 %, and one that stays as it is.
        found = {(one["from_percent"], one["to_percent"]): one["bills"] for one in report["histogram"] if one["bills"]}
        assert found == {("0", "0"): 1, ("0", "2"): 3}
        assert [row["change"] for row in report["most_by_ratio"]] == ["0.014151", "0.009175", "0.008621"]

    def test_of_the_version_that_was_billed_changes_nothing(self, utility: Utility, run: BillRun, clerk: Actor) -> None:
        billed = TariffVersion.objects.for_actor(utility.actor).get(plan__code="HB-CI")

        report = report_of(try_january(clerk, billed))

        assert (report["totals"]["bills"], report["totals"]["before_fen"]) == (1, 454_930_12)
        assert (report["totals"]["difference_fen"], report["most_by_amount"]) == (0, [])

    def test_is_all_that_is_stored(self, utility: Utility, run: BillRun, version: TariffVersion, clerk: Actor) -> None:
        tables = (Bill, BillDraft, BillLine, FrozenPrices)
        before = [table.objects.for_actor(utility.actor).count() for table in tables]

        trial = try_january(clerk, version)

        assert [table.objects.for_actor(utility.actor).count() for table in tables] == before
        text = json.dumps(trial.report, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
        assert trial.report_sha256 == hashlib.sha256(text.encode()).hexdigest()
        assert (trial.shards_done, trial.shard_count, trial.bill_count, trial.difference_fen) == (2, 2, 4, 650)

    def test_goes_by_industry_as_the_archive_knows_it(self, utility: Utility, run: BillRun, clerk: Actor) -> None:
        Customer.objects.for_actor(utility.actor).filter(accounts__usage_points=utility.points[4]).update(
            industry_code="3391"
        )
        billed = TariffVersion.objects.for_actor(utility.actor).get(plan__code="HB-CI")

        report = report_of(try_january(clerk, billed))

        assert [(row["code"], row["bills"]) for row in report["by"]["industry"]] == [("3391", 1)]

    def test_names_the_bills_that_the_version_has_no_price_for(
        self, utility: Utility, run: BillRun, proposer: Actor, clerk: Actor
    ) -> None:
        bare = """
schema: tariff-sheet/v1
region: {province: 湖北, area: 全省}
issuer: 国网湖北省电力有限公司
sheets:
  - id: HB-CI-2026-03
    kind: agency_purchase_monthly
    effective: {from: 2026-03-01, to: 2026-03-31}
    evidence: {grade: B, urls: ["https://example.org/sheet"]}
    unit: CNY/kWh
    rows:
      - {structure: single, voltage: "<1kV", flat: 0.7}
"""
        report = report_of(try_january(clerk, propose_moved_tier(proposer, NOW, bare)))

        (cause,) = report["unpriced"]
        assert (cause["code"], cause["bills"], cause["before_fen"]) == ("tariffs.no_price_row", 1, 454_930_12)
        assert [one["bill"] for one in cause["examples"]] == [list_bills(utility)[4].pk]
        assert (report["totals"]["bills"], report["totals"]["unpriced"]) == (0, 1)

    def test_takes_the_energy_of_the_year_before_where_tiers_run_through_the_year(
        self, run: BillRun, proposer: Actor, clerk: Actor
    ) -> None:
        report = report_of(try_january(clerk, propose_moved_tier(proposer, NOW, FAR_YEAR)))

        # January is the first month, so the year begins: 150 and 400 kWh, of five persons 12 × 100 more.
        assert report["totals"]["after_fen"] == 7066 + 10750 + 29249 + 26499


class TestScope:
    @pytest.fixture
    def station(self, utility: Utility) -> Unit:
        for end in ("1180", "1450"):
            add_home(utility, end)
        station = move_to_station(utility, utility.points[0])
        run = run_january(utility)
        meter_to_cash.issue_run(actor=utility.issuer, number=run.number, at=LATER)
        return station

    def test_of_a_stations_clerk_holds_the_stations_bills_alone(
        self, utility: Utility, station: Unit, version: TariffVersion
    ) -> None:
        own = factory.add_clerk(station, "own", ["billing.trial"])

        trial = try_january(own, version)

        report = report_of(trial)
        assert (trial.unit, report["totals"]["bills"], report["totals"]["difference_fen"]) == (station, 1, 150)
        assert [row["bill"] for row in report["most_by_amount"]] == [list_bills(utility)[0].pk]
        assert list_issued_months(actor=own.within("billing.trial")) == [factory.JANUARY]

    def test_of_the_utility_is_split_by_unit_and_hidden_from_the_station(
        self, station: Unit, version: TariffVersion, clerk: Actor
    ) -> None:
        own = factory.add_clerk(station, "own", ["billing.trial"])

        trial = try_january(clerk, version)

        rows = report_of(trial)["by"]["unit"]
        assert [(row["code"], row["difference_fen"]) for row in rows] == [("0", 250), ("E", 150)]
        with pytest.raises(TrialNotFound):
            get_trial(actor=own.within("billing.trial"), number=trial.number)

    def test_beyond_the_actors_units_is_refused(self, station: Unit, version: TariffVersion) -> None:
        own = factory.add_clerk(station, "own", ["billing.trial"])

        with pytest.raises(trials.UnitOutOfReach):
            try_january(own, version, unit_code="0")

        assert BillTrial.objects.for_actor(own).count() == 0

    def test_may_be_one_class(self, utility: Utility, station: Unit, version: TariffVersion, clerk: Actor) -> None:
        none = report_of(try_january(clerk, version, usage_class="AGRICULTURAL"))
        homes = report_of(try_january(clerk, version, usage_class="RESIDENTIAL"))

        assert (none["totals"]["bills"], homes["totals"]["bills"]) == (0, 2)


def test_trial_wants_issued_bills_of_the_month(utility: Utility, version: TariffVersion, clerk: Actor) -> None:
    add_home(utility, "1450")
    run_january(utility)

    with pytest.raises(UnableToTry, match="no bills of the month are issued"):
        try_january(clerk, version)

    assert BillTrial.objects.for_actor(clerk).count() == 0


class TestTrial:
    def test_wants_the_right(self, utility: Utility, run: BillRun, version: TariffVersion) -> None:
        with pytest.raises(PermissionRefused):
            try_january(utility.runner, version)

        assert BillTrial.objects.for_actor(utility.actor).count() == 0

    def test_that_is_cancelled_between_two_shards_stops_there_without_a_report(
        self, run: BillRun, version: TariffVersion, clerk: Actor
    ) -> None:
        trial = trials.start_trial(actor=clerk, version_id=version.pk, month=factory.JANUARY, at=NOW)

        def cancel(done: int, total: int) -> None:
            done == 1 and trials.cancel_trial(actor=clerk, number=trial.number, reason="wrong month", at=NOW)

        ended = trials.carry_out_trial(actor=clerk, number=trial.number, progress=cancel)

        assert (ended.status, ended.end_reason, ended.shards_done) == ("CANCELLED", "wrong month", 1)
        assert ended.report is None

    def test_is_carried_out_once(self, run: BillRun, version: TariffVersion, clerk: Actor) -> None:
        trial = try_january(clerk, version)
        finished = trial.finished_at

        again = trials.carry_out_trial(actor=clerk, number=trial.number)

        assert (again.status, again.finished_at) == ("DONE", finished)
        with pytest.raises(TrialEnded):
            trials.cancel_trial(actor=clerk, number=trial.number, reason="late", at=NOW)

    def test_begins_anew_after_its_worker_died(self, run: BillRun, version: TariffVersion, clerk: Actor) -> None:
        trial = trials.start_trial(actor=clerk, version_id=version.pk, month=factory.JANUARY, at=NOW)

        def die(done: int, total: int) -> None:
            if done == 1:
                raise KeyboardInterrupt

        with pytest.raises(KeyboardInterrupt):
            trials.carry_out_trial(actor=clerk, number=trial.number, progress=die)

        again = trials.carry_out_trial(actor=clerk, number=trial.number)

        assert (report_of(again)["totals"]["bills"], again.shards_done) == (4, 2)

    def test_fails_with_its_cause_where_inputs_are_gone(
        self, run: BillRun, version: TariffVersion, clerk: Actor
    ) -> None:
        with connection.cursor() as cursor:
            cursor.execute("update billing_billrunshard set bill_count = bill_count + 1 where number = 1")

        trial = try_january(clerk, version)

        assert (trial.status, trial.report) == ("FAILED", None)
        assert "3 inputs are frozen for 4 bills" in trial.end_reason

    def test_that_has_ended_is_never_changed_or_removed(
        self, run: BillRun, version: TariffVersion, clerk: Actor
    ) -> None:
        trial = try_january(clerk, version)
        rows = BillTrial.objects.for_actor(clerk).filter(pk=trial.pk)

        with pytest.raises(DatabaseError, match="Cannot"), transaction.atomic():
            rows.update(difference_fen=0)
        with pytest.raises(DatabaseError, match="Cannot"), transaction.atomic():
            rows.delete()

        assert rows.get().difference_fen == 650

    def test_numbers_follow_each_other_in_the_month_and_the_trail_tells_of_them(
        self, run: BillRun, version: TariffVersion, clerk: Actor
    ) -> None:
        numbers = [try_january(clerk, version).number for _ in range(2)]

        assert numbers == ["SS-202601-001", "SS-202601-002"]
        records = UseCaseRecord.objects.for_actor(clerk).filter(use_case__startswith="trials.").order_by("id")
        assert [one.use_case.rpartition(".")[2] for one in records] == [
            "start_trial",
            "begin_trial",
            "finish_trial",
        ] * 2


class TestCommand:
    def test_prints_the_report(
        self,
        run: BillRun,
        version: TariffVersion,
        clerk: Actor,
        monkeypatch: pytest.MonkeyPatch,
        capsys: pytest.CaptureFixture[str],
    ) -> None:
        monkeypatch.setenv("DIANKE_PASSWORD", "correct horse battery")

        status = bill.run(["trial", "--version", str(version.pk), "--month", "2026-01", "--as", "clerk"])

        printed = json.loads(capsys.readouterr().out)
        assert (status, printed["totals"]["difference_fen"], printed["month"]) == (0, 650, "2026-01")
        assert printed["sha256"] == BillTrial.objects.for_actor(clerk).get().report_sha256

    def test_says_why_there_is_no_report(
        self, run: BillRun, version: TariffVersion, clerk: Actor, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setenv("DIANKE_PASSWORD", "correct horse battery")
        with connection.cursor() as cursor:
            cursor.execute("update billing_billrunshard set bill_count = bill_count + 1 where number = 1")

        with pytest.raises(bill.TrialNotDone, match=r"FAILED: .*3 inputs are frozen for 4 bills"):
            bill.run(["trial", "--version", str(version.pk), "--month", "2026-01", "--as", "clerk"])


class TestApproval:
    def approve(self, approver: Actor, version: TariffVersion, **words: Any) -> TariffVersion:
        reason = words.pop("reason", "compared")
        return tariffs.approve_version(actor=approver, version_id=version.pk, reason=reason, at=NOW, **words)

    def test_is_refused_without_a_trial(self, run: BillRun, version: TariffVersion, approver: Actor) -> None:
        with pytest.raises(TrialMissing, match="no trial of it over a month with bills of its plan is finished"):
            self.approve(approver, version)
        with pytest.raises(TrialMissing, match="no trial of it"):
            self.approve(approver, version, has_nothing_to_try=True, reason="in a hurry")

        version.refresh_from_db()
        assert (version.status, version.decided_by) == ("PROPOSED", "")

    def test_is_granted_after_one(self, run: BillRun, version: TariffVersion, clerk: Actor, approver: Actor) -> None:
        try_january(clerk, version)

        approved = self.approve(approver, version)

        assert approved.status == "ACTIVE"

    def test_takes_no_trial_that_met_no_bill_or_was_of_another_version(
        self, utility: Utility, run: BillRun, version: TariffVersion, clerk: Actor, approver: Actor
    ) -> None:
        try_january(clerk, version, usage_class="AGRICULTURAL")
        try_january(clerk, TariffVersion.objects.for_actor(utility.actor).get(plan__code="HB-CI"))

        with pytest.raises(TrialMissing):
            self.approve(approver, version)


class TestPartOfTheFleet:
    def test_is_too_little_until_the_rest_is_tried_too(
        self, utility: Utility, version: TariffVersion, clerk: Actor, approver: Actor
    ) -> None:
        for end in ("1120", "1180", "1450"):
            add_home(utility, end)
        move_to_station(utility, utility.points[0])
        add_foundry(utility)
        run = run_january(utility, shard_size=3)
        meter_to_cash.issue_run(actor=utility.issuer, number=run.number, at=LATER)
        try_january(clerk, version, unit_code="E")

        with pytest.raises(TrialTooSmall, match="through 1 of the 3 bills of its plan in 2026-01, 3 are wanted"):
            TestApproval().approve(approver, version)

        version.refresh_from_db()
        assert version.status == "PROPOSED"
        try_january(clerk, version, usage_class="RESIDENTIAL")
        assert TestApproval().approve(approver, version).status == "ACTIVE"


class TestPlanThatNeverHadABill:
    def test_wants_a_word_and_a_reason(self, version: TariffVersion, approver: Actor) -> None:
        with pytest.raises(TrialMissing, match="say that there is nothing to try"):
            TestApproval().approve(approver, version)
        with pytest.raises(TrialMissing, match="say why it is approved untried"):
            TestApproval().approve(approver, version, has_nothing_to_try=True, reason=" ")

        approved = TestApproval().approve(approver, version, has_nothing_to_try=True, reason="first sheet of the plan")

        record = UseCaseRecord.objects.for_actor(approver).get(use_case="tariffs.proposals.approve_version")
        assert (approved.status, approved.decision_reason) == ("ACTIVE", "first sheet of the plan")
        assert record.facts["has_nothing_to_try"] is True
