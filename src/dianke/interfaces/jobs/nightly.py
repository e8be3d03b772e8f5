"""
What runs every night, in Chinese time.

Procrastinate reads its times as UTC. A task that another process took up already is not taken twice; a night that
the worker slept through is caught up within the hours that the worker allows, and the chain closes every open day.
"""

import logging
from typing import Any

from django.conf import settings
from django.utils import timezone
from procrastinate.contrib.django import app

from dianke.application import (
    acquirers,
    agreements,
    collection,
    credit,
    fee_control,
    invoices,
    load_shapes,
    outbox,
    profiles,
    risk,
    service_orders,
    valuation,
    watching,
)
from dianke.application.archive.documents import dispose_expired_documents
from dianke.application.archive_quality.run import run_rules
from dianke.application.trail import chain_trail, prove_trail
from dianke.kernel.clock import SystemClock
from dianke.platform.audit.types import TrailBreak
from dianke.platform.identity.types import Actor

_LOG = logging.getLogger(__name__)
_HOURS_EAST = 8


def nightly_at(hour: int, minute: int, *, weekday: int | None = None) -> str:
    """Return the time of a night in Shanghai as a cron line of UTC; Monday is 1, Sunday is 0 or 7."""
    utc_hour = (hour - _HOURS_EAST) % 24
    if weekday is None:
        return f"{minute} {utc_hour} * * *"
    day = weekday if hour >= _HOURS_EAST else weekday - 1
    return f"{minute} {utc_hour} * * {day % 7}"


@app.periodic(cron=nightly_at(1, 10))
@app.task(queue="nightly", queueing_lock="audit_archive", name="audit_archive", pass_context=False)
def audit_archive(timestamp: int, **_: Any) -> None:
    """Let the rules of archive quality go through the whole utility."""
    run_rules(actor=Actor.system("the nightly pass audits the archive"), at=SystemClock().now())


@app.periodic(cron="* * * * *")
@app.task(queue="nightly", queueing_lock="finish_call_backs", name="finish_call_backs", pass_context=False)
def finish_call_backs(timestamp: int, **_: Any) -> None:
    """Book call-backs of gateways that were kept and not booked, and end orders whose time is over, every minute."""
    actor, now = Actor.system("the worker finishes call-backs of gateways"), SystemClock().now()
    acquirers.finish_call_backs(actor=actor, at=now)
    acquirers.expire_orders(actor=actor, at=now)


@app.periodic(cron="* * * * *")
@app.task(queue="nightly", queueing_lock="send_messages", name="send_messages", pass_context=False)
def send_messages(timestamp: int, **_: Any) -> None:
    """Hand over the messages that are due, every minute."""
    outbox.send_due(actor=Actor.system("the worker hands over messages"), at=SystemClock().now())


@app.periodic(cron="* * * * *")
@app.task(queue="nightly", queueing_lock="send_invoices", name="send_invoices", pass_context=False)
def send_invoices(timestamp: int, **_: Any) -> None:
    """Hand invoices to the tax platform and ask after those that are due, every minute."""
    invoices.send_due_invoices(actor=Actor.system("the worker sends tax invoices"), at=SystemClock().now())


@app.periodic(cron=nightly_at(5, 10))
@app.task(queue="nightly", queueing_lock="judge_agreements", name="judge_agreements", pass_context=False)
def judge_agreements(timestamp: int, **_: Any) -> None:
    """Settle agreements on instalments that are paid, break late ones, ask for stages, announce what falls due."""
    actor, now = Actor.system("the nightly pass judges agreements and asks for stages"), SystemClock().now()
    agreements.run_agreement_night(actor=actor, at=now)
    agreements.make_stage_requests(actor=actor, at=now)
    agreements.announce_stages(actor=actor, at=now)


@app.periodic(cron=nightly_at(0, 40))
@app.task(queue="nightly", queueing_lock="charge_ended_spells", name="charge_ended_spells", pass_context=False)
def charge_ended_spells(timestamp: int, **_: Any) -> None:
    """Let sealed capacity count again whose term is over, before anything of the day is billed."""
    actor = Actor.system("the nightly pass ends suspensions and reductions whose term is over")
    service_orders.charge_ended_spells(actor=actor, at=SystemClock().now())


@app.periodic(cron="*/15 * * * *")
@app.task(queue="nightly", queueing_lock="escalate_clocks", name="escalate_clocks", pass_context=False)
def escalate_clocks(timestamp: int, **_: Any) -> None:
    """Bring clocks of orders that are amber or red before whom they concern, every quarter of an hour."""
    actor = Actor.system("the worker brings late orders before the units above")
    service_orders.escalate_clocks(actor=actor, at=SystemClock().now())


@app.periodic(cron=nightly_at(5, 30))
@app.task(queue="nightly", queueing_lock="propose_dunning", name="propose_dunning", pass_context=False)
def propose_dunning(timestamp: int, **_: Any) -> None:
    """Carry open items of yesterday, propose the steps of dunning of the day, end measures that led to something."""
    actor, now = Actor.system("the nightly pass carries open items and proposes dunning"), SystemClock().now()
    collection.run_night(actor=actor, at=now)
    risk.finish_answered(actor=actor, at=now)
    credit.settle_demands(actor=actor, at=now)


