"""Files of days, reconciliation with gateways and agents, settlements: compared, remedied by two, cleared."""

from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from tests.factories import acquirers as factory
from tests.factories.acquirers import (
    MERCHANT,
    NOW,
    Office,
    bring,
    call,
    line,
    order,
    tell_paid,
    tell_refunded,
    write_file,
)
from tests.factories.once import built_once, fresh
from tests.factories.paid import get_sums, list_faults, look_at

from dianke.application import acquirers, bank_channels
from dianke.domain.channels.models import (
    AcquirerSettlement,
    CollectionLine,
    PaymentOrder,
    ReconciliationDay,
    StatementEntry,
)
from dianke.domain.channels.operations.clearing import UnableToSettle
from dianke.domain.channels.operations.collections import CollectionOutOfState
from dianke.domain.channels.queries import clearing
from dianke.domain.channels.queries import reconciliation as queries
from dianke.domain.receivables.models import Payment
from dianke.domain.receivables.queries.payments import filter_payments, filter_suspense
from dianke.platform.identity.separation import SamePerson
from dianke.platform.identity.types import Actor

pytestmark = pytest.mark.django_db
SYSTEM = Actor.system("looking at what days did")
EVENING = NOW + timedelta(hours=10)
DAY = NOW.date()


_built = built_once(factory.build_office)


@pytest.fixture
def office(_built: Office, settings: Any, tmp_path: Path) -> Office:
    settings.DATA_DIR = tmp_path
    return fresh(_built)


def compare(office: Office, code: str = "SIM", day: date = DAY) -> ReconciliationDay:
    return bank_channels.compare_acquirer_day(actor=office.maker, code=code, day=day, at=EVENING)


def list_differences(office: Office, day: ReconciliationDay) -> list[tuple[str, str, str]]:
    return [(one.reference, one.kind, one.state) for one in queries.list_differences(actor=office.maker, day=day)]


def load_csv(office: Office, *rows: str) -> list[StatementEntry]:
    """Load a statement of CSV and return its bookings."""
    text = "\n".join(["交易流水号,记账日期,收入金额,支出金额,对方户名,附言", *rows])
    bank_channels.load_statement(
        actor=office.maker, bank_code="102", file_name="s.csv", content=text.encode(), at=EVENING
    )
    return list(StatementEntry.objects.for_actor(SYSTEM).order_by("id"))


class TestAgent:
    def test_file_is_booked_once_known_users_are_paid_and_unknown_ones_wait(self, office: Office) -> None:
        first, second, _third = office.accounts
        owed = look_at(office.utility, first, DAY).owed_fen
        content = write_file(office.agent, [
            line(1, "A1", first.number, owed), line(2, "A2", second.number, 50_00, fee_fen=5),
            line(3, "A3", "0000000000", 7_00), line(4, "A4", second.number, 30_00),
            line(5, "A4", second.number, 30_00, way="REVERSED", minute=9),
            line(6, "A9", first.number, 1, way="REVERSED"),
        ])  # fmt: skip

        file = acquirers.book_file(actor=office.maker, key=bring(office, office.agent, content).pk, at=EVENING)

        states = CollectionLine.objects.for_actor(SYSTEM).order_by("serial").values_list("state", flat=True)
        assert list(states) == ["BOOKED", "BOOKED", "SUSPENSE", "BOOKED", "REVERSED", "NOTHING_TO_REVERSE"]
        assert (file.state, file.row_count, file.booked_count, file.suspense_count, file.fee_fen) == (
            "BOOKED",
            6,
            5,
            1,
            5,
        )
        assert look_at(office.utility, first, DAY).owed_fen == 0
        assert filter_suspense(actor=SYSTEM).count() == 1
        assert {one.channel for one in Payment.objects.for_actor(SYSTEM)} == {"AGENT"}
        assert get_sums()["1012.02"] == owed + 57_00
        assert list_faults() == []
        with pytest.raises(CollectionOutOfState):
            acquirers.book_file(actor=office.maker, key=file.pk, at=EVENING)
        again = bring(office, office.agent, content)
        assert (again.state, [one["code"] for one in again.file_faults]) == ("REFUSED", ["file_taken_already"])

    def test_every_fault_of_a_file_is_told_and_its_good_rows_are_kept(self, office: Office) -> None:
        number = office.accounts[0].number
        bring(office, office.agent, write_file(office.agent, [line(1, "A1", number, 100)]))
        content = write_file(office.agent, [
            line(1, "A1", number, 100), line(2, "B1", number, 100), line(2, "B2", number, 0),
            line(4, "B3", number, 5, fee_fen=6),
            line(5, "B4", number, 100, minute=24 * 60), line(6, "B5", number, 100), line(7, "B5", number, 100),
            line(8, "B6", number, 100),
        ], number="2")  # fmt: skip

        file = bring(office, office.agent, content)

        found = {(one["line"], one["code"]) for one in file.file_faults}
        assert found == {
            (2, "number_known"), (3, "serial_twice"), (4, "serial_twice"), (4, "amount_nothing"), (5, "fee_too_much"),
            (6, "day_differs"), (7, "number_twice"), (8, "number_twice"),
        }  # fmt: skip
        assert (file.state, file.row_count, file.bad_row_count, file.amount_fen) == ("CHECKED", 8, 7, 100)

    def test_file_for_another_or_broken_is_refused_whole(self, office: Office) -> None:
        good = write_file(office.agent, [line(1, "A1", office.accounts[0].number, 100)])
        tries = [
            good[:-80], good[:-40], good.replace(b"|1.00|0.00|", b"|2.00|0.00|"), write_file(office.gateway, []),
            write_file(office.agent, [], day=DAY + timedelta(days=1)), b"",
        ]  # fmt: skip

        codes = [[fault["code"] for fault in bring(office, office.agent, one).file_faults] for one in tries]

        assert codes == [
            ["truncated"], ["checksum_wrong"], ["total_wrong", "checksum_wrong"], ["acquirer_wrong", "receiver_wrong"],
            ["day_ahead"], ["file_empty"],
        ]  # fmt: skip
        assert CollectionLine.objects.for_actor(SYSTEM).count() == 0

    def test_a_gateways_file_books_nothing(self, office: Office) -> None:
        file = bring(office, office.gateway, write_file(office.gateway, [line(1, "G1", "ZF1", 100)]))

        with pytest.raises(CollectionOutOfState):
            acquirers.book_file(actor=office.maker, key=file.pk, at=EVENING)

        assert Payment.objects.for_actor(SYSTEM).count() == 0


