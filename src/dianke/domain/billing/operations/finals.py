"""Final bills: asked with the readings of the day, run at once, and carried out when they are issued."""

from datetime import datetime
from typing import NamedTuple

from dianke.domain.billing.models import BillRun, BillRunFault, FinalBilling
from dianke.domain.billing.operations import calculation, runs
from dianke.domain.billing.operations.part_runs import Part, start_part
from dianke.domain.billing.queries import final_facts
from dianke.domain.billing.queries import finals as queries
from dianke.domain.billing.queries import runs as run_queries
from dianke.domain.billing.rules import finals as rules
from dianke.domain.billing.rules.finals import FinalOrder, Obstacle
from dianke.domain.billing.types import FinalKind, FinalState, RunKind, RunStatus
from dianke.domain.customers import operations as customers
from dianke.domain.customers.models import CustomerAccount
from dianke.domain.readings import operations as readings
from dianke.domain.readings.models import CycleMonth, ReadingCycle
from dianke.domain.readings.rules import add_months
from dianke.domain.readings.types import NewReading, ReadingQuality, ReadingSource
from dianke.kernel.clock import at_midnight, to_shanghai
from dianke.kernel.errors import DomainError
from dianke.platform.identity.types import Actor

_CYCLE_KEEPER = Actor.system("opening the month of a final bill")


class UnableToAskFinal(DomainError):
    """The account cannot get a final bill on that day."""

    code = "billing.unable_to_ask_final"
    message = "account {account} cannot get a final bill: {reason}{about}"


class UnableToWithdrawFinal(DomainError):
    """The final bill is issued or withdrawn already."""

    code = "billing.unable_to_withdraw_final"
    message = "final bill {number} cannot be withdrawn: {reason}"


class _Placed(NamedTuple):
    """The month, or stage of it, that a final day falls into."""

    month: CycleMonth
    points: list[int]


def ask_final(*, actor: Actor, account: CustomerAccount, order: FinalOrder, login: str, at: datetime) -> FinalBilling:
    """
    Ask for the final bill of an account: record its readings, and calculate the bills for the review.

    :raises UnableToAskFinal: naming what stands in the way and its remedy
    """
    stored, run = calculate_final(actor=actor, account=account, order=order, login=login, at=at)
    return _save(stored, order, run, login, at)


def calculate_final(
    *, actor: Actor, account: CustomerAccount, order: FinalOrder, login: str, at: datetime
) -> tuple[CustomerAccount, BillRun]:
    """
    Record the readings of a final bill and calculate its run; a preview ends here and is rolled back.

    :raises UnableToAskFinal: naming what stands in the way and its remedy
    """
    rows = CustomerAccount.objects.for_actor(actor).select_for_update(of=("self",)).select_related("customer")
    stored: CustomerAccount = rows.get(pk=account.pk)
    placed = _place(stored, order, at)
    _record_readings(actor, stored, order, at)
    run = start_part(
        actor=actor,
        part=Part(
            kind=RunKind.FINAL,
            unit=stored.unit,
            cycle_month=placed.month,
            point_ids=placed.points,
            about=stored.number,
            period=(run_queries.get_whole_period(placed.month)[0], order.final_date),
        ),
        started_by=login,
        at=at,
    )
    for number in run_queries.list_pending_shards(actor=actor, run=run):
        calculation.calculate_shard(actor=actor, run=run, shard_number=number)
    runs.close_calculation(actor=actor, run=run, at=at)
    fault = BillRunFault.objects.for_actor(actor).filter(run=run).select_related("usage_point").order_by("id").first()
    if fault is not None:
        about = f"{fault.usage_point.code} {fault.field} {fault.detail}".strip()
        _refuse(stored, Obstacle(field="account", code=fault.code, about=about))
    return stored, run


def _refuse(account: CustomerAccount, found: Obstacle) -> None:
    about = f" ({found.about})" if found.about else ""
    raise UnableToAskFinal(field=found.field, account=account.number, reason=found.reason, about=about)


