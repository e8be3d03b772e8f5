"""Work that outlives a page: each task acts as the person who asked for it, with the rights they hold now."""

from datetime import date

from django.conf import settings
from procrastinate import RetryStrategy
from procrastinate.contrib.django import app

from dianke.application import bank_channels, bill_documents, invoices, meter_to_cash, trials, valuation
from dianke.application.archive_quality.run import run_rules
from dianke.application.imports import batches
from dianke.interfaces.jobs import nightly  # noqa: F401 - the worker looks for tasks in this module only
from dianke.kernel.clock import SystemClock
from dianke.platform.identity import queries as identity
from dianke.platform.identity.types import Actor

# A killed worker leaves its job; the next one takes it up where the last committed shard ended.
_AGAIN = RetryStrategy(max_attempts=3, wait=5)


@app.task(queue="billing", retry=_AGAIN, name="calculate_run")
def calculate_run(*, number: str, login: str) -> None:
    """Calculate every pending shard of a run."""
    meter_to_cash.calculate_run(actor=_act_as(login), number=number)


@app.task(queue="billing", retry=_AGAIN, name="issue_run")
def issue_run(*, number: str, login: str) -> None:
    """Issue a run as the second person who decided it."""
    meter_to_cash.issue_run(actor=_act_as(login), number=number, at=SystemClock().now())


@app.task(queue="billing", retry=_AGAIN, name="run_trial")
def run_trial(*, number: str, login: str) -> None:
    """Carry out a trial of prices, from its beginning where a killed worker left it."""
    trials.carry_out_trial(actor=_act_as(login), number=number)


@app.task(queue="documents", retry=_AGAIN, name="carry_out_run_work")
def carry_out_run_work(*, key: int, login: str) -> None:
    """Write the bills of a run as PDF, or compute them again."""
    bill_documents.carry_out_work(actor=_act_as(login), key=key)


@app.task(queue="documents", retry=_AGAIN, name="make_run_invoices")
def make_run_invoices(*, key: int, login: str) -> None:
    """Make an invoice for every bill of a run that has none."""
    invoices.carry_out_batch(actor=_act_as(login), key=key)


@app.task(queue="imports", retry=_AGAIN, name="carry_out_import")
def carry_out_import(*, batch_id: int, login: str) -> None:
    """Check or load a file that was handed in on the page."""
    batches.carry_out(
        actor=_act_as(login),
        batch_id=batch_id,
        at=SystemClock().now(),
        data_dir=settings.DATA_DIR,
        size_limit=settings.FILE_UPLOAD_MAX_BYTES,
    )


@app.task(queue="imports", retry=_AGAIN, name="undo_import")
def undo_import(*, batch_id: int, login: str) -> None:
    """Take out again what a file stored, for the person who asked on the page."""
    batches.carry_out_undo(actor=_act_as(login), batch_id=batch_id, at=SystemClock().now(), data_dir=settings.DATA_DIR)


@app.task(queue="imports", retry=_AGAIN, name="check_bank_answer")
def check_bank_answer(*, key: int, login: str) -> None:
    """Check a file that a bank answered with, for the person who brought it."""
    bank_channels.carry_out_check(actor=_act_as(login), key=key, at=SystemClock().now(), data_dir=settings.DATA_DIR)


@app.task(queue="imports", retry=_AGAIN, name="book_bank_answer")
def book_bank_answer(*, key: int, login: str) -> None:
    """Book the good rows of a bank's answer, going on where a killed worker left it."""
    bank_channels.carry_out_booking(actor=_act_as(login), key=key, at=SystemClock().now(), data_dir=settings.DATA_DIR)


@app.task(queue="quality", retry=_AGAIN, name="run_quality_rules")
def run_quality_rules(*, unit_code: str, login: str) -> None:
    """Let the rules of archive quality go through a unit for the person who asked."""
    run_rules(actor=_act_as(login), unit_code=unit_code, at=SystemClock().now())


@app.task(queue="quality", retry=_AGAIN, name="rate_customers")
def rate_customers(*, month: str, login: str) -> None:
    """Rate all customers for a month, going on where a killed worker left it."""
    valuation.rate_month(actor=_act_as(login), month=date.fromisoformat(month), at=SystemClock().now())


def _act_as(login: str) -> Actor:
    return identity.get_actor(login=login, on=SystemClock().now().date(), origin="job")
