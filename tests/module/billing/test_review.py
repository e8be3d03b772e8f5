"""The review of a run on a real database: stored by shard, decided by people, in the way of issue."""

from dataclasses import replace
from datetime import date, datetime, timedelta

import numpy as np
import pyarrow as pa
import pytest
from django.db.backends.postgresql.psycopg_any import DateRange
from tests.factories import utility as factory
from tests.factories.once import built_once, fresh
from tests.factories.review import homes
from tests.factories.rows import open_month
from tests.factories.utility import JANUARY, LATER, Utility

from dianke.application import meter_to_cash
from dianke.domain.billing.models import (
    Bill,
    BillRun,
    BillRunShard,
    BillSuspicion,
    MeterTicket,
    ReviewParameter,
    ShareCheck,
)
from dianke.domain.billing.operations import review
from dianke.domain.billing.operations.issue import UnableToIssueRun
from dianke.domain.billing.operations.review import (
    UnableToDecideSuspicion,
    UnableToRecordCheck,
)
from dianke.domain.billing.queries import review as queries
from dianke.domain.billing.queries import review_facts
from dianke.domain.billing.queries import runs as run_queries
from dianke.domain.billing.rules.review.facts import ReviewFacts
from dianke.domain.billing.types import RunStatus, ShardStatus, SuspicionState
from dianke.domain.customers.types import UsageClass
from dianke.domain.metering.types import MeteringSide
from dianke.domain.readings.models import MeterReading
from dianke.domain.readings.types import MonthStatus, ReadingQuality
from dianke.platform.audit.use_case import PermissionRefused

NO_POINTS = pa.table({"point_id": pa.array([], pa.int64()), "industry_code": pa.array([], pa.string())})

pytestmark = pytest.mark.django_db

JUMPED_KWH_E2 = 60_000
DAY = date(2026, 1, 20)


def build() -> tuple[Utility, BillRun]:
    """Return three homes with the calculated run of their January."""
    built = factory.build_utility(with_tariffs=False)
    for _ in range(3):
        factory.add_point(
            built,
            start={"total": "1000"},
            end={"total": "1200"},
            terms=None,
            usage_class=UsageClass.RESIDENTIAL,
            side=MeteringSide.LOW_LOW,
        )
    return built, add_run(built)


def add_run(utility: Utility) -> BillRun:
    """Return a calculated run of the three points in one shard, its bills left aside."""
    month = factory.freeze_january(utility)
    made = BillRun(
        unit=utility.root,
        number="JS-202601-C1-01",
        cycle_month=month,
        status=RunStatus.CALCULATED.value,
        shard_size=100,
        started_at=LATER,
        started_by=utility.runner.login,
    )
    made.save()
    BillRunShard(
        run=made,
        number=1,
        first_point_id=utility.points[0].pk,
        last_point_id=utility.points[-1].pk,
        point_count=3,
        status=ShardStatus.CALCULATED.value,
        bill_count=3,
    ).save()
    return made


_built = built_once(build)


@pytest.fixture
def utility(_built: tuple[Utility, BillRun]) -> Utility:
    return fresh(_built[0])


@pytest.fixture
def run(_built: tuple[Utility, BillRun]) -> BillRun:
    return fresh(_built[1])


