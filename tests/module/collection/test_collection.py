"""Arrears are aged as of any day, dunned by the ladder, given up by two persons and taken back when paid."""

from datetime import date, timedelta
from pathlib import Path

import pytest
from tests.factories.billed import issue_homes
from tests.factories.paid import at_ten, get_sums, list_accounts, look_at, pay
from tests.factories.utility import Utility, add_clerk

from dianke.application import collection
from dianke.domain.billing.models import Bill
from dianke.domain.collection.models import BadWriteOff, DunningStep, PaymentPromise
from dianke.domain.collection.operations.carrying import carry_day, prove_carried_days
from dianke.domain.collection.operations.work import UnableToRecord
from dianke.domain.collection.operations.write_offs import UnableToWriteOff
from dianke.domain.collection.queries.ageing import AgeingBy, compute_ageing, list_debts
from dianke.domain.collection.queries.open_items import find_base, sum_books
from dianke.domain.collection.types import PauseKind, StepResult
from dianke.domain.customers.models import Contact, CustomerAccount
from dianke.domain.customers.operations.contacts import add_contacts
from dianke.domain.customers.types import ContactRole, NewContact
from dianke.domain.receivables.operations.write_offs import DebtDiffers
from dianke.domain.receivables.queries.proof import prove_books
from dianke.platform.identity.separation import SamePerson
from dianke.platform.identity.types import Actor
from dianke.platform.outbox.models import Message

pytestmark = pytest.mark.django_db
SYSTEM = Actor.system("testing collection")
RIGHTS = [
    "collection.view", "collection.work", "collection.manage", "collection.propose_write_off",
    "collection.approve_write_off",
]  # fmt: skip


@pytest.fixture
def utility(settings: object, tmp_path: Path) -> Utility:
    settings.DATA_DIR = tmp_path  # type: ignore[attr-defined]
    return issue_homes("1120", "1180", "1450")


def get_due(utility: Utility) -> date:
    due: date = Bill.objects.for_actor(utility.actor).order_by("id")[0].due_date
    return due


def list_cells(as_of: date, by: AgeingBy = AgeingBy.CLASS) -> dict[str, int]:
    found: dict[str, int] = {}
    for one in compute_ageing(actor=SYSTEM, as_of=as_of, by=by):
        found[one.bucket] = found.get(one.bucket, 0) + one.open_fen
    return found


def add_phone(utility: Utility, account: CustomerAccount, phone: str) -> None:
    new = NewContact(
        customer_id=account.customer_id,
        name="张会计",
        role=ContactRole.BILLING,
        start_date=date(2025, 6, 1),
        phone=phone,
    )
    add_contacts(actor=utility.actor, contacts=[new])


class TestAgeing:
    def test_is_the_same_from_postings_and_from_a_carried_day(self, utility: Utility) -> None:
        due = get_due(utility)
        first, _second, third = list_accounts(utility)
        total = sum_books(until=due)[0]
        pay(utility, first, look_at(utility, first).owed_fen, "1", day=date(2026, 2, 5))
        paid = total - sum_books(until=date(2026, 2, 5))[0]
        carried = carry_day(day=date(2026, 2, 6), at=at_ten(date(2026, 2, 7)))
        pay(utility, third, 100_00, "2", day=date(2026, 2, 8))

        on_day = list_cells(date(2026, 2, 4)), list_cells(date(2026, 2, 7)), list_cells(due + timedelta(days=40))

        assert on_day == (
            {"NOT_DUE": total}, {"NOT_DUE": total - paid}, {"D31_60": total - paid - 100_00},
        )  # fmt: skip
        assert carried.item_count == 2
        assert find_base(as_of=due) == carried
        assert prove_carried_days() == []

    def test_leaves_a_carried_day_whose_books_were_changed_and_makes_it_anew(self, utility: Utility) -> None:
        carried = carry_day(day=date(2026, 2, 6), at=at_ten(date(2026, 2, 7)))
        account = list_accounts(utility)[0]

        pay(utility, account, 10_00, "late", day=date(2026, 2, 5))

        assert find_base(as_of=date(2026, 2, 6)) is None
        again = carry_day(day=date(2026, 2, 6), at=at_ten(date(2026, 2, 8)))
        assert again.open_fen == carried.open_fen - 10_00
        assert prove_carried_days() == []

    def test_opens_every_figure_into_its_debts(self, utility: Utility) -> None:
        day = get_due(utility) + timedelta(days=95)

        rows = list_debts(actor=SYSTEM, as_of=day, usage_class="RESIDENTIAL", bucket="D91_180")
        more = list_debts(actor=SYSTEM, as_of=day, after=(rows[0].open_fen, rows[0].item_id), limit=1)

        assert sum(one.open_fen for one in rows) == sum_books(until=day)[0]
        assert [one.days_overdue for one in rows] == [95, 95, 95]
        assert more == [rows[1]]

    def test_is_split_by_the_shares_of_collectors_to_the_fen(self, utility: Utility) -> None:
        account, day = list_accounts(utility)[0], get_due(utility) + timedelta(days=5)
        collector = add_clerk(utility.root, "collector", RIGHTS)
        collection.assign_collector(
            actor=SYSTEM, login="collector", account_number=account.number, route_code="", share_e4=3333,
            start=date(2026, 1, 1), reason="", at=at_ten(day),
        )  # fmt: skip

        cells = {one.key: one.open_fen for one in compute_ageing(actor=SYSTEM, as_of=day, by=AgeingBy.COLLECTOR)}

        own = look_at(utility, account, date(2026, 2, 2)).owed_fen
        assert cells[str(collector.staff_id)] == (own * 3333 + 5000) // 10000
        assert sum(cells.values()) == sum_books(until=day)[0]


