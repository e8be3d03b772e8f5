"""Credit: arrears of the books, facts by two people, monthly runs, notices, objections, measures, files."""

from collections.abc import Callable
from datetime import date, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from tests.factories.archive import NOW, actor_of
from tests.factories.billed import issue_homes
from tests.factories.once import built_once, fresh
from tests.factories.paid import at_ten, list_accounts, look_at, pay
from tests.factories.utility import Utility

from dianke.application import collection, credit
from dianke.application.credit.runs import run_as_of
from dianke.application.imports import load_table as loading
from dianke.application.imports.files import Limits
from dianke.application.imports.reading import read_bytes
from dianke.application.imports.report import LoadReport
from dianke.domain.billing.models import Bill
from dianke.domain.collection.models import DunningStep
from dianke.domain.credit.models import CreditScore, CustomerFact, GradeNotice, Objection
from dianke.domain.credit.operations.facts import FactOutOfState, UnableToEnterFact
from dianke.domain.credit.operations.objections import UnableToObject
from dianke.domain.credit.queries.facts import FactUnknown, read_facts
from dianke.domain.credit.queries.measures import find_measures, get_measures
from dianke.domain.credit.rules.fleet import NEVER
from dianke.domain.credit.types import TYPE_CODES, FactType
from dianke.domain.customers.models import Customer
from dianke.platform.identity.separation import SamePerson
from dianke.platform.identity.types import Actor

pytestmark = pytest.mark.django_db
SYSTEM = Actor.system("testing credit")
RIGHTS = ("credit.view", "credit.enter", "credit.decide", "credit.manage", "credit.approve_measures")
ON = date(2026, 4, 10)
AT = at_ten(ON)

built = built_once(lambda: issue_homes("1120", "1180", "1450"))


@pytest.fixture
def utility(built: Utility, settings: Any, tmp_path: Path) -> Utility:
    settings.DATA_DIR = tmp_path
    return fresh(built)


@pytest.fixture
def one(utility: Utility) -> Actor:
    return actor_of(utility.root, *RIGHTS)


@pytest.fixture
def other(utility: Utility) -> Actor:
    actor = actor_of(utility.root, *RIGHTS)
    return Actor(login="another", name="另一人", grants=actor.grants, unit_path=actor.unit_path)


def get_due(utility: Utility) -> date:
    due: date = Bill.objects.for_actor(utility.actor).order_by("id")[0].due_date
    return due


def list_customers(utility: Utility) -> list[Customer]:
    return [account.customer for account in list_accounts(utility)]


def enter(one: Actor, customer: Customer, type_: FactType = FactType.THEFT, **values: Any) -> CustomerFact:
    return credit.enter_fact(
        actor=one, number=customer.number, type=type_, on_date=values.pop("on", date(2026, 3, 1)), at=AT, **values
    )


def grade_of(customer: Customer) -> str:
    return str(Customer.objects.for_actor(SYSTEM).get(pk=customer.pk).credit_grade)


def list_items(customer: Customer) -> list[list[int]]:
    rows = CreditScore.objects.for_actor(SYSTEM).filter(customer=customer).order_by("id")
    return [row.items_e2 for row in rows]


