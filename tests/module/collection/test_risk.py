"""Risk is scored from the books as they stood, proposed as work, decided by another, and judged by what came."""

from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path

import numpy as np
import pytest
from tests.factories.billed import issue_homes
from tests.factories.once import built_once, fresh
from tests.factories.paid import at_ten, list_accounts, look_at, pay
from tests.factories.risk_facts import gather as gather_facts
from tests.factories.risk_facts import look
from tests.factories.utility import Utility, add_clerk

from dianke.application import risk
from dianke.application.agreements import record_guarantee
from dianke.application.risk import runs
from dianke.application.risk.gathering import gather, list_blocks, look_back
from dianke.application.risk.runs import judge_measures
from dianke.domain.billing.models import Bill
from dianke.domain.collection.models import RiskMeasure, RiskRun, RiskScore
from dianke.domain.collection.operations.risk_measures import MeasureOutOfState, NothingLedTo, ReasonMissing
from dianke.domain.collection.operations.risk_runs import RunExists, keep_training
from dianke.domain.collection.queries import risk as queries
from dianke.domain.collection.queries.risk_facts import load_block
from dianke.domain.collection.rules.risk_history import make_grid
from dianke.domain.collection.rules.risk_rules import get_rules
from dianke.domain.collection.rules.risk_score import GROUPS
from dianke.domain.collection.types import RiskMeasureKind, RiskMeasureState, RiskOutcome, RiskThing, RiskVerdict
from dianke.domain.readings.operations import set_interim_days
from dianke.domain.receivables.models import Guarantee, Payment
from dianke.domain.receivables.operations.guarantees import NewGuarantee
from dianke.domain.receivables.operations.payments import reverse_payment
from dianke.domain.receivables.types import GuaranteeKind
from dianke.engine.risk.features import make_features
from dianke.engine.risk.model import ModelKind, RiskModel
from dianke.engine.risk.scorecard import Scorecard
from dianke.platform.identity.separation import SamePerson
from dianke.platform.identity.types import Actor

pytestmark = pytest.mark.django_db
SYSTEM = Actor.system("testing risk")
RULES = get_rules(on=date(2026, 3, 1))
AS_OF = date(2026, 4, 15)


def build() -> Utility:
    """Return three homes with a bill of January each: the first paid in time, the second late, the third never."""
    utility = issue_homes("1120", "1180", "3450")
    first, second, _third = list_accounts(utility)
    due = get_due(utility)
    pay(utility, first, look_at(utility, first).owed_fen, "1", day=date(2026, 2, 5))
    late = due + timedelta(days=10)
    pay(utility, second, look_at(utility, second, late).owed_fen, "2", day=late)
    return utility


homes = built_once(build)


@pytest.fixture
def utility(homes: Utility, settings: object, tmp_path: Path) -> Utility:
    settings.DATA_DIR = tmp_path  # type: ignore[attr-defined]
    return fresh(homes)


def get_due(utility: Utility) -> date:
    due: date = Bill.objects.for_actor(utility.actor).order_by("id")[0].due_date
    return due


def score(as_of: date = AS_OF) -> RiskRun:
    return risk.score_accounts(actor=SYSTEM, as_of=as_of, at=at_ten(as_of + timedelta(days=1)))


def list_scores(run: RiskRun) -> list[RiskScore]:
    return list(RiskScore.objects.for_actor(SYSTEM).filter(run=run).order_by("account_id"))


def get_measure() -> RiskMeasure:
    measure: RiskMeasure = RiskMeasure.objects.for_actor(SYSTEM).order_by("id")[0]
    return measure


