"""The special reading of the day on which somebody leaves, the final bill from it, and its issue."""

from datetime import date

from django.db.models import Sum

from dianke.application.service_orders.work import Work
from dianke.domain.billing.models import Bill, BillRun, FinalBilling
from dianke.domain.billing.operations import finals, issue
from dianke.domain.billing.queries import finals as final_queries
from dianke.domain.billing.queries import runs as run_queries
from dianke.domain.billing.queries.finals import ReadMeter
from dianke.domain.billing.rules.finals import FinalOrder, FinalReading
from dianke.domain.billing.types import FinalKind, FinalState, RunStatus
from dianke.domain.customers import operations as customers
from dianke.domain.customers.models import CustomerAccount
from dianke.domain.readings import operations as readings
from dianke.domain.readings.types import NewReading, ReadingQuality, ReadingSource
from dianke.domain.receivables.operations import bills as books
from dianke.domain.receivables.operations.prepayments import lock_accounts_of_shard, use_prepayments_of_shard
from dianke.domain.service_orders.models import EffectKind, ServiceOrder
from dianke.domain.service_orders.queries.effects import find_final_day, list_effects
from dianke.domain.service_orders.queries.leavers import list_leaving
from dianke.domain.service_orders.queries.removals import find_removed_on
from dianke.domain.service_orders.types import OrderKind
from dianke.kernel.clock import at_midnight, to_shanghai
from dianke.kernel.errors import DomainError
from dianke.platform.identity.separation import require_another_person
from dianke.platform.identity.types import Actor

RETURNED = "RETURNED"


class DayNotCome(DomainError):
    """The day that was agreed has not come."""

    code = "service_orders.day_not_come"
    message = "{number} was agreed for {day}: this is not done before"


class RegisterNotRead(DomainError):
    """A register of a meter that stands there was not read."""

    code = "service_orders.register_not_read"
    message = "read every register of meter {meter}; missing: {registers}"


class FinalBillMissing(DomainError):
    """The final bill of the order was withdrawn or never asked for."""

    code = "service_orders.final_bill_missing"
    message = "{number} has no final bill that waits; return it, so that it is calculated anew"


def list_meters(order: ServiceOrder, *, actor: Actor) -> list[ReadMeter]:
    """Return the meters that are to be read on the final day; none once they are removed."""
    day = find_final_day(actor=actor, order=order)
    return [one for account in list_leaving(actor=actor, order=order) for one in _list_of(account, day)]


def _list_of(account: CustomerAccount, day: date) -> list[ReadMeter]:
    return final_queries.list_meters(points=final_queries.list_route_points(account=account), on=day)


def read_final(work: Work) -> None:
    """
    Record what the meters show at the start of the final day; those that were removed were read then.

    :raises DayNotCome: before the day that was agreed
    :raises RegisterNotRead: if a register is missing
    :raises UnableToRecordReadings: if a value cannot be, beside its neighbours
    """
    day = find_final_day(actor=work.actor, order=work.order)
    if work.today < day:
        raise DayNotCome(field="day", number=work.order.number, day=day)
    new = [_read_meter(work, meter, day) for meter in list_meters(work.order, actor=work.actor)]
    if new:
        readings.record_readings(
            actor=work.actor, readings=new, source=ReadingSource.HAND_HELD, batch=work.order.number, at=work.at
        )
    work.note(EffectKind.READING, on=day)


def _read_meter(work: Work, meter: ReadMeter, day: date) -> NewReading:
    values = work.given.values.get(meter.installation.pk, {})
    missing = [name for name in meter.registers if name not in values]
    if missing:
        number = meter.installation.meter.asset_number
        raise RegisterNotRead(field="readings", meter=number, registers=", ".join(missing))
    return NewReading(
        installation_id=meter.installation.pk,
        # The earliest reading of a day closes the period: what is stored of the day is said again or refused.
        read_at=meter.reading.read_at if meter.reading else at_midnight(day),
        values={name: values[name] for name in meter.registers},
        quality=ReadingQuality.ACTUAL,
        rolled_over=meter.installation.pk in work.given.rolled_over,
    )


def bill_final(work: Work) -> None:
    """
    Ask for the final bill from the readings that are stored; who takes over is named by the order.

    :raises UnableToAskFinal: naming what stands in the way and its remedy
    """
    order, is_transfer = work.order, work.order.kind == OrderKind.TRANSFER.value
    withdraw_final(order, actor=work.actor)
    day = find_final_day(actor=work.actor, order=order)
    for account in list_leaving(actor=work.actor, order=order):
        if not is_transfer and _is_billed_to_the_end(work, account):
            continue
        wanted = FinalOrder(
            kind=FinalKind.HANDOVER if is_transfer else FinalKind.CLOSING,
            final_date=day,
            reason=order.number,
            readings=[_of_stored(meter) for meter in _list_of(account, day) if meter.reading],
            new_customer_id=order.taker_id if is_transfer else None,
        )
        final = finals.ask_final(actor=work.actor, account=account, order=wanted, login=work.actor.login, at=work.at)
        work.note(EffectKind.FINAL_BILL, key=final.pk, number=final.number, on=final.final_date)