class TestRun:
    def test_takes_arrears_from_the_books(self, utility: Utility) -> None:
        due = get_due(utility)
        first, second, third = list_accounts(utility)
        pay(utility, first, look_at(utility, first).owed_fen, "1", day=due)
        later = due + timedelta(days=30)
        pay(utility, second, look_at(utility, second, later).owed_fen, "2", day=later)

        run = run_as_of(actor=SYSTEM, as_of=date(2026, 12, 31), at=at_ten(date(2027, 1, 1)))

        assert run.grades == {"AAA": 2, "A": 1}
        # In time; made good in the following month: 50 - 10 + 0.5; open for nine months: 50 - 30.
        assert [list_items(one.customer)[0] for one in (first, second, third)] == [
            [5000, 5000],
            [4050, 5000],
            [2000, 5000],
        ]

    def test_knows_nothing_of_what_was_paid_after_the_day(self, utility: Utility) -> None:
        account = list_accounts(utility)[0]
        due = get_due(utility)
        pay(utility, account, look_at(utility, account).owed_fen, "1", day=due + timedelta(days=40))

        run_as_of(actor=SYSTEM, as_of=due + timedelta(days=20), at=AT)

        reasons = CreditScore.objects.for_actor(SYSTEM).get(customer=account.customer).reasons
        assert reasons[0]["fact"] == {"type": "arrear", "on": due.isoformat()}
        assert reasons[0]["rule"] == "CR-3.1"

    def test_goes_on_where_it_stopped_and_comes_to_the_same(self, utility: Utility) -> None:
        broken = run_as_of(actor=SYSTEM, as_of=ON, at=AT, size=1, most_parts=2)
        assert (broken.state, broken.customer_count) == ("RUNNING", 2)

        run = run_as_of(actor=SYSTEM, as_of=ON, at=AT, size=1)
        again = run_as_of(actor=SYSTEM, as_of=ON, at=AT)

        assert (run.state, run.customer_count, again.pk) == ("DONE", 3, run.pk)
        assert CreditScore.objects.for_actor(SYSTEM).count() == 3
        assert [grade_of(customer) for customer in list_customers(utility)] == ["AAA"] * 3

    def test_turns_a_grade_that_fell_into_a_notice(self, utility: Utility) -> None:
        run_as_of(actor=SYSTEM, as_of=date(2026, 1, 31), at=AT)

        run = run_as_of(actor=SYSTEM, as_of=date(2026, 12, 31), at=at_ten(date(2027, 1, 1)))

        assert run.lowered_count == 3
        found = GradeNotice.objects.for_actor(SYSTEM).values_list("grade_before", "grade", "state").distinct()
        assert list(found) == [("AAA", "A", "OPEN")]


class TestFacts:
    def test_one_that_moves_the_score_counts_when_another_person_confirms_it(
        self, utility: Utility, one: Actor, other: Actor
    ) -> None:
        customer = list_customers(utility)[0]
        fact = enter(one, customer)
        assert (fact.state, grade_of(customer)) == ("PROPOSED", "")

        with pytest.raises(SamePerson):
            credit.confirm_fact(actor=one, key=fact.pk, at=AT)
        credit.confirm_fact(actor=other, key=fact.pk, at=AT)

        assert list_items(customer) == [[4000, 2000]]

    def test_one_that_moves_no_score_counts_at_once(self, utility: Utility, one: Actor) -> None:
        fact = enter(one, list_customers(utility)[0], FactType.COMPLAINT, note="电压低")

        assert (fact.state, fact.note) == ("STANDING", "电压低")

    def test_a_withdrawal_takes_two_and_the_score_comes_back(self, utility: Utility, one: Actor, other: Actor) -> None:
        customer = list_customers(utility)[0]
        fact = enter(one, customer)
        credit.confirm_fact(actor=other, key=fact.pk, at=AT)
        credit.ask_withdrawal(actor=one, key=fact.pk, reason="查错户", at=AT)

        with pytest.raises(SamePerson):
            credit.decide_withdrawal(actor=one, key=fact.pk, is_withdrawn=True, at=AT)
        credit.decide_withdrawal(actor=other, key=fact.pk, is_withdrawn=True, at=AT)

        assert list_items(customer)[-1] == [4000, 5000]
        assert CustomerFact.objects.for_actor(SYSTEM).get().state == "WITHDRAWN"

    def test_the_last_judgement_is_the_one_that_counts(self, utility: Utility, one: Actor, other: Actor) -> None:
        customer = list_customers(utility)[0]
        for day, value in ((date(2026, 2, 1), "1"), (date(2026, 3, 1), "4.5")):
            fact = enter(one, customer, FactType.MANAGEMENT, on=day, value=Decimal(value))
            credit.confirm_fact(actor=other, key=fact.pk, at=AT)

        facts = read_facts(actor=SYSTEM, types=[FactType.MANAGEMENT])

        assert facts.value.tolist() == [1.0, 4.5]
        assert facts.type.tolist() == [TYPE_CODES[FactType.MANAGEMENT]] * 2
        assert facts.until_date.tolist() == [NEVER, NEVER]

    @pytest.mark.parametrize(
        ("type_", "values"),
        [
            (FactType.ARREAR, {}),
            (FactType.MANAGEMENT, {"value": Decimal("5.1")}),
            (FactType.GROWTH, {}),
            (FactType.THEFT, {"on": ON + timedelta(days=1)}),
            (FactType.OWN_GENERATION, {"until_date": date(2026, 2, 28)}),
        ],
    )
    def test_what_no_fact_can_be_is_refused(
        self, utility: Utility, one: Actor, type_: FactType, values: dict[str, Any]
    ) -> None:
        with pytest.raises(UnableToEnterFact):
            enter(one, list_customers(utility)[0], type_, **values)

        assert not CustomerFact.objects.for_actor(SYSTEM).exists()

    def test_other_units_know_nothing_of_it(self, utility: Utility, one: Actor) -> None:
        fact = enter(one, list_customers(utility)[0], FactType.COMPLAINT)
        stranger = Actor(login="far", name="远", grants=frozenset(), unit_path="/nowhere/")

        assert read_facts(actor=stranger).customer_id.size == 0
        assert read_facts(actor=one).customer_id.size == 1
        with pytest.raises(FactUnknown):
            credit.facts.queries.get_fact(actor=stranger, key=fact.pk)  # type: ignore[attr-defined]


