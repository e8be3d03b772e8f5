"""The monthly rating from the books, its resumption, versions by two persons, appeals, and whose units see it."""

from datetime import date, datetime
from pathlib import Path

import pytest
from tests.factories.billed import issue_homes
from tests.factories.once import built_once, fresh
from tests.factories.paid import at_ten, list_accounts, look_at, pay
from tests.factories.utility import Utility, add_clerk

from dianke.application import valuation
from dianke.application.valuation import runs
from dianke.application.valuation.runs import MonthNotOver
from dianke.domain.customers.models import Customer
from dianke.domain.valuation.models import (
    CustomerRating,
    MonthFacts,
    RatingTotal,
    ServiceTableVersion,
    ValueAppeal,
    WeightVersion,
)
from dianke.domain.valuation.operations.appeals import HeldTooLong, UnableToAppeal
from dianke.domain.valuation.operations.versions import ServiceTableUnfit, VersionTooEarly
from dianke.domain.valuation.queries import ratings
from dianke.domain.valuation.queries.service import find_service
from dianke.domain.valuation.queries.versions import get_weights
from dianke.domain.valuation.types import Indicator
from dianke.engine.value.weights import MatrixInconsistent
from dianke.platform.audit.use_case import PermissionRefused
from dianke.platform.identity.separation import SamePerson
from dianke.platform.identity.types import Actor
from dianke.platform.org.operations import add_unit
from dianke.platform.org.types import UnitKind

pytestmark = pytest.mark.django_db
SYSTEM = Actor.system("testing the rating")
JANUARY, FEBRUARY, MARCH = (date(2026, month, 1) for month in (1, 2, 3))
AT = at_ten(date(2026, 4, 6))
RIGHTS = ["valuation.view", "valuation.propose", "valuation.approve", "valuation.appeal", "archive.view"]
OTHER_MATRIX = [["1", "1", "1", "1"] for _row in range(4)]
CIRCULAR = [["1", "9", "1", "1/9"], ["1/9", "1", "9", "1"], ["1", "1/9", "1", "9"], ["9", "1", "1/9", "1"]]


def build() -> Utility:
    """Return three homes with a bill of January each: the first paid in time, the second late, the third never."""
    utility = issue_homes("1120", "1180", "1450")
    first, second, _third = list_accounts(utility)
    pay(utility, first, look_at(utility, first).owed_fen, "1", day=date(2026, 2, 5))
    pay(utility, second, look_at(utility, second, date(2026, 3, 25)).owed_fen, "2", day=date(2026, 3, 25))
    return utility


homes = built_once(build)


@pytest.fixture
def utility(homes: Utility, settings: object, tmp_path: Path) -> Utility:
    settings.DATA_DIR = tmp_path  # type: ignore[attr-defined]
    return fresh(homes)


def rate(month: date = MARCH) -> list[CustomerRating]:
    run = valuation.rate_month(actor=SYSTEM, month=month, at=AT)
    return list(CustomerRating.objects.for_actor(SYSTEM).filter(run=run).order_by("customer_id"))


def list_customers() -> list[Customer]:
    return list(Customer.objects.for_actor(SYSTEM).order_by("pk"))


