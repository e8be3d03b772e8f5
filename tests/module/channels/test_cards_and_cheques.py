"""Cards and cheques of counters: under way until the statement brings them, by rule and by hand; what comes back."""

from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from tests.factories import acquirers as factory
from tests.factories.acquirers import NOW, Office
from tests.factories.once import built_once, fresh
from tests.factories.paid import get_sums, list_faults, look_at

from dianke.application import acquirers, bank_channels, counter
from dianke.domain.channels.models import AcquirerSettlement, ChequeClearing, Shift, ShiftEntry, StatementEntry
from dianke.domain.channels.operations.clearing import UnableToSettle
from dianke.domain.channels.operations.collections import CollectionOutOfState
from dianke.domain.channels.operations.payment_changes import UnableToChangePayment
from dianke.domain.channels.operations.reconciliation import DayOutOfState
from dianke.domain.channels.operations.shifts import UnableToTakeMoney
from dianke.domain.channels.operations.statements import EntryOutOfState
from dianke.domain.channels.queries import cheques, clearing
from dianke.domain.receivables.queries.payments import filter_payments, filter_suspense
from dianke.domain.receivables.types import Tender
from dianke.platform.identity.types import Actor

pytestmark = pytest.mark.django_db
SYSTEM = Actor.system("looking at what counters took")
DAY = NOW.date()
NEXT = NOW + timedelta(days=1)
TERMINAL_NUMBER = "898440101230077"


_built = built_once(factory.build_office)


class Counter:
    """A counter of the utility with its cashier and shift."""

    def __init__(self, office: Office) -> None:
        self.office = office
        root = office.utility.root
        rights = ["payments.view", "payments.receive", "payments.reverse", "payments.ask"]
        self.cashier = factory.factory.add_clerk(root, "cashier", rights)
        self.serial = 0
        self.shift: Shift = counter.open_shift(actor=self.cashier, unit_code="0", float_fen=0, at=NOW)

    def take(self, fen: int, tender: Tender, slip: str, *, place: int = 0, **more: Any) -> str:
        """Take money and return the number of its payment."""
        self.serial += 1
        bank = {"bank_name": "工商银行"} if tender is Tender.CHEQUE else {}
        taken = counter.take_payment(
            actor=self.cashier, shift_number=self.shift.number, serial=self.serial, tender=tender, amount_fen=fen,
            account_number=self.office.accounts[place].number, slip_number=slip, at=NOW, **bank, **more,
        )  # fmt: skip
        return taken.received.number

    def load(self, *rows: str) -> list[StatementEntry]:
        """Load a statement of CSV and return its bookings."""
        text = "\n".join(["交易流水号,记账日期,收入金额,支出金额,对方户名,附言", *rows])
        bank_channels.load_statement(
            actor=self.office.maker, bank_code="102", file_name="s.csv", content=text.encode(), at=NEXT
        )
        return list(StatementEntry.objects.for_actor(SYSTEM).order_by("id"))


@pytest.fixture
def hall(_built: Office, settings: Any, tmp_path: Path) -> Counter:
    settings.DATA_DIR = tmp_path
    return Counter(fresh(_built))


def add_terminal(hall: Counter, code: str = "POS1", number: str = TERMINAL_NUMBER) -> None:
    acquirers.add_acquirer(
        actor=hall.office.chief,
        code=code,
        name="营业厅刷卡终端",
        kind="TERMINAL",
        merchant_number=number,
        unit_code="0",
    )


def get_left(hall: Counter, code: str = "POS1") -> list[tuple[Any, int]]:
    (standing,) = [
        one for one in clearing.list_standings(actor=hall.office.maker, on=NEXT.date()) if one.acquirer.code == code
    ]
    return [(one.day, one.left_fen) for one in standing.days]


