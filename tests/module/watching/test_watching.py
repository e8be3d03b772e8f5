"""Watch lists are made from facts, raised once, worked on, judged; thresholds need two persons."""

from datetime import date, timedelta
from typing import Any

import pytest
from tests.factories.archive import Archive, add_account, build_archive
from tests.factories.once import built_once, fresh
from tests.factories.paid import at_ten
from tests.factories.utility import add_clerk

from dianke.application import watching
from dianke.domain.credit.models import CustomerFact
from dianke.domain.credit.types import FactSource, FactState
from dianke.domain.customers.models import CustomerAccount
from dianke.domain.service_orders.models import ServiceOrder
from dianke.domain.service_orders.types import OrderKind
from dianke.domain.watching.models import WatchEntry, WatchRun, WatchThresholds
from dianke.domain.watching.operations.entries import EntryOutOfState, OwnerUnknown, WordsMissing
from dianke.domain.watching.operations.runs import WatchRunExists
from dianke.domain.watching.queries import entries as queries
from dianke.domain.watching.queries.policies import get_policy
from dianke.domain.watching.rules.policy import UnableToSetThresholds, get_house_policy
from dianke.domain.watching.types import EntryResult, EntryState, WatchList
from dianke.interfaces.web.watching.words import write_reason
from dianke.platform.identity.separation import SamePerson
from dianke.platform.identity.types import Actor

pytestmark = pytest.mark.django_db
SYSTEM = Actor.system("testing watch lists")
AS_OF = date(2026, 3, 1)
WEEK = timedelta(weeks=1)
FIGURES = {WatchList.COMPLAINTS.value: {"complaints": 3, "alarm_complaints": 4}}


def build() -> tuple[Archive, list[CustomerAccount]]:
    """Return an archive whose first customer complained twice, and whose second asked for closing."""
    archive = build_archive()
    accounts = [add_account(archive, name=f"客户{serial}") for serial in range(3)]
    for days in (10, 20):
        add_fact(accounts[0], "complaint", AS_OF - timedelta(days=days))
    add_fact(accounts[1], "closing_asked", AS_OF - timedelta(days=5))
    return archive, accounts


def add_fact(account: CustomerAccount, kind: str, on: date) -> CustomerFact:
    fact = CustomerFact(
        unit=account.unit, customer=account.customer, customer_account=account, type=kind, on_date=on,
        source=FactSource.FILE.value, state=FactState.STANDING.value, entered_by="import", entered_at=at_ten(on),
    )  # fmt: skip
    fact.save()
    return fact


def add_order(account: CustomerAccount, kind: OrderKind, on: date, result: str = "") -> ServiceOrder:
    at = at_ten(on)
    order = ServiceOrder(
        unit=account.unit, number=f"YK-{account.pk}-{kind.value}"[:20], kind=kind.value, account=account,
        rule_set="RS-2024", promise_set="", process_id="close_v1", process_state="{}", effective_on=on,
        accepted_by="clerk", accepted_at=at, result=result, ended_at=at + timedelta(days=1) if result else None,
        state="CANCELLED" if result else "RUNNING",
    )  # fmt: skip
    order.save()
    return order


facts = built_once(build)


@pytest.fixture
def archive(facts: Any) -> tuple[Archive, list[CustomerAccount]]:
    copied: tuple[Archive, list[CustomerAccount]] = fresh(facts)
    return copied


def make_lists(on: date = AS_OF) -> WatchRun:
    return watching.make_lists(actor=SYSTEM, as_of=on, at=at_ten(on + timedelta(days=1)))


def list_entries() -> list[WatchEntry]:
    return list(WatchEntry.objects.for_actor(SYSTEM).order_by("list_code", "id"))


def get_complaint() -> WatchEntry:
    entry: WatchEntry = WatchEntry.objects.for_actor(SYSTEM).get(list_code=WatchList.COMPLAINTS.value)
    return entry