class TestRating:
    def test_rates_every_customer_from_bills_and_books(self, utility: Utility) -> None:
        found = rate()

        assert [one.reason for one in found] == ["FIRST"] * 3
        assert all(one.is_policy_priced and one.ranked_fen > one.margin_fen for one in found)
        assert sorted(one.ranked_fen for one in found) == [one.ranked_fen for one in found]
        assert [one.figures[Indicator.ENERGY] for one in found] == [one.energy_kwh_e2 // 100 for one in found]
        assert [one.figures[Indicator.ON_TIME] for one in found] == [10_000, 0, 0]
        assert [one.figures[Indicator.ARREARS] > 0 for one in found] == [False, False, True]
        assert found[1].figures[Indicator.DAYS_LATE] > found[0].figures[Indicator.DAYS_LATE] == 0
        assert found[2].percentiles_e2[Indicator.ENERGY] == 10_000
        assert found[0].figures[Indicator.GROWTH] is None
        assert 0 < found[0].coverage_e4 < 10_000

    def test_puts_class_and_service_table_on_the_customer(self, utility: Utility) -> None:
        found = rate()

        customers = [one for one in list_customers() if one.value_class]
        assert [(one.value_class, one.service_table) for one in customers] == [
            (one.value_class, "FW-2020") for one in found
        ]
        totals = RatingTotal.objects.for_actor(SYSTEM)
        assert sum(one.customer_count for one in totals) == 3
        assert sum(one.ranked_fen for one in totals) == sum(one.ranked_fen for one in found)

    def test_is_done_once_a_month_and_the_next_one_stands_on_it(self, utility: Utility) -> None:
        rate(FEBRUARY)
        first = rate()

        again = rate()

        assert [one.pk for one in again] == [one.pk for one in first]
        assert {(one.reason, one.previous_class == one.value_class) for one in first} == {("SAME", True)}

    def test_goes_on_where_it_was_interrupted(self, utility: Utility) -> None:
        runs.start_month(actor=SYSTEM, month=MARCH, at=AT)
        runs.gather_month(actor=SYSTEM, run_month=MARCH, month=JANUARY, at=AT)
        gathered = MonthFacts.objects.for_actor(SYSTEM).get(month=JANUARY)

        found = rate()

        assert len(found) == 3
        assert MonthFacts.objects.for_actor(SYSTEM).get(month=JANUARY).pk == gathered.pk

    def test_waits_for_the_end_of_the_month_and_never_goes_back(self, utility: Utility) -> None:
        rate()

        for month in (FEBRUARY, date(2026, 4, 1)):
            with pytest.raises(MonthNotOver):
                rate(month)

        assert ratings.list_runs(actor=SYSTEM, limit=9)[0].month == MARCH

    @pytest.mark.parametrize(("day", "month"), [(5, None), (6, MARCH)])
    def test_the_monthly_job_waits_for_the_day_of_the_policy(
        self, utility: Utility, day: int, month: date | None
    ) -> None:
        assert valuation.find_month_to_rate(actor=SYSTEM, at=at_ten(date(2026, 4, day))) == month

    def test_who_is_of_another_unit_sees_nobody(self, utility: Utility) -> None:
        rate()
        other = add_unit(code="ELSE", name="别处", kind=UnitKind.BRANCH, parent=utility.root)
        stranger = add_clerk(other, "stranger", RIGHTS)
        run = ratings.get_last_run(actor=stranger)

        assert run is not None
        assert list(ratings.filter_ratings(actor=stranger, run=run)) == []
        assert ratings.sum_by(actor=stranger, run=run, names=["value_class"]) == []


def propose_table(actor: Actor, minutes: int, at: datetime = AT) -> ServiceTableVersion:
    rows = {
        code: {"queue_place": 1, "has_manager": False, "call_back_minutes": minutes, "visit_days": 0,
               "channel": "PHONE", "offers": "", "approval": "STANDARD"}
        for code in ("VIP", "MAIN", "ORDINARY", "SMALL")
    }  # fmt: skip
    return valuation.propose_service_table(actor=actor, rows=rows, valid_from=date(2026, 5, 1), note="夏季保供", at=at)


class TestVersions:
    def test_a_service_table_holds_from_its_day_once_another_person_approved_it(self, utility: Utility) -> None:
        version = propose_table(add_clerk(utility.root, "proposer", RIGHTS), 15)

        valuation.approve_service_table(
            actor=add_clerk(utility.root, "approver", RIGHTS), code=version.code, reason="", at=AT
        )

        assert find_service("VIP", date(2026, 4, 30)).call_back_minutes == 30
        assert find_service("VIP", date(2026, 5, 1)).call_back_minutes == 15
        assert find_service("", date(2026, 5, 1)).value_class == "SMALL"

    def test_nobody_approves_what_they_proposed(self, utility: Utility) -> None:
        clerk = add_clerk(utility.root, "proposer", RIGHTS)
        version = propose_table(clerk, 15)

        with pytest.raises(SamePerson):
            valuation.approve_service_table(actor=clerk, code=version.code, reason="", at=AT)

        assert find_service("VIP", date(2026, 5, 1)).table == "FW-2020"

    def test_a_table_out_of_bounds_and_a_second_one_of_a_day_are_refused(self, utility: Utility) -> None:
        proposer, approver = (add_clerk(utility.root, one, RIGHTS) for one in ("proposer", "approver"))
        versions = [propose_table(proposer, minutes) for minutes in (15, 20)]
        valuation.approve_service_table(actor=approver, code=versions[0].code, reason="", at=AT)

        with pytest.raises(VersionTooEarly):
            valuation.approve_service_table(actor=approver, code=versions[1].code, reason="", at=AT)
        with pytest.raises(ServiceTableUnfit):
            propose_table(proposer, 0)

        assert find_service("VIP", date(2026, 5, 1)).call_back_minutes == 15

    def test_weights_that_contradict_each_other_are_not_stored(self, utility: Utility) -> None:
        clerk = add_clerk(utility.root, "proposer", RIGHTS)

        with pytest.raises(MatrixInconsistent):
            propose_weights(clerk, CIRCULAR)

        assert not WeightVersion.objects.for_actor(SYSTEM).exists()

    def test_approved_weights_are_what_the_next_rating_goes_by(self, utility: Utility) -> None:
        version = propose_weights(add_clerk(utility.root, "proposer", RIGHTS), OTHER_MATRIX)
        approver = add_clerk(utility.root, "approver", RIGHTS)

        valuation.approve_weights(actor=approver, code=version.code, reason="", at=at_ten(date(2026, 2, 20)))

        assert rate()[0].run.weights == ["0.250000"] * 4
        assert get_weights(actor=SYSTEM, on=FEBRUARY).code == "JZ-2020"

    def test_who_may_only_look_proposes_nothing(self, utility: Utility) -> None:
        with pytest.raises(PermissionRefused):
            propose_table(add_clerk(utility.root, "looker", ["valuation.view"]), 15)


def propose_weights(actor: Actor, matrix: list[list[str]]) -> WeightVersion:
    return valuation.propose_weights(
        actor=actor, matrix=matrix, basis="MARGIN", policy_priced="NEUTRAL", valid_from=MARCH, note="试行",
        at=at_ten(date(2026, 2, 10)),
    )  # fmt: skip


def appeal(actor: Actor, number: str, asked: str) -> ValueAppeal:
    return valuation.enter_appeal(
        actor=actor, customer_number=number, asked_by="户主", asked_class=asked, reason="新装充电桩", at=AT
    )


class TestAppeals:
    def test_a_granted_appeal_holds_the_class_at_once_and_through_the_next_rating(self, utility: Utility) -> None:
        rated = rate(FEBRUARY)[0]
        asked = "VIP" if rated.value_class != "VIP" else "MAIN"
        entered = appeal(add_clerk(utility.root, "clerk", RIGHTS), rated.customer.number, asked)

        valuation.grant_appeal(
            actor=add_clerk(utility.root, "chief", RIGHTS), key=entered.pk, held_until=date(2026, 6, 30),
            reason="属实", at=AT,
        )  # fmt: skip

        assert Customer.objects.for_actor(SYSTEM).get(pk=rated.customer_id).value_class == asked
        following = rate()[0]
        assert (following.value_class, following.reason, following.candidate) == (asked, "HELD", rated.candidate)
        assert entered.due_on == date(2026, 4, 21)

    def test_who_entered_an_appeal_never_decides_it(self, utility: Utility) -> None:
        rated = rate()[0]
        clerk = add_clerk(utility.root, "clerk", RIGHTS)
        entered = appeal(clerk, rated.customer.number, "ORDINARY" if rated.value_class != "ORDINARY" else "MAIN")

        with pytest.raises(SamePerson):
            valuation.refuse_appeal(actor=clerk, key=entered.pk, reason="不属实", at=AT)

        assert ValueAppeal.objects.for_actor(SYSTEM).get().state == "OPEN"

    def test_a_class_is_not_held_for_ever_nor_asked_for_twice(self, utility: Utility) -> None:
        rated = rate()[0]
        clerk, chief = (add_clerk(utility.root, one, RIGHTS) for one in ("clerk", "chief"))
        asked = "ORDINARY" if rated.value_class != "ORDINARY" else "MAIN"
        entered = appeal(clerk, rated.customer.number, asked)

        with pytest.raises(UnableToAppeal):
            appeal(clerk, rated.customer.number, asked)
        with pytest.raises(HeldTooLong):
            valuation.grant_appeal(actor=chief, key=entered.pk, held_until=date(2030, 1, 1), reason="属实", at=AT)

        assert Customer.objects.for_actor(SYSTEM).get(pk=rated.customer_id).value_class == rated.value_class