class TestObjection:
    @pytest.fixture
    def lowered(self, utility: Utility, one: Actor, other: Actor) -> tuple[Customer, CustomerFact]:
        customer = list_customers(utility)[0]
        run_as_of(actor=SYSTEM, as_of=date(2026, 1, 31), at=AT)
        fact = enter(one, customer)
        credit.confirm_fact(actor=other, key=fact.pk, at=AT)
        return customer, fact

    def test_upheld_withdraws_the_fact_and_computes_again(
        self, lowered: tuple[Customer, CustomerFact], one: Actor, other: Actor
    ) -> None:
        customer, fact = lowered
        third = Actor(login="third", name="第三人", grants=one.grants, unit_path=one.unit_path)
        assert grade_of(customer) == "B"
        objection = credit.file_objection(actor=other, number=customer.number, text="不是我户", at=AT)

        with pytest.raises(SamePerson):
            credit.decide_objection(actor=other, key=objection.pk, is_upheld=True, reason="属实", at=AT)
        credit.decide_objection(actor=third, key=objection.pk, is_upheld=True, reason="属实", withdraw=[fact.pk], at=AT)

        told = Objection.objects.for_actor(SYSTEM).get()
        assert (told.state, told.grade_before, told.grade_after, told.withdrawn_fact_ids) == (
            "UPHELD", "B", "AAA", [fact.pk],
        )  # fmt: skip
        assert grade_of(customer) == "AAA"
        # Ten working days after Friday 10 April 2026, at 18:00.
        assert told.due_at == at_ten(date(2026, 4, 24)) + timedelta(hours=8)

    def test_the_time_to_object_runs_from_the_day_that_the_customer_was_told(
        self, lowered: tuple[Customer, CustomerFact], one: Actor
    ) -> None:
        customer, _fact = lowered
        notice = GradeNotice.objects.for_actor(SYSTEM).get()
        credit.record_told(actor=one, key=notice.pk, told_on=ON, how="上门告知", at=AT)

        with pytest.raises(UnableToObject):
            credit.file_objection(actor=one, number=customer.number, text="有误", at=AT + timedelta(days=16))
        credit.file_objection(actor=one, number=customer.number, text="有误", at=AT + timedelta(days=15))

        assert Objection.objects.for_actor(SYSTEM).get().notice_id == notice.pk

    def test_a_decided_fact_is_decided_once(self, lowered: tuple[Customer, CustomerFact], other: Actor) -> None:
        with pytest.raises(FactOutOfState):
            credit.confirm_fact(actor=other, key=lowered[1].pk, at=AT)

        assert CustomerFact.objects.for_actor(SYSTEM).get().state == "STANDING"


