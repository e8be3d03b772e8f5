"""Issue a run: a second person, one INSERT … SELECT a shard, append-only from then on."""

from datetime import datetime

from dianke.domain.billing.models import BillRun, BillRunShard
from dianke.domain.billing.operations import drafts, totals
from dianke.domain.billing.queries.due_dates import write_due_column
from dianke.domain.billing.rules import runs as rules
from dianke.domain.billing.types import LINES_PER_BILL, RunKind, RunStatus, ShardStatus
from dianke.kernel.clock import to_shanghai
from dianke.kernel.errors import DomainError
from dianke.platform.database.planning import along_indexes
from dianke.platform.org.scoping import Scope

_BILL_COLUMNS = """
    id, unit_id, run_id, shard_number, usage_point_id, account_id, account_number,
    customer_name, address, usage_class, industry_code, voltage, month, period_start, period_end,
    energy_kwh_e2, basic_fen, energy_fen, shares_fen, power_factor_fen, funds_fen, amount_fen"""
_LINE_COLUMNS = "id, kind_id, quantity_e6, price_e8, amount_e6"
_INPUT_COLUMNS = "run_id, shard_number, first_point_id, last_point_id, bill_count, content, sha256"


class UnableToIssueRun(DomainError):
    """The run may not be issued, or not by this person."""

    code = "billing.unable_to_issue_run"
    message = "run {run} cannot be issued: {reason}"


def begin_issue(*, run: BillRun, state: rules.RunState, login: str, at: datetime) -> None:
    """
    Decide to issue a run; from now on nothing of it is recalculated.

    :raises UnableToIssueRun: naming the first condition that is not met
    """
    if obstacle := rules.find_issue_obstacle(state, login=login):
        raise UnableToIssueRun(field=obstacle, run=run.number, reason=obstacle)
    if run.status == RunStatus.CALCULATED.value:
        run.status, run.issued_by, run.issued_at = RunStatus.ISSUING.value, login, at
        run.save(update_fields=["status", "issued_by", "issued_at"])


def issue_shard(*, actor: Scope, run: BillRun, shard_number: int) -> int:
    """
    Turn the drafts of one shard into bills, once; return how many.

    A shard that was issued before a crash is left alone, so that a run can be resumed anywhere.

    :raises UnableToIssueRun: if a draft is no longer the sum of its lines
    """
    shard = BillRunShard.objects.for_actor(actor).select_for_update(of=("self",)).get(run=run, number=shard_number)
    if shard.status != ShardStatus.CALCULATED.value:
        return 0
    if drafts.count_differing(shard):
        raise UnableToIssueRun(field="lines_add_up", run=run.number, reason="lines_add_up")
    bills = _copy_bills(run, shard)
    totals.add_up_range(first_id=shard.first_bill_id, end_id=shard.end_bill_id)
    shard.status = ShardStatus.ISSUED.value
    shard.save(update_fields=["status"])
    return bills


def _copy_bills(run: BillRun, shard: BillRunShard) -> int:
    assert run.issued_at is not None  # noqa: S101 - a shard is issued after its run was decided to be
    first, end = shard.first_bill_id, shard.end_bill_id
    due, due_keys = write_due_column(
        first_id=first,
        end_id=end,
        issued_on=to_shanghai(run.issued_at).date(),
        is_final=run.kind == RunKind.FINAL.value,
    )
    run_keys = {"started_by": run.started_by, "issued_by": run.issued_by, "issued_at": run.issued_at}
    with along_indexes() as cursor:
        cursor.execute(
            f"""
            insert into billing_bill ({_BILL_COLUMNS}, calculated_by, issued_by, issued_at, due_date)
            select {_BILL_COLUMNS}, %(started_by)s, %(issued_by)s, %(issued_at)s, {due}
              from billing_billdraft where id >= %(first)s and id < %(end)s order by id
            """,  # noqa: S608 - columns and expression are constants
            {**run_keys, **due_keys, "first": first, "end": end},
        )
        bills = int(cursor.rowcount)
        cursor.execute(
            f"""
            insert into billing_billline ({_LINE_COLUMNS})
            select {_LINE_COLUMNS} from billing_billdraftline where id >= %s and id < %s order by id
            """,  # noqa: S608 - the columns are constants of this file
            [first * LINES_PER_BILL, end * LINES_PER_BILL],
        )
        cursor.execute(
            f"""
            insert into billing_frozeninputs (unit_id, {_INPUT_COLUMNS})
            select %s, {_INPUT_COLUMNS} from billing_draftinputs where run_id = %s and shard_number = %s order by id
            """,  # noqa: S608 - the columns are constants of this file
            [run.unit_id, run.pk, shard.number],
        )
    return bills


def close_issue(*, actor: Scope, run: BillRun) -> None:
    """Mark the run as issued once every shard is."""
    left = BillRunShard.objects.for_actor(actor).filter(run=run).exclude(status=ShardStatus.ISSUED.value)
    if not left.exists():
        run.status = RunStatus.ISSUED.value
        run.save(update_fields=["status"])
