"""The monthly rating: gather what is not kept, rate all customers, write block by block; it goes on where it was."""

from datetime import date, datetime

from dianke.application.valuation.loading import Loaded, find_rows, load
from dianke.domain.valuation.models import RatingRun
from dianke.domain.valuation.operations import month_facts
from dianke.domain.valuation.operations import runs as operations
from dianke.domain.valuation.operations.runs import Rows
from dianke.domain.valuation.queries import facts as kept
from dianke.domain.valuation.queries import gathering, ratings, service, versions
from dianke.domain.valuation.rules.policy import Policy, get_policy
from dianke.domain.valuation.rules.rating import Rated, Terms, rate
from dianke.domain.valuation.types import Month, RunState
from dianke.kernel.clock import to_shanghai
from dianke.kernel.errors import DomainError
from dianke.platform.audit.use_case import use_case
from dianke.platform.identity.types import Actor


class MonthNotOver(DomainError):
    """A month is rated once it is over, and never before one that was rated."""

    code = "value.month_not_over"
    message = "{month} cannot be rated: {reason}"


def run_due_month(*, actor: Actor, at: datetime) -> RatingRun | None:
    """Rate the month before, once, from the day of the policy on; go on with one that was interrupted."""
    month = find_month_to_rate(actor=actor, at=at)
    return None if month is None else rate_month(actor=actor, month=month, at=at)


def find_month_to_rate(*, actor: Actor, at: datetime) -> date | None:
    """Return the month that waits to be rated, or None."""
    today = to_shanghai(at).date()
    month = Month(today.replace(day=1)).back(1)
    run = ratings.get_last_run(actor=actor, state=None)
    if run is not None and (run.state != RunState.DONE.value or run.month >= month):
        return run.month if run.state != RunState.DONE.value else None
    return month if today.day >= get_policy(on=today).rate_from_day else None


def rate_month(*, actor: Actor, month: date, at: datetime) -> RatingRun:
    """
    Rate all customers for a month, or go on with that; a rating that is done is returned as it is.

    :raises MonthNotOver: if the month is not over, or a later one was rated
    """
    run = start_month(actor=actor, month=month, at=at)
    if run.state == RunState.DONE.value:
        return run
    policy = get_policy(on=run.month)
    for back in reversed(range(policy.history_months)):
        gather_month(actor=actor, run_month=month, month=Month(month).back(back), at=at)
    loaded = load(run=run, policy=policy)
    weights = versions.get_weights(actor=actor, on=run.month)
    rated = rate(loaded.material, terms=Terms(policy, weights.weights, weights.basis, weights.policy_priced))
    _write(actor, run, loaded, rated, policy)
    return end_month(actor=actor, month=month, dropped=loaded.dropped.tolist(), at=at)


@use_case(right="valuation.rate")
def start_month(*, actor: Actor, month: date, at: datetime) -> RatingRun:
    """
    Begin the rating of a month, or return the one that is there.

    :raises MonthNotOver: if the month is not over, or a later one was rated
    """
    found = ratings.get_run(actor=actor, month=month)
    if found is not None:
        return found
    if Month(month).after > to_shanghai(at).date():
        raise MonthNotOver(field="month", month=f"{month:%Y-%m}", reason="it is not over")
    last = ratings.get_last_run(actor=actor, state=None)
    if last is not None and last.month > month:
        raise MonthNotOver(field="month", month=f"{month:%Y-%m}", reason="a later month was rated")
    policy = get_policy(on=month)
    return operations.begin_run(
        month=Month(month), policy_code=policy.code, weights=versions.get_weights(actor=actor, on=month),
        service_table=service.list_services(on=to_shanghai(at).date())[0].table, months_total=policy.history_months,
        login=actor.login, at=at,
    )  # fmt: skip


@use_case(right="valuation.rate", raises_alarms=False)
def gather_month(*, actor: Actor, run_month: date, month: date, at: datetime) -> int:
    """Keep the facts of a month, unless they are kept and its bills did not change since; return of how many."""
    run = ratings.get_run(actor=actor, month=run_month, lock=True)
    assert run is not None  # noqa: S101 - it was begun
    policy, own = get_policy(on=month), Month(month)
    count = 0
    if _is_stale(own, policy):
        accounts = gathering.fetch_accounts(policy_classes=policy.policy_classes)
        count = month_facts.gather_month(month=own, policy=policy, accounts=accounts, at=at)
    passed = run.months_total - (run_month.year - month.year) * 12 - (run_month.month - month.month)
    operations.note_gathered(run=run, months=passed)
    return count


@use_case(right="valuation.rate")
def end_month(*, actor: Actor, month: date, dropped: list[int], at: datetime) -> RatingRun:
    """Add up a rating that is written, and take the class off customers that are not supplied any more."""
    run = ratings.get_run(actor=actor, month=month, lock=True)
    assert run is not None  # noqa: S101 - it was begun
    operations.clear_classes(customer_ids=dropped, service_table=run.service_table)
    return operations.end_run(run=run, at=at)


def _write(actor: Actor, run: RatingRun, loaded: Loaded, rated: Rated, policy: Policy) -> None:
    rows, size = find_rows(loaded, rated), loaded.fleet.customers.size
    blocks = -(-size // policy.block_customers)
    for number in range(1, blocks + 1):
        write_block(
            actor=actor, month=run.month, number=number, blocks=blocks, loaded=loaded, rated=rated, rows=rows,
            size=policy.block_customers,
        )  # fmt: skip


@use_case(right="valuation.rate", raises_alarms=False)
def write_block(
    *, actor: Actor, month: date, number: int, blocks: int, loaded: Loaded, rated: Rated, rows: Rows, size: int
) -> int:
    """Write a block of ratings, unless it stands already; return whose class was put."""
    run = ratings.get_run(actor=actor, month=month, lock=True)
    assert run is not None  # noqa: S101 - it was begun
    if run.blocks_written >= number:
        return 0
    if number == 1:
        operations.begin_blocks(run=run, rated=rated, blocks=blocks)
    first = (number - 1) * size
    return operations.write_block(
        run=run, material=loaded.material, rated=rated, rows=rows, number=number, first=first,
        last=min(first + size, loaded.fleet.customers.size),
    )  # fmt: skip


def _is_stale(month: Month, policy: Policy) -> bool:
    known = kept.list_months(months=[month.first], policy_code=policy.code)
    if month.first not in known:
        first = kept.find_first_month()
        return first is not None and first <= month.first
    return known[month.first] != kept.mark_month(month=month)