class TestReconciliation:
    def test_finds_what_each_side_lacks_and_two_persons_put_it_right(self, office: Office) -> None:
        made = [order(office, place % 3, amount_fen=100_00 + place) for place in range(5)]
        for place in (0, 1, 2, 3):
            call(tell_paid(made[place], f"G{place}"))
        call(tell_refunded(made[3], "G3"))
        lines = [
            line(1, "G0", made[0].number, 100_00), line(2, "G2", made[2].number, 99_00),
            line(3, "G3", made[3].number, 100_03), line(4, "G4", made[4].number, 100_04),
        ]  # fmt: skip
        bring(office, office.gateway, write_file(office.gateway, lines))

        day = compare(office)

        assert list_differences(office, day) == [
            ("G1", "OURS_ONLY", "OPEN"), ("G2", "AMOUNT", "OPEN"), ("G3", "REVERSED_OURS", "OPEN"),
            ("G4", "THEIRS_ONLY", "OPEN"),
        ]  # fmt: skip
        for one in queries.list_differences(actor=office.maker, day=day):
            bank_channels.ask_remedy(actor=office.maker, key=one.pk, note="与网关核实", at=EVENING)
            bank_channels.approve_remedy(actor=office.chief, key=one.pk, at=EVENING)
        again = compare(office)
        assert {state for _reference, _kind, state in list_differences(office, again)} == {"SOLVED"}
        assert (again.ours_fen, again.theirs_fen) == (399_07, 399_07)
        assert get_sums()["1012.02"] == 399_07
        assert sorted(
            (one.external_number, one.amount_fen, one.current_account_id, one.is_reversed)
            for one in filter_payments(actor=SYSTEM)
        ) == [
            ("SIM:G0", 100_00, office.accounts[0].pk, False), ("SIM:G1", 100_01, office.accounts[1].pk, True),
            ("SIM:G2", 100_02, office.accounts[2].pk, True), ("SIM:G2/1", 99_00, office.accounts[2].pk, False),
            ("SIM:G3", 100_03, office.accounts[0].pk, True), ("SIM:G3/1", 100_03, office.accounts[0].pk, False),
            ("SIM:G4", 100_04, office.accounts[1].pk, False),
        ]  # fmt: skip
        states = PaymentOrder.objects.for_actor(SYSTEM).order_by("id").values_list("state", flat=True)
        assert list(states) == ["PAID", "REFUNDED", "PAID", "PAID", "PAID"]
        assert bank_channels.close_day(actor=office.maker, key=again.pk, at=EVENING).state == "CLOSED"
        assert list_faults() == []

    def test_refund_that_only_the_gateway_knows_is_reversed_and_counts_on_its_day(self, office: Office) -> None:
        made = order(office)
        call(tell_paid(made))
        lines = [line(1, "G1", made.number, made.amount_fen)]
        lines.append(line(2, "G1", made.number, made.amount_fen, way="REVERSED", minute=30))
        bring(office, office.gateway, write_file(office.gateway, lines))
        (one,) = queries.list_differences(actor=office.maker, day=compare(office))
        both = factory.factory.add_clerk(
            office.utility.root, "both", ["payments.reconcile", "payments.approve", "payments.view"]
        )

        bank_channels.ask_remedy(actor=both, key=one.pk, note="网关已退款", at=EVENING)
        with pytest.raises(SamePerson):
            bank_channels.approve_remedy(actor=both, key=one.pk, at=EVENING)
        bank_channels.refuse_remedy(actor=office.chief, key=one.pk, at=EVENING)
        bank_channels.ask_remedy(actor=office.maker, key=one.pk, note="网关已退款", at=EVENING)
        next_day = EVENING + timedelta(days=1)
        bank_channels.approve_remedy(actor=office.chief, key=one.pk, at=next_day)

        assert one.kind == "REVERSED_THEIRS"
        assert (compare(office).ours_fen, list_differences(office, compare(office, day=next_day.date()))) == (0, [])
        assert look_at(office.utility, office.accounts[0], DAY).owed_fen == made.amount_fen
        assert list_faults() == []