@app.periodic(cron=nightly_at(4, 40, weekday=1))
@app.task(queue="nightly", queueing_lock="score_risk", name="score_risk", pass_context=False)
def score_risk(timestamp: int, **_: Any) -> None:
    """Score every account for risk on Mondays, before the working week begins."""
    risk.run_week(actor=Actor.system("the weekly pass scores the risk of accounts"), at=SystemClock().now())


@app.periodic(cron=nightly_at(4, 10))
@app.task(queue="nightly", queueing_lock="score_credit", name="score_credit", pass_context=False)
def score_credit(timestamp: int, **_: Any) -> None:
    """Score every customer as of the month's end: the first night of a month; broken off, the next night goes on."""
    credit.run_month(actor=Actor.system("the monthly pass scores the credit of customers"), at=SystemClock().now())


@app.periodic(cron=nightly_at(4, 55))
@app.task(queue="nightly", queueing_lock="compute_tags", name="compute_tags", pass_context=False)
def compute_tags(timestamp: int, **_: Any) -> None:
    """Compute the tags that are due: every night the daily ones, the others as their weeks and months are over."""
    profiles.run_due_tags(actor=Actor.system("the nightly pass computes tags of customers"), at=SystemClock().now())


@app.periodic(cron=nightly_at(6, 10, weekday=1))
@app.task(queue="nightly", queueing_lock="make_watch_lists", name="make_watch_lists", pass_context=False)
def make_watch_lists(timestamp: int, **_: Any) -> None:
    """Let all watch lists go through the customers on Mondays, after their risk was scored."""
    watching.run_week(actor=Actor.system("the weekly pass makes the watch lists"), at=SystemClock().now())


@app.periodic(cron=nightly_at(2, 50, weekday=7))
@app.task(queue="nightly", queueing_lock="sort_load_curves", name="sort_load_curves", pass_context=False)
def sort_load_curves(timestamp: int, **_: Any) -> None:
    """Sort the load curves into kinds on the first Sunday of a month that a worker sees."""
    actor = Actor.system("the monthly pass sorts load curves")
    load_shapes.run_month(actor=actor, root=settings.DATA_DIR / "intervals", at=SystemClock().now())


@app.periodic(cron=nightly_at(1, 40))
@app.task(queue="nightly", queueing_lock="rate_value", name="rate_value", pass_context=False)
def rate_value(timestamp: int, **_: Any) -> None:
    """Rate all customers for the month before, once, from the day on that the policy says."""
    valuation.run_due_month(actor=Actor.system("the monthly pass rates customers"), at=SystemClock().now())


@app.periodic(cron=nightly_at(5, 45))
@app.task(queue="nightly", queueing_lock="watch_balances", name="watch_balances", pass_context=False)
def watch_balances(timestamp: int, **_: Any) -> None:
    """Estimate running balances, tell customers, propose disconnections, and order supply back for who paid."""
    fee_control.run_night(actor=Actor.system("the nightly pass watches running balances"), at=SystemClock().now())


@app.periodic(cron="* * * * *")
@app.task(queue="nightly", queueing_lock="carry_out_orders", name="carry_out_orders", pass_context=False)
def carry_out_orders(timestamp: int, **_: Any) -> None:
    """Order supply back for who paid, say last words, and tell meters, every minute."""
    fee_control.run_minute(actor=Actor.system("the worker carries out orders of supply"), at=SystemClock().now())


@app.periodic(cron=nightly_at(2, 30))
@app.task(queue="nightly", queueing_lock="close_trail", name="close_trail", pass_context=False)
def close_trail(timestamp: int, **_: Any) -> None:
    """Close the days of the trail that are over."""
    chain_trail(actor=Actor.system("the nightly pass closes the trail"), at=SystemClock().now())


@app.periodic(cron=nightly_at(3, 30))
@app.task(queue="nightly", queueing_lock="dispose_documents", name="dispose_documents", pass_context=False)
def dispose_documents(timestamp: int, **_: Any) -> None:
    """Remove the files of documents whose time of keeping is over."""
    now = SystemClock().now()
    actor = Actor.system("the nightly pass disposes of documents whose time of keeping is over")
    count = dispose_expired_documents(actor=actor, on=timezone.localdate(now), at=now)
    if count:
        _LOG.info("disposed of %s documents", count)


@app.periodic(cron=nightly_at(4, 30, weekday=7))
@app.task(queue="nightly", queueing_lock="prove_trail", name="prove_trail", pass_context=False)
def prove_whole_trail(timestamp: int, **_: Any) -> None:
    """Prove the whole trail once a week; a break is an error in the log and stands on the page of the trail."""
    proof = prove_trail(actor=Actor.system("the weekly pass proves the trail"), at=SystemClock().now())
    if proof.broken is not None:
        _LOG.error("the trail is broken: %s", _write(proof.broken))


def _write(found: TrailBreak) -> str:
    return f"{found.kind} {found.day} {found.table} {found.key} {found.detail}".rstrip()