def _place(account: CustomerAccount, order: FinalOrder, at: datetime) -> _Placed:
    today = to_shanghai(at).date()
    points = queries.list_route_points(account=account)
    facts = final_facts.read_facts(account=account, points=points, final_date=order.final_date, today=today)
    if obstacle := rules.find_order_obstacle(order, facts):
        _refuse(account, obstacle)
    (cycle,) = queries.list_cycles(points=points)
    month = _find_month(cycle, order)
    if month is None:
        _refuse(
            account,
            Obstacle(field="final_date", code="no_month"),
        )
    else:
        # Held until the order is there: the run of the month may be started at the same time.
        CycleMonth.objects.for_actor(_CYCLE_KEEPER).select_for_update(of=("self",)).get(pk=month.pk)
        of_month = final_facts.read_month_facts(account=account, points=points, month=month)
        if obstacle := rules.find_month_obstacle(order, of_month):
            _refuse(account, obstacle)
    assert month is not None  # noqa: S101 - refused above
    return _Placed(month, [point.pk for point in points])


def _find_month(cycle: ReadingCycle, order: FinalOrder) -> CycleMonth | None:
    """Return the month or stage that the day falls into; the month after the last one that is open is opened for it."""
    known = queries.list_cycle_months(cycle=cycle)
    found = _among(known, order)
    if found is not None or (known and known[-1].period.upper >= order.final_date):
        return found
    last = known[-1].month if known else add_months(order.final_date.replace(day=1), -cycle.months_per_period)
    following = add_months(last, cycle.months_per_period)
    readings.open_month(actor=_CYCLE_KEEPER, cycle=cycle, month=following)
    return _among(queries.list_cycle_months(cycle=cycle), order)


def _among(months: list[CycleMonth], order: FinalOrder) -> CycleMonth | None:
    return next((one for one in months if one.period.lower < order.final_date <= one.period.upper), None)


def _record_readings(actor: Actor, account: CustomerAccount, order: FinalOrder, at: datetime) -> None:
    stored = {
        meter.installation.pk: meter.reading
        for meter in queries.list_meters(points=queries.list_route_points(account=account), on=order.final_date)
    }
    new = []
    for given in order.readings:
        earlier = stored.get(given.installation_id)
        new.append(
            NewReading(
                installation_id=given.installation_id,
                # The earliest reading of a day closes the period: what is stored of the day is said again or refused.
                read_at=earlier.read_at if earlier else at_midnight(order.final_date),
                values=given.values,
                quality=ReadingQuality.ESTIMATED if given.is_estimated else ReadingQuality.ACTUAL,
                rolled_over=given.rolled_over,
            )
        )
    try:
        readings.record_readings(
            actor=actor, readings=new, source=ReadingSource.HAND_HELD, batch=f"final {account.number}", at=at
        )
    except readings.UnableToRecordReadings as refusal:
        fault = refusal.faults[0]
        about = f"{fault.register} {fault.limit}".strip()
        _refuse(account, Obstacle(field="readings", code=fault.code.value, about=about))


def _save(account: CustomerAccount, order: FinalOrder, run: BillRun, login: str, at: datetime) -> FinalBilling:
    final = FinalBilling(
        unit=account.unit,
        account=account,
        kind=order.kind.value,
        customer=account.customer,
        customer_name=account.customer.name,
        new_customer_id=order.new_customer_id if order.kind is FinalKind.HANDOVER else None,
        final_date=order.final_date,
        reason=order.reason.strip()[:200],
        estimate_reason=order.estimate_reason.strip()[:200],
        run=run,
        asked_by=login,
        asked_at=at,
    )
    final.save()
    return final


def withdraw_final(*, actor: Actor, final: FinalBilling) -> None:
    """
    Take a final bill back before it is issued; its readings stay, for they were read.

    :raises UnableToWithdrawFinal: if it is being issued, or was
    """
    if final.state != FinalState.ASKED.value:
        raise UnableToWithdrawFinal(field="number", number=final.number, reason="it is settled already")
    try:
        runs.cancel_run(actor=actor, run=final.run)
    except runs.UnableToCancelRun as refusal:
        raise UnableToWithdrawFinal(field="number", number=final.number, reason="its bills are issued") from refusal


def carry_out(*, actor: Actor, run: BillRun) -> None:
    """Close the account of an issued final bill, or give it to whoever takes it over."""
    final = queries.find_of_run(actor=actor, run=run)
    if run.kind != RunKind.FINAL.value or run.status != RunStatus.ISSUED.value or final is None:
        return
    if final.state != FinalState.ASKED.value:
        return
    if final.new_customer is None:
        customers.close_account(actor=actor, account=final.account, on=final.final_date)
    else:
        customers.hand_over_account(actor=actor, account=final.account, to=final.new_customer, on=final.final_date)
    final.state, final.settled_by, final.settled_at = FinalState.ISSUED.value, run.issued_by, run.issued_at
    final.save(update_fields=["state", "settled_by", "settled_at"])
