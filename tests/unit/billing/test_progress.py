"""Plan against fact: done, late, and what nobody records."""

from datetime import date, datetime

from dianke.domain.billing.rules.progress import MonthFacts, judge_step
from dianke.kernel.clock import SHANGHAI

PLANNED = date(2026, 3, 3)
LAST_MINUTE = datetime(2026, 3, 3, 23, 59, tzinfo=SHANGHAI)
NEXT_MORNING = datetime(2026, 3, 4, 8, tzinfo=SHANGHAI)


class TestJudgeStep:
    """A step is due by the end of its day."""

    def test_an_open_step_is_in_time_until_the_day_ends(self) -> None:
        found = judge_step(step="FREEZE", planned=PLANNED, facts=MonthFacts(), at=LAST_MINUTE)

        assert (found.is_done, found.is_late) == (False, False)
        assert found.due_at == datetime(2026, 3, 3, 23, 59, 59, 999_999, tzinfo=SHANGHAI)

    def test_an_open_step_is_late_the_next_morning(self) -> None:
        found = judge_step(step="ISSUE", planned=PLANNED, facts=MonthFacts(), at=NEXT_MORNING)

        assert (found.is_done, found.is_late) == (False, True)

    def test_a_step_that_was_done_late_stays_late(self) -> None:
        facts = MonthFacts(issued_at=NEXT_MORNING)

        found = judge_step(step="ISSUE", planned=PLANNED, facts=facts, at=datetime(2027, 1, 1, tzinfo=SHANGHAI))

        assert (found.is_done, found.is_late) == (True, True)

    def test_reading_ends_when_the_month_is_frozen(self) -> None:
        found = judge_step(step="READ_TO", planned=PLANNED, facts=MonthFacts(frozen_at=LAST_MINUTE), at=NEXT_MORNING)

        assert (found.is_done, found.is_late) == (True, False)

    def test_the_day_of_payment_is_neither_done_nor_late(self) -> None:
        found = judge_step(step="PAYMENT_DUE", planned=PLANNED, facts=MonthFacts(), at=NEXT_MORNING)

        assert (found.is_tracked, found.is_done, found.is_late) == (False, False, False)