class TestCards:
    def test_takings_of_a_day_are_settled_by_rule_less_the_fee(self, hall: Counter) -> None:
        add_terminal(hall)
        hall.take(300_00, Tender.CARD, "000101")
        hall.take(200_00, Tender.CARD, "000102", place=1)
        hall.take(50_00, Tender.CASH, "")
        assert get_left(hall) == [(DAY, 500_00)]
        assert list_faults() == []

        (entry,) = hall.load(f"B1,{NEXT.date()},497.00,,银联商务,刷卡结算 {TERMINAL_NUMBER}")

        settlement = AcquirerSettlement.objects.for_actor(SYSTEM).get()
        assert (entry.state, entry.target, entry.match_reason) == ("CLEARED", "POS1", "MERCHANT_AND_AMOUNT")
        assert (settlement.first_day, settlement.last_day, settlement.fee_fen) == (DAY, DAY, 3_00)
        sums = get_sums()
        assert (sums["1002.01"], sums["6603.01"], sums.get("1012.02", 0)) == (497_00, 3_00, 0)
        assert get_left(hall) == []
        assert list_faults() == []

    def test_what_misses_more_than_the_rate_waits_and_the_rest_stays_as_work(self, hall: Counter) -> None:
        add_terminal(hall)
        hall.take(500_00, Tender.CARD, "000101")
        (entry,) = hall.load(f"B1,{NEXT.date()},400.00,,银联商务,刷卡结算 {TERMINAL_NUMBER}")
        assert (entry.state, entry.proposals[0]["confidence"]) == ("SUSPENSE", 80)
        act = {"actor": hall.office.maker, "key": entry.pk, "acquirer_code": "POS1", "first_day": DAY, "last_day": DAY}
        with pytest.raises(UnableToSettle, match="more than the rate"):
            bank_channels.clear_entry(fee_fen=100_00, at=NEXT, **act)
        assert filter_suspense(actor=SYSTEM).count() == 1
        assert list_faults() == []

        bank_channels.clear_entry(fee_fen=2_00, at=NEXT, **act)

        assert get_left(hall) == [(DAY, 98_00)]
        assert clearing.list_late_terminals(actor=hall.office.maker, on=DAY + timedelta(days=3)) == []
        (late,) = clearing.list_late_terminals(actor=hall.office.maker, on=DAY + timedelta(days=4))
        assert (late.acquirer.code, late.left_fen, get_sums()["1012.02"]) == ("POS1", 98_00, 98_00)
        assert list_faults() == []

    def test_what_went_back_on_its_day_is_not_settled(self, hall: Counter) -> None:
        add_terminal(hall)
        hall.take(100_00, Tender.CARD, "000101")
        hall.take(99_90, Tender.CARD, "000102")
        counter.return_payment(
            actor=hall.cashier, number=hall.take(10_00, Tender.CARD, "000103"), reason="刷错", at=NOW
        )
        assert get_left(hall) == [(DAY, 199_90)]

        (entry,) = hall.load(f"B1,{NEXT.date()},199.90,,银联商务,{TERMINAL_NUMBER}")

        assert (entry.state, get_left(hall)) == ("CLEARED", [])
        assert list_faults() == []

    def test_of_two_terminals_the_cashier_names_one(self, hall: Counter) -> None:
        add_terminal(hall)
        add_terminal(hall, "POS2", "898440101230078")
        with pytest.raises(UnableToTakeMoney, match="terminal_missing"):
            hall.take(100_00, Tender.CARD, "000101")
        hall.serial = 0
        with pytest.raises(UnableToTakeMoney, match="terminal_unknown"):
            hall.take(100_00, Tender.CARD, "000101", terminal="SIM")
        hall.serial = 0

        hall.take(100_00, Tender.CARD, "000101", terminal="POS2")

        assert (get_left(hall), get_left(hall, "POS2")) == ([], [(DAY, 100_00)])

    def test_a_terminal_has_neither_files_nor_keys(self, hall: Counter, tmp_path: Path) -> None:
        add_terminal(hall)
        with pytest.raises(CollectionOutOfState):
            acquirers.bring_file(
                actor=hall.office.maker, code="POS1", file_name="a.txt", content=b"x", at=NEXT, data_dir=tmp_path
            )
        with pytest.raises(DayOutOfState):
            bank_channels.compare_acquirer_day(actor=hall.office.maker, code="POS1", day=DAY, at=NEXT)