class TestRun:
    def test_raises_an_entry_with_its_reasons_and_names_lists_without_a_source(self, archive: Any) -> None:
        run = make_lists()

        found = [
            (one.list_code, one.level, one.customer_id, [reason["code"] for reason in one.reasons])
            for one in list_entries()
        ]
        accounts = archive[1]
        assert found == [
            ("COMPLAINTS", "WATCH", accounts[0].customer_id, ["COMPLAINTS", "USE_OF_YEAR", "ACCOUNTS"]),
            ("LEAVING", "ALARM", accounts[1].customer_id, ["CLOSING_ASKED", "USE_OF_YEAR", "ACCOUNTS"]),
        ]
        assert run.missing == {
            "FALLING_USE": "NO_MONTH", "IDLE_CAPACITY": "NO_MONTH", "ARREARS_RISK": "NO_SCORING",
        }  # fmt: skip
        assert get_complaint().due_date == AS_OF + timedelta(days=10)

    def test_every_entry_has_three_reasons_in_words_and_numbers(self, archive: Any) -> None:
        for account, kind in zip(archive[1], ("own_generation", "complaint", "market_contract"), strict=True):
            add_fact(account, kind, AS_OF - timedelta(days=3))
        add_fact(archive[1][2], "capacity_cut_asked", AS_OF - timedelta(days=1))

        make_lists()
        make_lists(AS_OF + WEEK)

        entries = list_entries()
        assert {one.customer_id for one in entries} == {one.customer_id for one in archive[1]}
        for entry in entries:
            told = [write_reason(reason) for reason in entry.reasons]
            assert len(told) == len(set(told)) == 3
            assert all(any(sign.isdigit() for sign in one) for one in told)

    def test_what_was_asked_for_by_an_order_is_a_sign_until_it_is_taken_back(self, archive: Any) -> None:
        first, _second, third = archive[1]
        add_order(third, OrderKind.REDUCE, AS_OF - timedelta(days=2))
        add_order(first, OrderKind.CLOSE, AS_OF - timedelta(days=4), result="CANCELLED")

        make_lists()

        found = {one.customer_id: one for one in list_entries() if one.list_code == "LEAVING"}
        assert found[third.customer_id].reasons[0]["code"] == "CAPACITY_CUT"
        assert found[third.customer_id].level == "WATCH"
        assert first.customer_id not in found

    def test_an_order_for_closing_alone_makes_the_list(self, archive: Any) -> None:
        CustomerFact.objects.for_actor(SYSTEM).delete()
        add_order(archive[1][0], OrderKind.CLOSE, AS_OF)

        run = make_lists()

        assert "LEAVING" not in run.missing
        assert [(one.list_code, one.level) for one in list_entries()] == [("LEAVING", "ALARM")]

    def test_what_is_known_beside_the_signs_is_not_measured(self, archive: Any) -> None:
        make_lists()
        entry = get_complaint()
        watching.finish_entry(
            actor=SYSTEM, key=entry.pk, note="已回访", result=EntryResult.RIGHT, at=at_ten(AS_OF + WEEK)
        )

        assert list(queries.measure_reasons(actor=SYSTEM)) == [("COMPLAINTS", "COMPLAINTS")]

    def test_goes_on_with_what_lives_and_raises_nothing_twice(self, archive: Any) -> None:
        make_lists()
        add_fact(archive[1][0], "complaint", AS_OF + timedelta(days=3))

        run = make_lists(AS_OF + WEEK)

        entry = get_complaint()
        assert (run.figures["COMPLAINTS"]["new"], run.figures["COMPLAINTS"]["continued"]) == (0, 1)
        assert (entry.level, entry.times_seen, entry.last_seen_on) == ("ALARM", 2, AS_OF + WEEK)
        # An alarm is due sooner than the watch that it was.
        assert entry.due_date == AS_OF + WEEK + timedelta(days=3)

    def test_is_made_once_a_day(self, archive: Any) -> None:
        make_lists()

        with pytest.raises(WatchRunExists):
            make_lists()

        assert len(list_entries()) == 2

    def test_what_was_dismissed_rests_unless_it_becomes_an_alarm(self, archive: Any) -> None:
        make_lists()
        watching.dismiss_entry(actor=SYSTEM, key=get_complaint().pk, reason="已当面解释", at=at_ten(AS_OF + WEEK))

        rested = make_lists(AS_OF + WEEK)
        add_fact(archive[1][0], "complaint", AS_OF + WEEK + timedelta(days=1))
        again = make_lists(AS_OF + 2 * WEEK)

        assert (rested.figures["COMPLAINTS"]["new"], rested.figures["COMPLAINTS"]["resting"]) == (0, 1)
        assert again.figures["COMPLAINTS"]["new"] == 1

    def test_what_no_run_sees_any_more_lapses(self, archive: Any) -> None:
        make_lists()
        later = AS_OF + timedelta(days=200)

        # Facts of that age count no more; the other list keeps the source alive.
        add_fact(archive[1][2], "complaint", later)
        for step in range(4):
            make_lists(later + step * WEEK)

        assert get_complaint().state == EntryState.LAPSED.value


