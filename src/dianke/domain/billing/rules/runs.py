"""When a run may start, be issued, and by whom."""

from dataclasses import dataclass

from dianke.domain.billing.types import RunStatus


@dataclass(frozen=True)
class RunState:
    """What decides whether a run may be issued."""

    status: RunStatus
    started_by: str
    shards_open: int
    faults_open: int
    bills: int
    lines_differ: int
    suspicions_open: int = 0
    corrections_open: int = 0
    # Logins of those who let suspicious bills stand.
    exempted_by: frozenset[str] = frozenset()


@dataclass(frozen=True)
class Condition:
    """One condition of issue, met or not, with the count that the page shows."""

    code: str
    met: bool
    count: int


def list_issue_conditions(state: RunState, *, login: str) -> list[Condition]:
    """Return every condition of issue for a person, in the order they are worked off."""
    return [
        Condition("shards_calculated", state.shards_open == 0, state.shards_open),
        Condition("faults_decided", state.faults_open == 0, state.faults_open),
        Condition("lines_add_up", state.lines_differ == 0, state.lines_differ),
        Condition("bills_exist", state.bills > 0, state.bills),
        Condition("suspicions_decided", state.suspicions_open == 0, state.suspicions_open),
        Condition("corrections_made", state.corrections_open == 0, state.corrections_open),
        Condition("second_person", state.started_by != login, 0),
        # Whoever let a suspicious bill stand is not the one who lets it out of the house.
        Condition("exempted_by_another", login not in state.exempted_by, 0),
    ]


def find_issue_obstacle(state: RunState, *, login: str) -> str | None:
    """Return the code of what stands in the way of issue, or None."""
    if state.status not in {RunStatus.CALCULATED, RunStatus.ISSUING}:
        return "not_calculated"
    unmet = [condition.code for condition in list_issue_conditions(state, login=login) if not condition.met]
    return unmet[0] if unmet else None