class TestMeasures:
    def test_a_table_holds_from_its_day_once_another_person_approved_it(self, one: Actor, other: Actor) -> None:
        content = get_measures(on=ON).as_content()
        content["B"]["reminder_days_earlier"] = 7
        credit.propose_measures(actor=one, valid_from=date(2026, 5, 1), content=content, note="", at=AT)
        with pytest.raises(SamePerson):
            credit.decide_measures(actor=one, is_approved=True, at=AT)

        credit.decide_measures(actor=other, is_approved=True, at=AT)

        days = [find_measures(grade="B", on=on).reminder_days_earlier for on in (date(2026, 4, 30), date(2026, 5, 1))]
        assert days == [5, 7]
        assert find_measures(grade="D", on=ON).needs_manager_for_capacity

    def test_a_lower_grade_is_reminded_earlier(self, utility: Utility) -> None:
        run_as_of(actor=SYSTEM, as_of=date(2026, 1, 31), at=AT)
        low = list_customers(utility)[0]
        Customer.objects.for_actor(SYSTEM).filter(pk=low.pk).update(credit_grade="B")

        collection.run_night(actor=SYSTEM, at=at_ten(get_due(utility) + timedelta(days=1)))

        steps = DunningStep.objects.for_actor(SYSTEM)
        assert [step.account.customer_id for step in steps] == [low.pk]


class TestFile:
    @pytest.fixture
    def load(self, utility: Utility, tmp_path: Path) -> Callable[..., LoadReport]:
        def run(rows: str, at: datetime = NOW) -> LoadReport:
            sheet = read_bytes(f"客户编号,事实类型,发生日期,结束日期,数值\n{rows}".encode(), Limits(size=1024 * 1024))
            try:
                return loading.load_table(
                    actor=SYSTEM, table="credit-facts", sheet=sheet, file_name="f.csv", at=at, data_dir=tmp_path
                )
            except loading.UnableToLoadTable as refusal:
                return refusal.report

        return run

    def test_stores_each_row_once(self, utility: Utility, load: Callable[..., LoadReport]) -> None:
        number = list_customers(utility)[0].number
        rows = f"{number},unlicensed_operator,2026-01-05,,\n" * 2 + f"{number},满意度,2026-01-06,,4\n"

        first, again = load(rows), load(rows)

        assert (first.stored, again.stored, again.unchanged) == (3, 0, 3)
        assert CustomerFact.objects.for_actor(SYSTEM).filter(state="STANDING", source="FILE").count() == 3

    def test_names_every_fault_and_stores_nothing(self, utility: Utility, load: Callable[..., LoadReport]) -> None:
        number = list_customers(utility)[0].number

        report = load(
            f"{number},theft,2026-01-05,,\nX9,theft,2026-01-05,,\n{number},gossip,2026-01-05,,\n"
            f"{number},growth,2026-01-05,,6\n{number},nps,2026-01-05,,\n{number},theft,2026-03-05,,\n"
            f"{number},own_generation,2026-01-05,2026-01-04,\n"
        )

        assert [(fault.row, fault.column, fault.code) for fault in report.faults] == [
            (3, "客户编号", "not_found"),
            (4, "事实类型", "not_a_choice"),
            (5, "数值", "number_too_large"),
            (6, "数值", "value_missing"),
            (7, "发生日期", "in_the_future"),
            (8, "结束日期", "ends_before_it_begins"),
        ]
        assert not CustomerFact.objects.for_actor(SYSTEM).exists()
