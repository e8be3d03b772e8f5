"""Money that comes in settles debts by policy, once, and every fen of it can be told."""

from datetime import date, timedelta

import pytest
from tests.factories import paid
from tests.factories import utility as factory
from tests.factories.billed import issue_homes
from tests.factories.once import built_once, fresh
from tests.factories.paid import PAID_ON, get_bill, get_sums, list_accounts, list_faults, look_at, make_payment, pay
from tests.factories.utility import Utility

from dianke.domain.receivables.models import Payment, Posting, Voucher
from dianke.domain.receivables.operations.locks import CustomerAccountUnknown
from dianke.domain.receivables.operations.payments import PaymentDiffers, UnableToReceive, receive_payments
from dianke.domain.receivables.queries import payments as queries
from dianke.domain.receivables.types import Channel, Tender

pytestmark = pytest.mark.django_db

# Of a home that went from 1000 to 1450.
BILL_FEN = 289_99


_built = built_once(lambda: issue_homes("1450", "1450"))


@pytest.fixture
def utility(_built: Utility) -> Utility:
    return fresh(_built)


class TestReceive:
    def test_settles_the_bill_and_keeps_the_rest_as_prepayment(self, utility: Utility) -> None:
        home, _other = list_accounts(utility)

        received = pay(utility, home, 300_00)

        bill = get_bill(utility, home)
        assert (received.is_new, received.paid_fen, received.prepaid_fen) == (True, {bill.pk: BILL_FEN}, 10_01)
        assert (received.late_fee_fen, received.suspense_fen) == (0, 0)
        position = look_at(utility, home)
        assert (position.debts, position.prepaid_fen, position.owed_fen) == ((), 10_01, 0)
        sums = get_sums()
        assert (sums["1001.01"], sums["1122.01.01"], sums["2203.01"]) == (300_00, BILL_FEN, -10_01)
        assert list_faults() == []

    def test_writes_a_voucher_of_the_payment(self, utility: Utility) -> None:
        home, _other = list_accounts(utility)

        received = pay(utility, home, 300_00)

        payment = queries.get_payment(actor=utility.actor, number=received.number)
        voucher = Voucher.objects.for_actor(utility.actor).get(pk=payment.voucher_id)
        assert (voucher.kind, voucher.amount_fen, voucher.booked_on) == ("PAYMENT", 300_00, PAID_ON)
        assert (voucher.source, voucher.made_by) == (f"payment:{payment.pk}", "cashier")
        assert (payment.number, payment.is_reversed, payment.current_account_id) == (received.number, False, home.pk)

    def test_in_part_leaves_the_rest_to_pay(self, utility: Utility) -> None:
        home, _other = list_accounts(utility)

        pay(utility, home, 100_00)

        (debt,) = look_at(utility, home).debts
        assert (debt.principal_fen, debt.total_fen, debt.month) == (189_99, 189_99, date(2026, 1, 1))
        assert debt.bill_number == get_bill(utility, home).number

    def test_of_the_same_number_twice_is_taken_once(self, utility: Utility) -> None:
        home, _other = list_accounts(utility)

        first, second = pay(utility, home, 300_00), pay(utility, home, 300_00)

        assert (second.is_new, second.payment_id, second.paid_fen) == (False, first.payment_id, first.paid_fen)
        assert (second.prepaid_fen, second.voucher_id) == (first.prepaid_fen, first.voucher_id)
        assert Payment.objects.for_actor(utility.actor).count() == 1
        assert get_sums()["1001.01"] == 300_00

    @pytest.mark.parametrize(("amount_fen", "index"), [(299_99, 0), (300_00, 1)])
    def test_under_a_known_number_but_different_is_refused(self, utility: Utility, amount_fen: int, index: int) -> None:
        homes = list_accounts(utility)
        pay(utility, homes[0], 300_00)

        with pytest.raises(PaymentDiffers):
            pay(utility, homes[index], amount_fen)

        assert Payment.objects.for_actor(utility.actor).count() == 1
        assert get_sums()["1001.01"] == 300_00

    def test_twice_in_one_call_is_taken_once(self, utility: Utility) -> None:
        home, _other = list_accounts(utility)
        payment = make_payment(utility, home, 100_00)

        first, second = receive_payments(actor=utility.actor, payments=[payment, payment], at=paid.at_ten(PAID_ON))

        assert (first.is_new, second.is_new, second.payment_id) == (True, False, first.payment_id)
        assert get_sums()["1001.01"] == 100_00

    def test_of_the_same_number_by_another_channel_is_another(self, utility: Utility) -> None:
        home, _other = list_accounts(utility)
        pay(utility, home, 100_00)

        pay(utility, home, 50_00, channel=Channel.ONLINE, tender=Tender.ACCOUNT)

        sums = get_sums()
        assert (sums["1001.01"], sums["1012.02"]) == (100_00, 50_00)
        assert look_at(utility, home).owed_fen == BILL_FEN - 150_00

    def test_that_nobody_knows_waits_in_suspense(self, utility: Utility) -> None:
        received = pay(utility, None, 88_00, tender=Tender.ACCOUNT, channel=Channel.TRANSFER)

        assert (received.suspense_fen, received.paid_fen) == (88_00, {})
        assert get_sums()["2241.03"] == -88_00
        assert [one.pk for one in queries.filter_suspense(actor=utility.actor)] == [received.payment_id]
        assert list_faults() == []

    def test_of_nothing_or_for_nobody_there_is_refused(self, utility: Utility) -> None:
        home, _other = list_accounts(utility)
        before = Posting.objects.for_actor(utility.actor).count()

        with pytest.raises(UnableToReceive):
            pay(utility, home, 0)
        with pytest.raises(CustomerAccountUnknown):
            pay(utility, None, 100, customer_account_id=99_999_999)

        assert Payment.objects.for_actor(utility.actor).count() == 0
        assert Posting.objects.for_actor(utility.actor).count() == before

    def test_for_another_unit_goes_through_the_account_between_units(self, utility: Utility) -> None:
        home, _other = list_accounts(utility)
        counter = factory.org.add_unit(code="02", name="营业厅", kind=factory.UnitKind.STATION, parent=utility.root)

        pay(utility, home, 300_00, unit_id=counter.pk)

        between = Posting.objects.for_actor(utility.actor).filter(ledger_account__code="1221.01").order_by("unit_id")
        assert [(one.unit_id, one.debit_fen, one.credit_fen) for one in between] == [
            (utility.root.pk, 300_00, 0), (counter.pk, 0, 300_00),
        ]  # fmt: skip
        assert list_faults() == []


class TestLateFee:
    def test_is_booked_when_money_comes_and_paid_first(self, utility: Utility) -> None:
        home, _other = list_accounts(utility)
        due_date = get_bill(utility, home).due_date
        late = due_date + timedelta(days=10)

        received = pay(utility, home, 100_00, day=late)

        # 28,999 fen × 0.001 × 10 days.
        bill = get_bill(utility, home)
        assert (received.late_fee_fen, received.paid_fen) == (2_90, {bill.pk: 100_00})
        (debt,) = look_at(utility, home, late).debts
        assert (debt.principal_fen, debt.late_fee_fen) == (BILL_FEN - 97_10, 0)
        assert get_sums()["6301.01"] == -2_90
        assert list_faults() == []

    def test_runs_in_what_is_owed_before_it_is_booked(self, utility: Utility) -> None:
        home, _other = list_accounts(utility)
        due_date = get_bill(utility, home).due_date

        (debt,) = look_at(utility, home, due_date + timedelta(days=10)).debts

        assert (debt.late_fee_fen, debt.days_overdue, debt.total_fen) == (2_90, 10, BILL_FEN + 2_90)
        assert "6301.01" not in get_sums()
