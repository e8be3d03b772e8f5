"""Large users pay within the month: terms by two persons, stages asked for once, covered by what came."""

from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from tests.factories import utility as factory
from tests.factories.billed import issue_homes
from tests.factories.once import built_once, fresh
from tests.factories.paid import at_ten, get_bill, list_accounts, list_faults, look_at, pay
from tests.factories.utility import Utility

from dianke.application import agreements
from dianke.domain.receivables.models import StagedTerms, StageRequest
from dianke.domain.receivables.operations.stages import NewStagedTerms, StagedTermsOutOfState, UnableToStage
from dianke.domain.receivables.queries import stages as queries
from dianke.domain.receivables.types import StageBasis
from dianke.platform.audit.use_case import PermissionRefused
from dianke.platform.identity.types import Actor
from dianke.platform.outbox.models import Message

pytestmark = pytest.mark.django_db
SYSTEM = Actor.system("testing staged settlement")
BILL_FEN = 289_99
AT, MARCH = at_ten(date(2026, 2, 10)), date(2026, 3, 1)


class Staff:
    """A utility with two accounts billed for January, who proposes and who approves."""

    def __init__(self) -> None:
        self.utility: Utility = issue_homes("1450", "1180")
        self.home, self.other = list_accounts(self.utility)
        self.asker = factory.add_clerk(self.utility.root, "asker", ["payments.view", "agreements.propose"])
        self.boss = factory.add_clerk(self.utility.root, "boss", ["payments.view", "agreements.approve"])


built = built_once(Staff)


@pytest.fixture
def staff(built: Staff) -> Staff:
    return fresh(built)


def propose(staff: Staff, **changed: Any) -> StagedTerms:
    fields: dict[str, Any] = {
        "from_month": MARCH,
        "days": "6,16,26",
        "basis": StageBasis.LAST_BILL,
        "coefficient": Decimal("1.1"),
        "reason": "大用户分次结算",
    }
    new = NewStagedTerms(**{**fields, **changed})
    return agreements.propose_staged_terms(actor=staff.asker, account_number=staff.home.number, new=new, at=AT)


def agree(staff: Staff, **changed: Any) -> StagedTerms:
    return agreements.approve_staged_terms(actor=staff.boss, key=propose(staff, **changed).pk, at=AT)


def ask(day: date) -> int:
    return agreements.make_stage_requests(actor=SYSTEM, at=at_ten(day))


def list_asked() -> list[tuple[date, int]]:
    return list(StageRequest.objects.for_actor(SYSTEM).order_by("due_date").values_list("due_date", "amount_fen"))


class TestTerms:
    def test_hold_when_another_person_approves_them(self, staff: Staff) -> None:
        terms = propose(staff)
        with pytest.raises(PermissionRefused):
            agreements.approve_staged_terms(actor=staff.asker, key=terms.pk, at=AT)
        assert ask(date(2026, 3, 1)) == 0

        approved = agreements.approve_staged_terms(actor=staff.boss, key=terms.pk, at=AT)

        assert (approved.state, approved.decided_by) == ("APPROVED", "boss")
        with pytest.raises(StagedTermsOutOfState):
            agreements.refuse_staged_terms(actor=staff.boss, key=terms.pk, reason="晚了", at=AT)

    @pytest.mark.parametrize(
        ("changed", "field"),
        [
            ({"days": "26,6"}, "days"),
            ({"days": "1,2,3,4,5,6,7"}, "days"),
            ({"coefficient": Decimal("1.6")}, "coefficient"),
            ({"basis": StageBasis.AGREED}, "agreed"),
            ({"from_month": date(2026, 1, 1)}, "from_month"),
            ({"until_month": MARCH}, "until_month"),
            ({"reason": ""}, "reason"),
        ],
    )
    def test_are_refused_outside_the_limits(self, staff: Staff, changed: dict[str, Any], field: str) -> None:
        with pytest.raises(UnableToStage) as refusal:
            propose(staff, **changed)

        assert refusal.value.field == field
        assert StagedTerms.objects.for_actor(SYSTEM).count() == 0

    def test_end_where_others_begin(self, staff: Staff) -> None:
        first = agree(staff)
        agree(staff, from_month=date(2026, 5, 1), days="5,20")

        first.refresh_from_db()
        assert first.until_month == date(2026, 5, 1)
        assert (ask(date(2026, 4, 1)), ask(date(2026, 5, 1))) == (3, 2)