class TestClearing:
    def test_settlement_that_names_us_with_the_amount_of_open_days_is_booked_by_rule(self, office: Office) -> None:
        made = order(office, amount_fen=1_000_00)
        call(tell_paid(made))
        bring(office, office.gateway, write_file(office.gateway, [line(1, "G1", made.number, 1_000_00, fee_fen=60)]))
        assert clearing.list_standings(actor=office.maker, on=DAY)[1].left_fen == 1_000_00

        (entry,) = load_csv(office, f"B1,{DAY},999.40,,模拟网关,结算 {MERCHANT} {DAY}")

        settlement = AcquirerSettlement.objects.for_actor(SYSTEM).get()
        assert (entry.state, entry.target, entry.match_reason) == ("CLEARED", "SIM", "MERCHANT_AND_AMOUNT")
        assert (settlement.first_day, settlement.last_day) == (DAY, DAY)
        assert (settlement.gross_fen, settlement.fee_fen) == (1_000_00, 60)
        sums = get_sums()
        assert (sums["1002.01"], sums["6603.01"], sums.get("1012.02", 0)) == (999_40, 60, 0)
        assert clearing.list_standings(actor=office.maker, on=DAY)[1].days == ()
        assert Payment.objects.for_actor(SYSTEM).count() == 1
        assert list_faults() == []

    def test_settlement_of_another_amount_waits_and_is_cleared_by_hand(self, office: Office) -> None:
        call(tell_paid(order(office, amount_fen=1_000_00)))
        (entry,) = load_csv(office, f"B1,{DAY},998.00,,模拟网关,结算 {MERCHANT}")
        assert (entry.state, entry.proposals[0]["kind"], filter_suspense(actor=SYSTEM).count()) == (
            "SUSPENSE", "SETTLEMENT", 1,
        )  # fmt: skip
        days = {"first_day": DAY, "last_day": DAY, "at": EVENING}
        with pytest.raises(UnableToSettle):
            bank_channels.clear_entry(
                actor=office.maker, key=entry.pk, acquirer_code="SIM", **(days | {"last_day": DAY + timedelta(days=9)}),
                fee_fen=0,
            )  # fmt: skip

        bank_channels.clear_entry(actor=office.maker, key=entry.pk, acquirer_code="SIM", fee_fen=1_00, **days)

        entry.refresh_from_db()
        (left,) = clearing.list_standings(actor=office.maker, on=DAY)[1].days
        assert (entry.state, entry.decided_by, left.left_fen) == ("CLEARED", "maker", 1_00)
        assert filter_suspense(actor=SYSTEM).count() == 0
        assert (get_sums()["1012.02"], get_sums()["6603.01"], get_sums()["1002.01"]) == (1_00, 1_00, 998_00)
        assert clearing.compute_under_way() == 1_00
        assert list_faults() == []