class TestScoring:
    def test_scores_every_account_from_the_books_by_the_rule_where_nothing_was_learned(self, utility: Utility) -> None:
        run = score()

        first, second, third = list_scores(run)
        assert (run.basis, run.verdict, run.scored_count) == ("RULE", "NOT_TRAINED", 3)
        assert [one.points_e2[0] for one in (first, second, third)] == [4000, 1000 + 667, 1000]
        # 70 of the 85 that are known: nobody handed in papers, nothing is held.
        assert (first.score_e2, first.grade, third.grade) == (8235, "B", "D")
        assert third.reasons[0] == "PAYMENT=3000"
        assert (
            third.overdue_fen
            == third.month_fen
            == look_at(utility, list_accounts(utility)[2], get_due(utility)).owed_fen
        )
        assert first.expected_loss_fen < second.expected_loss_fen < third.expected_loss_fen
        assert len(third.points_e2) == len(GROUPS)

    @pytest.mark.parametrize(
        ("kind", "until", "covers"),
        [
            (GuaranteeKind.BANK, AS_OF, True),
            (GuaranteeKind.BANK, AS_OF - timedelta(days=1), False),
            (GuaranteeKind.THIRD_PARTY, AS_OF, False),
        ],
    )
    def test_a_letter_of_a_bank_that_still_holds_covers_the_loss(
        self, utility: Utility, kind: GuaranteeKind, until: date, covers: bool
    ) -> None:
        third = list_accounts(utility)[2]
        Guarantee.objects.create(
            account=third, kind=kind.value, guarantor="云泽银行", reference="BH-1", amount_fen=10**9,
            valid_from_date=date(2026, 2, 1), valid_until_date=until, recorded_by="clerk", recorded_at=at_ten(AS_OF),
        )  # fmt: skip

        found = list_scores(score())[2]

        assert (found.expected_loss_fen == 0) is covers
        assert (found.grade, found.exposure_fen > 0) == ("D", True)

    def test_is_done_once_a_day(self, utility: Utility) -> None:
        run = score()

        with pytest.raises(RunExists):
            score()

        assert list(RiskRun.objects.for_actor(SYSTEM)) == [run]

    def test_sees_a_payment_that_was_reversed_later_as_it_stood(self, utility: Utility) -> None:
        before = look_back(next(list_blocks(until=AS_OF + timedelta(days=1), months=14)), on=AS_OF, rules=RULES)
        payment = Payment.objects.for_actor(SYSTEM).order_by("id")[0]
        reverse_payment(
            actor=SYSTEM, payment=payment, reason="退回", login="cashier", at=at_ten(AS_OF + timedelta(days=3))
        )

        block = next(list_blocks(until=AS_OF + timedelta(days=30), months=14))
        after, then = (
            look_back(block, on=AS_OF, rules=RULES),
            look_back(block, on=AS_OF + timedelta(days=4), rules=RULES),
        )

        np.testing.assert_array_equal(after.days_late, before.days_late)
        np.testing.assert_array_equal(after.open_fen, before.open_fen)
        assert then.open_fen[0] > before.open_fen[0] == 0

    def test_loads_of_a_range_only_what_is_asked_for(self, utility: Utility) -> None:
        first, _second, third = [one.pk for one in list_accounts(utility)]

        whole = gather(first=first, last=third, until=AS_OF, months=14)
        some = load_block(first=first, last=third, until=AS_OF, months=14, only=[third])

        assert whole.facts.account_ids.tolist()[0::2] == [first, third]
        assert some.facts.account_ids.tolist() == [third]
        assert some.facts.bill_due.tolist() == whole.facts.bill_due.tolist()[2:]