class TestWork:
    def test_is_taken_done_and_judged_and_counts_for_precision(self, archive: Any) -> None:
        make_lists()
        key, at = get_complaint().pk, at_ten(AS_OF + WEEK)

        watching.take_entry(actor=SYSTEM, key=key, at=at)
        watching.finish_entry(actor=SYSTEM, key=key, note="已回访", at=at)
        watching.judge_entry(actor=SYSTEM, key=key, result=EntryResult.FALSE_ALARM, at=at)
        leaving = queries.filter_living(actor=SYSTEM).get()
        watching.finish_entry(actor=SYSTEM, key=leaving.pk, note="已上门", result=EntryResult.TOO_LATE, at=at)

        measured = queries.measure_lists(actor=SYSTEM)
        reasons = queries.measure_reasons(actor=SYSTEM)
        weeks = queries.measure_weeks(actor=SYSTEM, since=AS_OF - WEEK)
        assert (measured["COMPLAINTS"].share, measured["LEAVING"].share) == (0.0, 1.0)
        assert reasons[("LEAVING", "CLOSING_ASKED")].too_late == 1
        assert list(weeks) == [date(2026, 2, 23)]

    def test_is_not_dismissed_without_a_reason(self, archive: Any) -> None:
        make_lists()

        with pytest.raises(WordsMissing):
            watching.dismiss_entry(actor=SYSTEM, key=get_complaint().pk, reason=" ", at=at_ten(AS_OF))

        assert get_complaint().state == EntryState.OPEN.value

    def test_is_not_judged_while_it_lives(self, archive: Any) -> None:
        make_lists()

        with pytest.raises(EntryOutOfState):
            watching.judge_entry(actor=SYSTEM, key=get_complaint().pk, result=EntryResult.RIGHT, at=at_ten(AS_OF))

        assert get_complaint().result == ""

    def test_is_given_only_to_who_works_on_lists_of_its_unit(self, archive: Any) -> None:
        make_lists()
        entry = get_complaint()
        add_clerk(archive[0].root, "keeper", ["watching.work"])
        add_clerk(archive[0].west, "stranger", ["watching.work"])

        with pytest.raises(OwnerUnknown):
            watching.assign_entries(actor=SYSTEM, keys=[entry.pk], login="stranger", at=at_ten(AS_OF))
        changed = watching.assign_entries(actor=SYSTEM, keys=[entry.pk], login="keeper", at=at_ten(AS_OF))

        assert (changed, get_complaint().owner) == (1, "keeper")

    def test_is_not_there_for_another_unit(self, archive: Any) -> None:
        make_lists()
        west = add_clerk(archive[0].west, "west", ["watching.view", "watching.work"])

        with pytest.raises(queries.EntryUnknown):
            watching.take_entry(actor=west, key=get_complaint().pk, at=at_ten(AS_OF))

        assert list(queries.filter_entries(actor=west)) == []


class TestThresholds:
    def propose(self, actor: Actor) -> WatchThresholds:
        return watching.propose_thresholds(
            actor=actor, figures=FIGURES, valid_from=AS_OF, reason="试行", at=at_ten(AS_OF)
        )

    def test_hold_when_another_person_approves_them(self, archive: Any) -> None:
        first = add_clerk(archive[0].root, "first", ["watching.manage", "watching.approve"])
        second = add_clerk(archive[0].root, "second", ["watching.approve"])
        row = self.propose(first)

        with pytest.raises(SamePerson):
            watching.approve_thresholds(actor=first, key=row.pk, at=at_ten(AS_OF))
        before = get_policy(actor=SYSTEM, on=AS_OF)
        watching.approve_thresholds(actor=second, key=row.pk, at=at_ten(AS_OF))
        run = make_lists()

        assert before == get_house_policy()
        assert get_policy(actor=SYSTEM, on=AS_OF).get(WatchList.COMPLAINTS, "complaints") == 3
        assert run.policy_from_date == AS_OF
        # Two complaints are no sign any more.
        assert [one.list_code for one in list_entries()] == ["LEAVING"]

    def test_never_begin_before_today(self, archive: Any) -> None:
        with pytest.raises(UnableToSetThresholds):
            watching.propose_thresholds(actor=SYSTEM, figures={}, valid_from=AS_OF - WEEK, reason="x", at=at_ten(AS_OF))

        assert WatchThresholds.objects.for_actor(SYSTEM).count() == 0