class TestRequests:
    def test_are_made_once_a_month_and_sum_to_the_fen(self, staff: Staff) -> None:
        agree(staff)

        assert [ask(date(2026, 3, day)) for day in (1, 2)] == [3, 0]

        # 289.99 times 1.1 is 318.989: 318.99 in three parts.
        assert list_asked() == [
            (date(2026, 3, 6), 106_33),
            (date(2026, 3, 16), 106_33),
            (date(2026, 3, 26), 106_33),
        ]

    def test_are_covered_by_prepayment_in_the_order_of_their_days_and_open_again(self, staff: Staff) -> None:
        agree(staff)
        ask(date(2026, 3, 1))
        pay(staff.utility, staff.home, BILL_FEN, "bill", day=date(2026, 2, 11))
        keys = list(StageRequest.objects.for_actor(SYSTEM).order_by("number").values_list("pk", flat=True))
        assert queries.sum_late_advances(account_ids=[staff.home.pk], on=date(2026, 3, 7)) == {staff.home.pk: 106_33}

        pay(staff.utility, staff.home, 150_00, "advance", day=date(2026, 3, 7))

        covered = queries.list_covered(account_ids=[staff.home.pk])
        assert [covered[key] for key in keys] == [106_33, 43_67, 0]
        assert queries.sum_late_advances(account_ids=[staff.home.pk], on=date(2026, 3, 17)) == {staff.home.pk: 62_66}
        assert (look_at(staff.utility, staff.home, date(2026, 3, 17)).prepaid_fen, list_faults()) == (150_00, [])

    def test_are_closed_by_the_bill_of_their_month_and_judged_by_it(self, staff: Staff) -> None:
        terms = agree(staff)
        bill = get_bill(staff.utility, staff.home)
        StageRequest(
            terms=terms, account=staff.home, month=bill.month, number=1, due_date=date(2026, 1, 6),
            amount_fen=BILL_FEN + 10_00, forecast_fen=BILL_FEN, made_at=AT,
        ).save()  # fmt: skip

        assert queries.list_covered(account_ids=[staff.home.pk]) == {}
        [month] = queries.list_months(actor=staff.asker, account_id=staff.home.pk)
        assert (month.billed_fen, month.error_fen) == (BILL_FEN, 10_00)

    def test_of_days_that_have_passed_are_due_at_once(self, staff: Staff) -> None:
        agree(staff)
        ask(date(2026, 3, 10))

        assert [day for day, _fen in list_asked()] == [date(2026, 3, 10), date(2026, 3, 16), date(2026, 3, 26)]

    def test_of_an_agreed_amount_ask_for_it(self, staff: Staff) -> None:
        agree(staff, basis=StageBasis.AGREED, agreed_fen=1000_00, coefficient=Decimal(1), days="5,20")
        ask(date(2026, 3, 1))

        assert list_asked() == [(date(2026, 3, 5), 500_00), (date(2026, 3, 20), 500_00)]

    def test_are_announced_once_before_and_once_after_their_day_unless_paid(self, staff: Staff) -> None:
        agree(staff)
        ask(date(2026, 3, 1))

        nights = [agreements.announce_stages(actor=SYSTEM, at=at_ten(date(2026, 3, day))) for day in (3, 4, 5, 7, 8)]
        pay(staff.utility, staff.home, BILL_FEN + 400_00, day=date(2026, 3, 9))
        nights.append(agreements.announce_stages(actor=SYSTEM, at=at_ten(date(2026, 3, 15))))

        assert nights == [0, 1, 0, 1, 0, 0]
        first, second = Message.objects.for_actor(SYSTEM).filter(purpose="STAGE").order_by("id")
        assert "2026年3月第1次预付电费106.33元将于2026-03-06到期" in first.text
        assert "尚欠预付款106.33元" in second.text


def test_terms_of_another_unit_are_not_there(staff: Staff) -> None:
    terms = propose(staff)
    station = factory.org.add_unit(code="91", name="别处", kind=factory.UnitKind.STATION, parent=staff.utility.root)
    stranger = factory.add_clerk(station, "stranger", ["agreements.approve"])

    with pytest.raises(queries.StagedTermsUnknown):
        agreements.approve_staged_terms(actor=stranger, key=terms.pk, at=AT)
    terms.refresh_from_db()
    assert terms.state == "PROPOSED"