class TestTraining:
    def test_a_short_history_teaches_nothing_and_the_rule_score_stays_in_force(self, utility: Utility) -> None:
        version = risk.train_models(actor=SYSTEM, at=at_ten(AS_OF))

        run = score()

        assert (version.verdict, version.content) == (RiskVerdict.TOO_SHORT.value, {})
        assert (run.basis, run.verdict, run.model_id) == ("RULE", "TOO_SHORT", None)

    def test_a_model_in_force_says_probability_and_reasons_where_the_history_is_long_enough(
        self, utility: Utility, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        names = make_features(make_grid(look(gather_facts([]), AS_OF))).names
        edges = {name: [0.5] if name == "late_count" else [] for name in names}
        points = {name: [-1.0, 2.0, 0.0] if name == "late_count" else [0.0, 0.0] for name in names}
        card = Scorecard(names, -1.0, *(tuple(map(np.array, one.values())) for one in (edges, points)))
        version = keep_training(
            values={
                "kind": "SCORECARD", "verdict": "IN_FORCE", "trained_by": "x", "trained_at": at_ten(AS_OF),
                "as_of_date": AS_OF, "rules_from_date": RULES.valid_from,
                "content": RiskModel(ModelKind.SCORECARD, card).as_data(), "metrics": {"quantiles": [0.1, 0.5, 0.7]},
            }
        )  # fmt: skip
        monkeypatch.setattr(runs, "get_rules", lambda *, on: replace(RULES, least_bills=1))

        run = score()

        first, _second, third = list_scores(run)
        assert (run.basis, run.model_id, run.verdict) == ("MODEL", version.pk, "IN_FORCE")
        # 1 / (1 + e^2) and 1 / (1 + e^-1).
        assert (first.probability_e6, third.probability_e6) == (119_203, 731_059)
        assert (first.reasons, third.reasons) == ([], ["late_count=1000"])
        assert run.stability_e4 is not None


class TestMeasures:
    def test_only_a_reminder_is_proposed_for_a_home_whatever_its_grade(self, utility: Utility) -> None:
        run = score()

        rows = RiskMeasure.objects.for_actor(SYSTEM).order_by("id")
        assert {one.kind for one in rows} == {RiskMeasureKind.EARLY_REMINDER.value}
        assert (run.proposed_count, run.left_out_count) == (rows.count(), 0)
        assert queries.map_living_measures(actor=SYSTEM, account_ids=[rows[0].account_id]) == {
            rows[0].account_id: ["EARLY_REMINDER"]
        }

    def test_is_not_proposed_again_while_it_lives_or_rests(self, utility: Utility) -> None:
        count = score().proposed_count

        again = score(AS_OF + timedelta(days=7))

        assert (count > 0, again.proposed_count) == (True, 0)

    def test_is_accepted_by_another_and_done_with_its_result(self, utility: Utility) -> None:
        score()
        measure = get_measure()
        manager = add_clerk(utility.root, "manager", ["collection.view", "collection.manage", "collection.work"])

        risk.accept_measure(actor=manager, key=measure.pk, at=at_ten(AS_OF))
        done = risk.finish_measure(actor=manager, key=measure.pk, note="已提前五天提醒", at=at_ten(AS_OF))

        assert (done.state, done.decided_by, done.done_by) == (RiskMeasureState.DONE.value, "manager", "manager")
        with pytest.raises(MeasureOutOfState):
            risk.finish_measure(actor=manager, key=measure.pk, note="again", at=at_ten(AS_OF))

    def accept(self, utility: Utility, kind: RiskMeasureKind, place: int = 0) -> tuple[RiskMeasure, Actor]:
        """Return a measure of a kind for an account that another person accepted, and that person."""
        run, account = score(), list_accounts(utility)[place]
        measure = RiskMeasure(
            unit=account.unit, account=account, run=run, kind=kind.value, as_of_date=AS_OF, grade="D",
            probability_e6=1, expected_loss_fen=1, reasons=[], proposed_by="x", proposed_at=at_ten(AS_OF),
        )  # fmt: skip
        measure.save()
        manager = add_clerk(
            utility.root, "manager",
            ["collection.view", "collection.manage", "collection.work", "agreements.propose", "payments.view"],
        )  # fmt: skip
        risk.accept_measure(actor=manager, key=measure.pk, at=at_ten(AS_OF))
        return measure, manager

    def stand_for(self, manager: Actor, measure: RiskMeasure, on: date) -> Guarantee:
        new = NewGuarantee(
            kind=GuaranteeKind.BANK, guarantor="工商银行", reference="BH-1", amount_fen=1_000_00, valid_from=on,
            valid_until=on + timedelta(days=365),
        )  # fmt: skip
        return record_guarantee(
            actor=manager, account_number=measure.account.number, new=new, files=[("保函.txt", b"letter")],
            at=at_ten(on),
        )  # fmt: skip

    @pytest.mark.parametrize("kind", [RiskMeasureKind.SHORT_CYCLE, RiskMeasureKind.PREPAY, RiskMeasureKind.SECURITY])
    def test_is_not_done_by_words_alone(self, utility: Utility, kind: RiskMeasureKind) -> None:
        measure, manager = self.accept(utility, kind)

        with pytest.raises(NothingLedTo):
            risk.finish_measure(actor=manager, key=measure.pk, note="已谈妥", at=at_ten(AS_OF))

        measure.refresh_from_db()
        assert (measure.state, measure.thing_kind, measure.thing_key) == ("ACCEPTED", "", None)

    def test_is_done_by_the_night_once_what_it_leads_to_is_in_force(self, utility: Utility) -> None:
        measure, manager = self.accept(utility, RiskMeasureKind.SECURITY)
        before = risk.finish_answered(actor=SYSTEM, at=at_ten(AS_OF))
        guarantee = self.stand_for(manager, measure, AS_OF + timedelta(days=2))

        counts = [risk.finish_answered(actor=SYSTEM, at=at_ten(AS_OF + timedelta(days=3))) for _ in range(2)]

        measure.refresh_from_db()
        assert (before, counts) == (0, [1, 0])
        assert (measure.state, measure.thing_kind, measure.thing_key) == ("DONE", "GUARANTEE", guarantee.pk)
        assert queries.list_measures_of(actor=SYSTEM, kind=RiskThing.GUARANTEE, key=guarantee.pk) == [measure]

    def test_is_not_done_by_what_stood_before_it_was_proposed(self, utility: Utility) -> None:
        measure, manager = self.accept(utility, RiskMeasureKind.SECURITY)
        self.stand_for(manager, measure, AS_OF - timedelta(days=2))

        assert risk.finish_answered(actor=SYSTEM, at=at_ten(AS_OF)) == 0

    def test_of_a_shorter_cycle_is_done_when_all_points_are_read_within_the_month(self, utility: Utility) -> None:
        measure, manager = self.accept(utility, RiskMeasureKind.SHORT_CYCLE)
        cycle = risk.list_cycles(actor=SYSTEM, account_id=measure.account_id)[0]
        set_interim_days(actor=SYSTEM, cycle=cycle, interim_days=[15])

        done = risk.finish_measure(actor=manager, key=measure.pk, note="", at=at_ten(AS_OF))

        assert (done.state, done.thing_kind, done.thing_key) == ("DONE", "INTERIM_CYCLE", cycle.pk)

    def test_that_cannot_be_carried_out_is_given_up_with_a_reason(self, utility: Utility) -> None:
        measure, manager = self.accept(utility, RiskMeasureKind.PREPAY)
        with pytest.raises(ReasonMissing):
            risk.refuse_measure(actor=manager, key=measure.pk, reason="", at=at_ten(AS_OF))

        refused = risk.refuse_measure(actor=manager, key=measure.pk, reason="用户不同意", at=at_ten(AS_OF))

        assert (refused.state, refused.decision_reason) == ("REFUSED", "用户不同意")

    def test_is_never_decided_by_who_proposed_it_nor_refused_without_a_reason(self, utility: Utility) -> None:
        manager = add_clerk(utility.root, "manager", ["collection.manage"])
        risk.score_accounts(actor=manager, as_of=AS_OF, at=at_ten(AS_OF + timedelta(days=1)))
        other = add_clerk(utility.root, "other", ["collection.manage"])
        measure = get_measure()

        with pytest.raises(SamePerson):
            risk.accept_measure(actor=manager, key=measure.pk, at=at_ten(AS_OF))
        with pytest.raises(ReasonMissing):
            risk.refuse_measure(actor=other, key=measure.pk, reason=" ", at=at_ten(AS_OF))

        assert get_measure().state == RiskMeasureState.PROPOSED.value

    def test_is_judged_by_what_came_when_its_cycles_are_over(self, utility: Utility) -> None:
        as_of = get_due(utility) - timedelta(days=1)
        run = score(AS_OF)
        kept = {"grade": "D", "probability_e6": 1, "expected_loss_fen": 1, "reasons": [], "proposed_by": "x"}
        for at, account in enumerate(list_accounts(utility)):
            RiskMeasure(
                unit=account.unit, account=account, run=run, kind="PREPAY", as_of_date=as_of,
                proposed_at=at_ten(as_of), state="REFUSED" if at else "DONE", **kept,
            ).save()  # fmt: skip
        early, later = at_ten(as_of + timedelta(days=100)), at_ten(as_of + timedelta(days=130))

        counts = judge_measures(actor=SYSTEM, at=early), judge_measures(actor=SYSTEM, at=later)

        rows = RiskMeasure.objects.for_actor(SYSTEM).filter(kind="PREPAY").order_by("account_id")
        assert counts == (0, 3)
        assert [one.outcome for one in rows] == [
            RiskOutcome.PAID_IN_TIME.value, RiskOutcome.PAID_IN_TIME.value, RiskOutcome.WENT_LATE.value,
        ]  # fmt: skip
        found = {(one.kind, one.state): one.share for one in queries.list_precisions(actor=SYSTEM)}
        assert found == {("PREPAY", "DONE"): 0.0, ("PREPAY", "REFUSED"): 0.5}

    def test_of_another_unit_is_not_there(self, utility: Utility) -> None:
        score()
        stranger = add_clerk(utility.root, "stranger", [])

        with pytest.raises(queries.MeasureUnknown):
            queries.get_measure(actor=stranger, key=get_measure().pk)
        assert not queries.filter_watched(actor=stranger).exists()
