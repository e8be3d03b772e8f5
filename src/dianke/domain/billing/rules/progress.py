"""Plan against fact: what became of a planned day."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from dianke.kernel.clock import at_midnight


@dataclass(frozen=True, slots=True)
class MonthFacts:
    """When the steps of a month were done; None for what was not, or for what nobody records."""

    frozen_at: datetime | None = None
    calculated_at: datetime | None = None
    reviewed_at: datetime | None = None
    issued_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class StepState:
    """How a step stands: its due moment, when it was done, and whether it is or was late."""

    due_at: datetime
    done_at: datetime | None
    # A step that nobody records, as the day of payment, is neither done nor late.
    is_tracked: bool
    is_late: bool

    @property
    def is_done(self) -> bool:
        """Tell whether the step is done."""
        return self.done_at is not None


# Reading is over when the month is frozen; nobody says when the payments are complete.
_FACT_OF_STEP = {
    "READ_FROM": "frozen_at",
    "READ_TO": "frozen_at",
    "FREEZE": "frozen_at",
    "CALCULATE": "calculated_at",
    "REVIEW": "reviewed_at",
    "ISSUE": "issued_at",
}
# The day on which reading begins is no deadline.
_NO_DEADLINE = {"READ_FROM", "PAYMENT_DUE"}


def due_at(planned: date) -> datetime:
    """Return the moment by which the step of a planned day is due: the last of the day, so that pages name the day."""
    return at_midnight(planned + timedelta(days=1)) - timedelta(microseconds=1)


def judge_step(*, step: str, planned: date, facts: MonthFacts, at: datetime) -> StepState:
    """Return how a step stands at a moment."""
    done: datetime | None = getattr(facts, _FACT_OF_STEP[step]) if step in _FACT_OF_STEP else None
    due = due_at(planned)
    is_tracked = step not in _NO_DEADLINE
    return StepState(due_at=due, done_at=done, is_tracked=is_tracked, is_late=is_tracked and (done or at) > due)