def _is_billed_to_the_end(work: Work, account: CustomerAccount) -> bool:
    """Tell whether the meters came off for a time before, and all that they measured is billed."""
    removed_on = find_removed_on(actor=work.actor, account=account)
    points = final_queries.list_route_points(account=account)
    if removed_on is None or not points:
        return False
    billed = final_queries.find_billed_until(account=account)
    return all(billed.get(point.pk, date.min) >= removed_on for point in points)


def _of_stored(meter: ReadMeter) -> FinalReading:
    reading = meter.reading
    assert reading is not None  # noqa: S101 - the caller leaves out what was not read
    return FinalReading(
        installation_id=meter.installation.pk,
        values={name: getattr(reading, name) for name in meter.registers},
        rolled_over=reading.rolled_over,
    )


def find_finals(order: ServiceOrder, *, actor: Actor) -> dict[int, FinalBilling]:
    """Return the final bill that an order asked for last of each account that leaves, by the key of the account."""
    asked = [one for one in list_effects(actor=actor, order=order) if one.kind == EffectKind.FINAL_BILL.value]
    rows = [final_queries.get_final(actor=actor, key=one.key) for one in asked if one.key]
    return {one.account_id: one for one in rows}


def withdraw_final(order: ServiceOrder, *, actor: Actor) -> list[FinalBilling]:
    """Take back the final bills of an order that are not issued yet, and return them."""
    waiting = [one for one in find_finals(order, actor=actor).values() if one.state == FinalState.ASKED.value]
    for final in waiting:
        finals.withdraw_final(actor=actor, final=final)
    return waiting


def issue_final(work: Work) -> None:
    """
    Issue the final bill as its second person, or return it; with the issue the account is closed or handed over.

    :raises FinalBillMissing: if it was withdrawn
    :raises UnableToIssueRun: if a suspicion about it is open, or the person may not
    :raises SamePerson: if the actor asked for it, or stands in for who did
    """
    if work.step.outcome == RETURNED:
        for final in withdraw_final(work.order, actor=work.actor):
            work.note(EffectKind.FINAL_WITHDRAWN, key=final.pk, number=final.number)
        return
    asked = find_finals(work.order, actor=work.actor)
    for account in list_leaving(actor=work.actor, order=work.order):
        _issue_of(work, account, asked.get(account.pk))


def _issue_of(work: Work, account: CustomerAccount, final: FinalBilling | None) -> None:
    if final is None and _is_billed_to_the_end(work, account):
        _close_unbilled(work, account)
        return
    if final is None or final.state == FinalState.WITHDRAWN.value:
        raise FinalBillMissing(field="number", number=work.order.number)
    run = _issue(work, final)
    bills = Bill.objects.for_actor(work.actor).filter(run_id=run.pk)
    total = bills.aggregate(total=Sum("amount_fen"))["total"] or 0
    work.note(EffectKind.FINAL_ISSUED, key=final.pk, number=final.number, on=final.final_date, amount_fen=total)
    kind = EffectKind.ACCOUNT_TAKEN_OVER if final.new_customer_id else EffectKind.ACCOUNT_CLOSED
    work.note(kind, key=final.account_id, number=final.account.number, on=final.final_date)


def _close_unbilled(work: Work, account: CustomerAccount) -> None:
    """Close an account that has nothing left to bill."""
    day = find_final_day(actor=work.actor, order=work.order)
    closed = customers.close_account(actor=work.actor, account=account, on=day)
    work.note(EffectKind.ACCOUNT_CLOSED, key=closed.pk, number=closed.number, on=day)


def _issue(work: Work, final: FinalBilling) -> BillRun:
    """Issue the run of a final bill in the transaction of the step: its few bills need no worker."""
    actor, at = work.actor, work.at
    run = run_queries.get_run(actor=actor, number=final.run.number, lock=True)
    if run.status == RunStatus.ISSUED.value:
        return run
    state = run_queries.get_state(actor=actor, run=run)
    issue.begin_issue(run=run, state=state, login=actor.login, at=at)
    require_another_person(actor=actor, operator_login=run.started_by, operated_on=to_shanghai(run.started_at).date())
    for login in sorted(state.exempted_by):
        require_another_person(actor=actor, operator_login=login)
    books.prepare_month(actor=actor, occurred_on=to_shanghai(run.issued_at or at).date())
    for shard in run_queries.list_calculated_shards(actor=actor, run=run):
        if issue.issue_shard(actor=actor, run=run, shard_number=shard):
            lock_accounts_of_shard(run=run, shard_number=shard)
            books.post_issued_shard(actor=actor, run=run, shard_number=shard)
            use_prepayments_of_shard(actor=actor, run=run, shard_number=shard)
    issue.close_issue(actor=actor, run=run)
    finals.carry_out(actor=actor, run=run)
    return run