class TestNight:
    def test_goes_up_the_ladder_once_a_day_and_sends_what_is_automatic(self, utility: Utility) -> None:
        first, second, _third = list_accounts(utility)
        add_phone(utility, first, "13900001111")
        due = get_due(utility)

        nights = [collection.run_night(actor=SYSTEM, at=at_ten(due + timedelta(days=days))) for days in (2, 3, 3, 4)]

        assert [night.steps for night in nights] == [0, 3, 0, 0]
        steps = {one.account_id: one for one in DunningStep.objects.for_actor(SYSTEM).order_by("id")}
        assert (steps[first.pk].state, steps[first.pk].result) == ("DONE", "SENT")
        assert (steps[second.pk].state, steps[second.pk].hold_reason) == ("HELD", "no_address")
        with pytest.raises(UnableToRecord, match="nobody can be written to"):
            collection.release_step(actor=SYSTEM, key=steps[second.pk].pk, at=at_ten(due))
        message = Message.objects.for_actor(SYSTEM).get()
        assert (message.address, message.state) == ("13900001111", "QUEUED")
        assert f"户号尾号{first.number[-4:]}" in message.text

    def test_leaves_paused_and_paid_accounts_alone(self, utility: Utility) -> None:
        first, second, third = list_accounts(utility)
        due = get_due(utility)
        day = due + timedelta(days=4)
        collection.pause_account(
            actor=SYSTEM, number=first.number, kind=PauseKind.DISPUTE, reason="表计申校", until=None, at=at_ten(due)
        )
        collection.run_night(actor=SYSTEM, at=at_ten(day))

        pay(utility, second, look_at(utility, second, day).owed_fen, "2", day=day)
        night = collection.run_night(actor=SYSTEM, at=at_ten(day + timedelta(days=1)))

        assert night.cancelled == 1
        states = {one.account_id: one.state for one in DunningStep.objects.for_actor(SYSTEM).order_by("id")}
        assert states == {second.pk: "CANCELLED", third.pk: "HELD"}

    def test_judges_promises_by_what_came(self, utility: Utility) -> None:
        account, due = list_accounts(utility)[2], get_due(utility)
        add_phone(utility, account, "13900001111")
        for days in (3, 10):
            collection.run_night(actor=SYSTEM, at=at_ten(due + timedelta(days=days)))
        day = due + timedelta(days=10)
        call = DunningStep.objects.for_actor(SYSTEM).get(account=account, code="CALL")
        collection.record_result(
            actor=SYSTEM, key=call.pk, result=StepResult.PROMISED, note="月底付", at=at_ten(day),
            promise_until=day + timedelta(days=5), promise_fen=200_00,
        )  # fmt: skip
        pay(utility, account, 200_00, "9", day=day + timedelta(days=3))

        collection.run_night(actor=SYSTEM, at=at_ten(day + timedelta(days=6)))

        promise = PaymentPromise.objects.for_actor(SYSTEM).get()
        assert (promise.state, promise.paid_fen) == ("KEPT", 200_00)


class TestWriteOff:
    def propose(self, utility: Utility, actor: Actor, kind: str = "OVER_YEARS") -> BadWriteOff:
        account = list_accounts(utility)[0]
        items = Bill.objects.for_actor(SYSTEM).filter(account_id=account.pk).values_list("pk", flat=True)
        return collection.propose_write_off(
            actor=actor, number=account.number, kind=kind, item_ids=list(items), reason="下落不明",
            files=[("证明.txt", "法院裁定书".encode())], at=at_ten(date(2030, 3, 1)),
        )  # fmt: skip

    def test_is_booked_by_a_second_person_and_comes_back_when_paid(self, utility: Utility) -> None:
        clerk, chief = add_clerk(utility.root, "clerk", RIGHTS), add_clerk(utility.root, "chief", RIGHTS)
        account = list_accounts(utility)[0]
        row = self.propose(utility, clerk)
        with pytest.raises(SamePerson):
            collection.approve_write_off(actor=clerk, key=row.pk, at=at_ten(date(2030, 3, 2)))

        collection.approve_write_off(actor=chief, key=row.pk, at=at_ten(date(2030, 3, 2)))

        booked = get_sums()
        assert booked["6702.01"] == row.amount_fen
        assert "1231.01" not in booked
        assert look_at(utility, account, date(2030, 3, 2)).owed_fen == 0
        pay(utility, account, 20_00, "77", day=date(2030, 3, 3))
        returned = collection.return_bad_debt(actor=chief, key=row.pk, at=at_ten(date(2030, 3, 3)))
        assert (returned.amount_fen, get_sums()["6301.03"]) == (20_00, -20_00)
        assert [one.first_fault for one in prove_books() if one.faults] == []

    def test_is_refused_where_debt_moved_meanwhile_or_does_not_fit(self, utility: Utility) -> None:
        clerk, chief = add_clerk(utility.root, "clerk", RIGHTS), add_clerk(utility.root, "chief", RIGHTS)
        row = self.propose(utility, clerk)
        pay(utility, list_accounts(utility)[0], 5_00, "5", day=date(2030, 3, 1))

        with pytest.raises(DebtDiffers):
            collection.approve_write_off(actor=chief, key=row.pk, at=at_ten(date(2030, 3, 2)))
        with pytest.raises(UnableToWriteOff, match="not closed"):
            self.propose(utility, clerk, kind="CLOSED")

        row.refresh_from_db()
        assert (row.state, "6702.01" in get_sums()) == ("PROPOSED", False)
        assert Contact.objects.for_actor(SYSTEM).count() == 0