def facts_with(utility: Utility, *energies_kwh_e2: int) -> ReviewFacts:
    """Return facts of the utility's points, all as usual but for this month's energies."""
    size = len(energies_kwh_e2)
    facts = homes(size)
    ids = np.array([point.pk for point in utility.points[:size]])
    energies = np.array(energies_kwh_e2)
    figures = replace(facts.figures, energy_kwh_e2=energies, amount_fen=energies * 55 // 100)
    units = np.full(size, utility.root.pk)
    return replace(facts, point_ids=ids, unit_ids=units, figures=figures)


def store(utility: Utility, run: BillRun, *energies_kwh_e2: int) -> int:
    return review.review_shard(
        actor=utility.actor, run=run, shard_number=1, facts=facts_with(utility, *energies_kwh_e2)
    )


def rows_of(utility: Utility, run: BillRun) -> list[BillSuspicion]:
    return list(BillSuspicion.objects.for_actor(utility.actor).filter(run=run).order_by("usage_point_id", "code"))


def states_of(utility: Utility, run: BillRun) -> list[tuple[str, str]]:
    return [(row.code, row.state) for row in rows_of(utility, run)]


def exempt(utility: Utility, code: str = "jump_last_month", at: datetime = LATER) -> int:
    return meter_to_cash.exempt_suspicions(
        actor=utility.runner, number="JS-202601-C1-01", code=code, reason="新增电采暖", at=at
    )


class TestStoring:
    def test_writes_one_row_a_cause_and_bill_with_its_evidence(self, utility: Utility, run: BillRun) -> None:
        count = store(utility, run, 20_000, JUMPED_KWH_E2, 20_000)

        rows = rows_of(utility, run)
        assert count == 2
        assert [(row.usage_point_id, row.code, row.severity, row.state) for row in rows] == [
            (utility.points[1].pk, "jump_last_month", "MEDIUM", "OPEN"),
            (utility.points[1].pk, "jump_last_year", "MEDIUM", "OPEN"),
        ]
        assert rows[0].evidence == {
            "energy_kwh_e2": 60_000, "reference_kwh_e2": 20_000, "percent": 300, "median_kwh_e2": 20_000, "z_e1": 250,
        }  # fmt: skip

    def test_decision_stays_while_the_evidence_is_the_same(self, utility: Utility, run: BillRun) -> None:
        store(utility, run, JUMPED_KWH_E2)
        exempt(utility)

        store(utility, run, JUMPED_KWH_E2)

        first = rows_of(utility, run)[0]
        assert (first.state, first.reason, first.decided_by) == ("EXEMPT", "新增电采暖", utility.runner.login)

    def test_other_evidence_opens_the_suspicion_again(self, utility: Utility, run: BillRun) -> None:
        store(utility, run, JUMPED_KWH_E2)
        exempt(utility)

        store(utility, run, JUMPED_KWH_E2 + 100)

        first = rows_of(utility, run)[0]
        assert (first.state, first.reason, first.decided_by, first.decided_at) == ("OPEN", "", "", None)
        assert first.evidence["energy_kwh_e2"] == JUMPED_KWH_E2 + 100

    def test_what_is_found_no_more_is_corrected_and_kept(self, utility: Utility, run: BillRun) -> None:
        store(utility, run, JUMPED_KWH_E2)

        store(utility, run, 20_000)

        assert states_of(utility, run) == [("jump_last_month", "CORRECTED"), ("jump_last_year", "CORRECTED")]

    def test_what_comes_back_is_open(self, utility: Utility, run: BillRun) -> None:
        store(utility, run, JUMPED_KWH_E2)
        store(utility, run, 20_000)

        store(utility, run, JUMPED_KWH_E2)

        assert states_of(utility, run) == [("jump_last_month", "OPEN"), ("jump_last_year", "OPEN")]

    def test_goes_by_what_the_unit_has_set(self, utility: Utility, run: BillRun) -> None:
        ReviewParameter.objects.for_actor(utility.actor).create(
            unit=utility.root, code="jump_last_month", usage_class="RESIDENTIAL",
            from_date=JANUARY, values={"least_kwh": 401}, reason="老旧小区", set_by="lu", set_at=LATER,
        )  # fmt: skip

        store(utility, run, JUMPED_KWH_E2)

        assert states_of(utility, run) == [("jump_last_year", "OPEN")]


class TestDeciding:
    def test_exempts_a_whole_cause_and_leaves_the_others(self, utility: Utility, run: BillRun) -> None:
        store(utility, run, JUMPED_KWH_E2, JUMPED_KWH_E2)

        assert exempt(utility) == 2
        assert states_of(utility, run) == [("jump_last_month", "EXEMPT"), ("jump_last_year", "OPEN")] * 2

    def test_exempts_one_bill_or_one_class(self, utility: Utility, run: BillRun) -> None:
        store(utility, run, JUMPED_KWH_E2, JUMPED_KWH_E2)
        first = rows_of(utility, run)[0]
        choice = {"number": run.number, "code": "jump_last_month", "reason": "核对无误", "at": LATER}

        none = meter_to_cash.exempt_suspicions(actor=utility.runner, usage_class="AGRICULTURAL", **choice)
        one = meter_to_cash.exempt_suspicions(actor=utility.runner, ids=[first.pk], **choice)

        assert (none, one) == (0, 1)
        assert sorted(states_of(utility, run)).count(("jump_last_month", "EXEMPT")) == 1

    def test_asks_for_a_correction_and_calculates_its_shard_again(self, utility: Utility, run: BillRun) -> None:
        store(utility, run, JUMPED_KWH_E2)
        meter_to_cash.ask_correction(
            actor=utility.runner, number=run.number, code="jump_last_month", reason="复抄", at=LATER
        )

        reopened = meter_to_cash.recalculate_run(actor=utility.runner, number=run.number)

        assert reopened == 1
        assert states_of(utility, run) == [("jump_last_month", "CORRECTION_ASKED"), ("jump_last_year", "OPEN")]

    def test_takes_back_the_decisions_of_one_moment(self, utility: Utility, run: BillRun) -> None:
        store(utility, run, JUMPED_KWH_E2)
        exempt(utility, at=LATER)
        exempt(utility, "jump_last_year", at=LATER + timedelta(minutes=1))

        count = meter_to_cash.withdraw_decisions(
            actor=utility.runner, number=run.number, code="jump_last_month", decided_at=LATER
        )

        assert count == 1
        assert states_of(utility, run) == [("jump_last_month", "OPEN"), ("jump_last_year", "EXEMPT")]

    def test_wants_a_reason(self, utility: Utility, run: BillRun) -> None:
        store(utility, run, JUMPED_KWH_E2)

        with pytest.raises(UnableToDecideSuspicion, match="a reason is needed"):
            meter_to_cash.exempt_suspicions(
                actor=utility.runner, number=run.number, code="jump_last_month", reason="  ", at=LATER
            )
        assert states_of(utility, run) == [("jump_last_month", "OPEN"), ("jump_last_year", "OPEN")]

    def test_wants_to_know_what_is_decided(self, utility: Utility, run: BillRun) -> None:
        store(utility, run, JUMPED_KWH_E2)

        with pytest.raises(UnableToDecideSuspicion, match="no cause is named"):
            meter_to_cash.exempt_suspicions(actor=utility.runner, number=run.number, code="", reason="好", at=LATER)
        assert states_of(utility, run) == [("jump_last_month", "OPEN"), ("jump_last_year", "OPEN")]

    def test_is_over_when_the_run_is_issued(self, utility: Utility, run: BillRun) -> None:
        store(utility, run, JUMPED_KWH_E2)
        run.status = RunStatus.ISSUED.value
        run.save()

        with pytest.raises(UnableToDecideSuspicion, match="being issued"):
            exempt(utility)
        with pytest.raises(UnableToDecideSuspicion, match="being issued"):
            meter_to_cash.withdraw_decisions(actor=utility.runner, number=run.number, code="jump_last_month")
        assert states_of(utility, run) == [("jump_last_month", "OPEN"), ("jump_last_year", "OPEN")]

    def test_is_for_reviewers_only(self, utility: Utility, run: BillRun) -> None:
        reader = factory.add_clerk(utility.root, "reader", ["billing.view"])
        store(utility, run, JUMPED_KWH_E2)

        with pytest.raises(PermissionRefused):
            meter_to_cash.exempt_suspicions(
                actor=reader, number=run.number, code="jump_last_month", reason="好", at=LATER
            )
        assert states_of(utility, run) == [("jump_last_month", "OPEN"), ("jump_last_year", "OPEN")]


class TestIssue:
    def test_waits_for_every_suspicion(self, utility: Utility, run: BillRun) -> None:
        store(utility, run, JUMPED_KWH_E2)

        with pytest.raises(UnableToIssueRun, match="suspicions_decided"):
            meter_to_cash.begin_issue(actor=utility.issuer, number=run.number, at=LATER)
        assert run_queries.get_run(actor=utility.actor, number=run.number).status == RunStatus.CALCULATED.value

    def test_waits_for_asked_corrections(self, utility: Utility, run: BillRun) -> None:
        store(utility, run, JUMPED_KWH_E2)
        exempt(utility, "jump_last_year")
        meter_to_cash.ask_correction(
            actor=utility.runner, number=run.number, code="jump_last_month", reason="复抄", at=LATER
        )

        with pytest.raises(UnableToIssueRun, match="corrections_made"):
            meter_to_cash.begin_issue(actor=utility.issuer, number=run.number, at=LATER)
        assert run_queries.get_run(actor=utility.actor, number=run.number).status == RunStatus.CALCULATED.value

    def test_is_refused_to_who_exempted(self, utility: Utility, run: BillRun) -> None:
        store(utility, run, JUMPED_KWH_E2)
        exempt(utility, "jump_last_year")
        meter_to_cash.exempt_suspicions(
            actor=utility.issuer, number=run.number, code="jump_last_month", reason="核对无误", at=LATER
        )

        with pytest.raises(UnableToIssueRun, match="exempted_by_another"):
            meter_to_cash.begin_issue(actor=utility.issuer, number=run.number, at=LATER)
        assert run_queries.get_run(actor=utility.actor, number=run.number).status == RunStatus.CALCULATED.value

    def test_begins_when_all_is_decided_by_another(self, utility: Utility, run: BillRun) -> None:
        store(utility, run, JUMPED_KWH_E2)
        exempt(utility)
        exempt(utility, "jump_last_year")

        issuing = meter_to_cash.begin_issue(actor=utility.issuer, number=run.number, at=LATER)

        assert (issuing.status, issuing.issued_by) == (RunStatus.ISSUING.value, utility.issuer.login)

    def test_cancelled_run_forgets_its_suspicions(self, utility: Utility, run: BillRun) -> None:
        store(utility, run, JUMPED_KWH_E2)

        meter_to_cash.cancel_run(actor=utility.runner, number=run.number, reason="重来")

        assert rows_of(utility, run) == []


class TestCauses:
    def test_come_with_counts_and_an_example(self, utility: Utility, run: BillRun) -> None:
        store(utility, run, 20_000, JUMPED_KWH_E2, JUMPED_KWH_E2)
        exempt(utility)

        undecided, decided = queries.list_causes(actor=utility.actor, run=run)

        assert (undecided.code, undecided.count, undecided.open, undecided.is_decided) == (
            "jump_last_year",
            2,
            2,
            False,
        )
        assert (decided.code, decided.count, decided.exempt, decided.is_decided) == ("jump_last_month", 2, 2, True)
        assert undecided.example_account == utility.points[1].account.number

    def test_are_reported_with_the_reasons_given(self, utility: Utility, run: BillRun) -> None:
        store(utility, run, JUMPED_KWH_E2, JUMPED_KWH_E2)
        exempt(utility)

        decisions = queries.list_decisions(actor=utility.actor, run=run)

        assert [(one.code, one.state, one.reason, one.decided_by, one.count) for one in decisions] == [
            ("jump_last_month", SuspicionState.EXEMPT.value, "新增电采暖", utility.runner.login, 2)
        ]
        assert queries.count_suspicious_bills(actor=utility.actor, run=run) == 2


def issue_bill(point_id: int, *, month: date, energy_kwh_e2: int, utility: Utility, serial: int) -> None:
    first = open_month(int(f"{month:%y%m}"))
    Bill(
        id=first + serial, unit=utility.root, run_id=1, shard_number=1, usage_point_id=point_id, account_id=1,
        account_number="1", customer_name="张三", address="", usage_class="RESIDENTIAL", month=month,
        period_start=month, period_end=month, energy_kwh_e2=energy_kwh_e2, basic_fen=0, energy_fen=0, shares_fen=0,
        power_factor_fen=0, funds_fen=0, amount_fen=energy_kwh_e2 // 2, basis={}, calculated_by="a", issued_by="b",
        issued_at=LATER,
    ).save(force_insert=True)  # fmt: skip


class TestSources:
    def test_history_is_read_from_thirteen_months_before(self, utility: Utility, run: BillRun) -> None:
        point_id = utility.points[0].pk
        for serial, month in enumerate((date(2024, 11, 1), date(2024, 12, 1), date(2025, 12, 1), JANUARY), 1):
            issue_bill(point_id, month=month, energy_kwh_e2=serial * 100, utility=utility, serial=serial)

        rows = review_facts.load_history(first=point_id, last=point_id, month=JANUARY)

        assert [(int(row["yymm"]), int(row["energy_kwh_e2"]), int(row["amount_fen"])) for row in rows] == [
            (2412, 200, 100), (2512, 300, 150),
        ]  # fmt: skip

    def test_are_empty_where_nothing_is_known(self, utility: Utility, run: BillRun) -> None:
        shard = BillRunShard.objects.for_actor(utility.actor).get(run=run)

        sources = review_facts.load_sources(shard=shard, cycle_month=run.cycle_month, points=NO_POINTS)

        assert [len(table) for table in (sources.trades, sources.shares, sources.tickets, sources.ratios)] == [0] * 4
        assert len(sources.history) == 0

    def test_find_last_month_estimated_or_with_another_meter(self, utility: Utility, run: BillRun) -> None:
        readings = MeterReading.objects.for_actor(utility.actor)
        readings.filter(installation__usage_point=utility.points[1]).update(quality=ReadingQuality.ESTIMATED.value)
        shard = BillRunShard.objects.for_actor(utility.actor).get(run=run)
        january = run.cycle_month
        december = type(january)(
            cycle=january.cycle,
            month=date(2025, 12, 1),
            period=DateRange(date(2025, 12, 1), JANUARY),
            status=MonthStatus.FROZEN.value,
        )
        december.save()
        segments = list(
            january.segments.model.objects.for_actor(utility.actor).filter(cycle_month=january).order_by("id")
        )
        for segment, meter, quality in zip(
            segments, ("old", None, None), ("ACTUAL", "ESTIMATED", "ESTIMATED"), strict=True
        ):
            segment.pk, segment.cycle_month, segment.quality = None, december, quality
            segment.meter_number = meter or segment.meter_number
            segment.save(force_insert=True)

        last = review_facts.load_sources(shard=shard, cycle_month=january, points=NO_POINTS).last_segments

        found = sorted((row["point_id"], row["quality"]) for row in last.to_pylist())
        # An estimate before the last reading marks December's segment, and is no estimate twice in a row.
        assert found == [
            (utility.points[0].pk, "ACTUAL"), (utility.points[1].pk, "ESTIMATED"), (utility.points[2].pk, "ACTUAL"),
        ]  # fmt: skip


class TestRecords:
    def test_ticket_and_check_are_entered_once(self, utility: Utility) -> None:
        point = utility.points[0]
        ticket = {"point_code": point.code, "ticket_number": "HB-7", "done_date": DAY, "at": LATER}
        check = {"point_code": point.code, "checked_date": DAY, "note": "", "at": LATER}
        meter_to_cash.record_meter_ticket(actor=utility.runner, **ticket)
        meter_to_cash.record_share_check(actor=utility.runner, **check)

        with pytest.raises(UnableToRecordCheck, match="entered already"):
            meter_to_cash.record_meter_ticket(actor=utility.runner, **ticket)
        with pytest.raises(UnableToRecordCheck, match="a check already"):
            meter_to_cash.record_share_check(actor=utility.runner, **check)
        assert MeterTicket.objects.for_actor(utility.actor).count() == 1
        assert ShareCheck.objects.for_actor(utility.actor).count() == 1

    def test_ticket_needs_a_number_and_a_day_that_came(self, utility: Utility) -> None:
        point = utility.points[0]

        with pytest.raises(UnableToRecordCheck, match="a ticket has a number"):
            meter_to_cash.record_meter_ticket(
                actor=utility.runner, point_code=point.code, ticket_number=" ", done_date=DAY, at=LATER
            )
        with pytest.raises(UnableToRecordCheck, match="the day has not come"):
            meter_to_cash.record_meter_ticket(
                actor=utility.runner, point_code=point.code, ticket_number="1", done_date=date(2026, 2, 2), at=LATER
            )
        assert not MeterTicket.objects.for_actor(utility.actor).exists()


def test_history_of_a_bill_is_listed_by_month(utility: Utility, run: BillRun) -> None:
    point_id = utility.points[0].pk
    issue_bill(point_id, month=date(2025, 12, 1), energy_kwh_e2=300, utility=utility, serial=1)

    months = queries.list_history(actor=utility.actor, usage_point_id=point_id, month=JANUARY)

    assert [one.month for one in months[:1]] == [date(2024, 12, 1)]
    assert months[-1] == queries.HistoryMonth(date(2025, 12, 1), 300, 150)
    assert months[0].energy_kwh_e2 is None