class TestCheques:
    def test_a_cheque_that_the_statement_names_is_in_the_bank(self, hall: Counter) -> None:
        hall.take(1_200_00, Tender.CHEQUE, "30204471", drawer="粤海公司")
        assert cheques.filter_under_way(actor=hall.office.maker).get().drawer == "粤海公司"
        assert get_sums()["1012.01"] == 1_200_00
        assert list_faults() == []

        first, second = hall.load(
            f"B1,{NEXT.date()},1200.00,,粤海公司,支票托收 30204471",
            f"B2,{NEXT.date()},1200.00,,粤海公司,支票托收 30204471",
        )

        assert (first.state, first.target, first.match_reason) == ("HONOURED", "30204471", "CHEQUE_AND_AMOUNT")
        assert second.state == "SUSPENSE"
        assert ChequeClearing.objects.for_actor(SYSTEM).get().entry_id == first.pk
        assert (get_sums().get("1012.01", 0), get_sums()["1002.01"]) == (0, 2_400_00)
        assert list(cheques.filter_under_way(actor=hall.office.maker)) == []
        assert list_faults() == []

    def test_by_hand_and_only_one_of_its_amount(self, hall: Counter) -> None:
        hall.take(100_00, Tender.CHEQUE, "4471")
        (entry,) = hall.load(f"B1,{NEXT.date()},100.00,,粤海公司,托收 4471")
        assert (entry.state, entry.proposals[0]["kind"], entry.proposals[0]["confidence"]) == ("SUSPENSE", "CHEQUE", 90)
        with pytest.raises(EntryOutOfState):
            bank_channels.match_cheque(actor=hall.office.maker, key=entry.pk, number="9999", at=NEXT)

        bank_channels.match_cheque(actor=hall.office.maker, key=entry.pk, number=" 4471 ", at=NEXT)

        entry.refresh_from_db()
        assert (entry.state, entry.decided_by, filter_suspense(actor=SYSTEM).count()) == ("HONOURED", "maker", 0)
        assert (get_sums().get("1012.01", 0), get_sums()["1002.01"]) == (0, 100_00)
        assert list_faults() == []

    def test_one_that_came_back_opens_the_bill_with_the_late_fee_of_all_days(self, hall: Counter) -> None:
        account = hall.office.accounts[0]
        late = NOW + timedelta(days=60)
        unpaid = look_at(hall.office.utility, account, late.date()).owed_fen
        number = hall.take(look_at(hall.office.utility, account, DAY).owed_fen, Tender.CHEQUE, "30204471")
        assert look_at(hall.office.utility, account, late.date()).owed_fen == 0

        wish = counter.ask_bounce(actor=hall.cashier, number=number, notice_number="TP-9", reason="存款不足", at=NEXT)
        counter.approve_change(actor=hall.office.chief, key=wish.pk, at=NEXT)

        assert look_at(hall.office.utility, account, late.date()).owed_fen == unpaid
        assert get_sums().get("1012.01", 0) == 0
        assert list(cheques.filter_under_way(actor=hall.office.maker)) == []
        (entry,) = hall.load(f"B1,{NEXT.date()},1.00,,粤海公司,托收 30204471")
        assert entry.state == "SUSPENSE"
        assert list_faults() == []

    def test_one_that_was_credited_is_not_taken_back(self, hall: Counter) -> None:
        number = hall.take(100_00, Tender.CHEQUE, "30204471")
        wish = counter.ask_reversal(actor=hall.cashier, number=number, reason="退票", at=NEXT)
        hall.load(f"B1,{NEXT.date()},100.00,,粤海公司,30204471")

        with pytest.raises(UnableToChangePayment, match="cheque_honoured"):
            counter.approve_change(actor=hall.office.chief, key=wish.pk, at=NEXT)
        with pytest.raises(UnableToChangePayment, match="cheque_honoured"):
            counter.ask_bounce(actor=hall.cashier, number=number, notice_number="T", reason="退票", at=NEXT)
        with pytest.raises(UnableToTakeMoney, match="cheque_honoured"):
            counter.return_payment(actor=hall.cashier, number=number, reason="退票", at=NOW)

        assert not filter_payments(actor=SYSTEM).get(channel="COUNTER").is_reversed
        assert ShiftEntry.objects.for_actor(SYSTEM).count() == 1
        assert list_faults() == []

    def test_one_that_is_under_way_for_too_long_is_work(self, hall: Counter) -> None:
        hall.take(100_00, Tender.CHEQUE, "30204471")

        ages = [cheques.filter_late(actor=hall.office.maker, on=DAY + timedelta(days=age)).count() for age in (10, 11)]

        assert ages == [0, 1]
