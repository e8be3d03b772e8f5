"""What the head of a customer's page says of money and of open work, in one statement that is written once."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Any

from django.db.models import BigIntegerField, CharField, DateField, F, OuterRef, Q, QuerySet, Subquery, Sum, Value
from django.db.models.functions import Cast

from dianke.domain.billing.models import Bill
from dianke.domain.collection.models import RiskMeasure
from dianke.domain.collection.types import RiskMeasureState
from dianke.domain.credit.models import CustomerFact, GradeDemand, Objection
from dianke.domain.credit.types import DemandState, FactState, FactType, ObjectionState
from dianke.domain.fee_control.models import SupplyOrder
from dianke.domain.fee_control.types import OPEN_ORDERS
from dianke.domain.receivables.models import HeldMoney, Posting
from dianke.domain.receivables.types import HeldKind
from dianke.domain.service_orders.models import IS_OPEN, ServiceOrder
from dianke.domain.valuation.models import ValueAppeal
from dianke.domain.valuation.types import AppealState
from dianke.domain.watching.models import WatchEntry
from dianke.domain.watching.types import LIVING
from dianke.platform.identity.types import Actor
from dianke.platform.org.kept_statements import KeptStatements

# Calls and tickets, and satisfaction, come with the import of facts until there is a module of them.
CALL_TYPES = (FactType.CALL, FactType.REPAIR_CALL, FactType.COMPLAINT)
SATISFACTION_TYPES = (FactType.SATISFACTION, FactType.NPS)
_RECEIVABLES = "1122"
_LIVING_MEASURES = (RiskMeasureState.PROPOSED.value, RiskMeasureState.ACCEPTED.value)
_SYSTEM = Actor.system("asking whether a source of facts has any row at all")


class Line(StrEnum):
    """What a row of the statement is about."""

    DEBT = "DEBT"
    PREPAID = "PREPAID"
    ORDER = "ORDER"
    SUPPLY_ORDER = "SUPPLY_ORDER"
    RISK_MEASURE = "RISK_MEASURE"
    WATCHED = "WATCHED"
    OBJECTION = "OBJECTION"
    APPEAL = "APPEAL"
    MEASURE = "MEASURE"
    CALLS_KNOWN = "CALLS_KNOWN"
    SATISFACTION_KNOWN = "SATISFACTION_KNOWN"


# Without its right a line is not asked for.
_RIGHTS = {
    Line.DEBT: "payments.view",
    Line.PREPAID: "payments.view",
    Line.ORDER: "orders.view",
    Line.SUPPLY_ORDER: "fee_control.view",
    Line.RISK_MEASURE: "collection.view",
    Line.WATCHED: "watching.view",
    Line.OBJECTION: "credit.view",
    Line.APPEAL: "valuation.view",
    Line.MEASURE: "credit.view",
}
_OF_ACCOUNT = frozenset({Line.DEBT, Line.PREPAID, Line.ORDER, Line.SUPPLY_ORDER, Line.RISK_MEASURE})


@dataclass(frozen=True, slots=True)
class Summary:
    """
    Money in fen and counts of open work; None where the reader has no right to it or there is no account.

    `open_fen` is what is left of issued bills and booked fees, without late fees that still run.
    """

    open_fen: int | None
    overdue_fen: int
    prepaid_fen: int
    work: dict[Line, tuple[int, ...]]
    knows_calls: bool
    knows_satisfaction: bool


def get_summary(*, actor: Actor, customer_id: int, account_id: int | None, unit_path: str, today: date) -> Summary:
    """Return what the head says of a customer and one of its accounts, as far as the reader may see it there."""
    lines = tuple(
        line
        for line in Line
        if (line not in _RIGHTS or actor.may(_RIGHTS[line], unit_path))
        and (account_id is not None or line not in _OF_ACCOUNT)
    )
    rows = _STATEMENTS.ask(
        actor=actor,
        shape=lines,
        write=lambda scope: _unite(scope, lines),
        values={_CUSTOMER: customer_id, _ACCOUNT: account_id},
    )
    return _sum_up([(Line(line), key, amount, on) for line, key, amount, on in rows], Line.DEBT in lines, today)


Row = tuple[Line, int, int, date | None]
_CUSTOMER, _ACCOUNT = -1, -2
_STATEMENTS = KeptStatements(is_prepared=True)


def _sum_up(rows: Sequence[Row], sees_money: bool, today: date) -> Summary:
    debts = [(amount, on) for line, _key, amount, on in rows if line is Line.DEBT]
    work: dict[Line, tuple[int, ...]] = {}
    for line, key, _amount, _on in rows:
        work[line] = (*work.get(line, ()), key)
    return Summary(
        open_fen=sum(amount for amount, _on in debts) if sees_money else None,
        overdue_fen=sum(amount for amount, due in debts if due is not None and due < today),
        prepaid_fen=sum(amount for line, _key, amount, _on in rows if line is Line.PREPAID),
        work=work,
        knows_calls=Line.CALLS_KNOWN in work,
        knows_satisfaction=Line.SATISFACTION_KNOWN in work,
    )


def _unite(scope: Actor, lines: Sequence[Line]) -> QuerySet[Any]:
    first, *others = (_WRITERS[line](scope) for line in lines)
    return first.union(*others, all=True)


def _shape(rows: Any, line: Line, *, amount: Any = 0, on: Any = None, key: Any = "pk") -> QuerySet[Any]:
    shaped: QuerySet[Any] = rows.annotate(
        head_line=Value(line.value, CharField()),
        head_key=Cast(F(key), BigIntegerField()),
        head_amount=amount if not isinstance(amount, int) else Value(amount, BigIntegerField()),
        head_on=Cast(on, DateField()) if on is not None else Value(None, DateField()),
    )
    return shaped.values_list("head_line", "head_key", "head_amount", "head_on")


def _write_debts(scope: Actor) -> QuerySet[Any]:
    """Return what is left of each bill on each account of the chart, with the day that it falls due."""
    due = Bill.objects.for_actor(scope).filter(pk=OuterRef("item_id")).values("due_date")[:1]
    rows = Posting.objects.for_actor(scope).filter(
        customer_account_id=_ACCOUNT, ledger_account__code__startswith=_RECEIVABLES
    )
    open_lines = rows.values("item_id", "unit_id", "ledger_account_id", "usage_class", "for_year").annotate(
        left=Cast(Sum(F("debit_fen") - F("credit_fen")), BigIntegerField())
    )
    return _shape(open_lines.filter(left__gt=0), Line.DEBT, amount=F("left"), on=Subquery(due), key="item_id")


def _write_held(scope: Actor) -> QuerySet[Any]:
    rows = HeldMoney.objects.for_actor(scope).filter(
        customer_account=_ACCOUNT, kind=HeldKind.PREPAYMENT.value, amount_fen__gt=0
    )
    return _shape(rows, Line.PREPAID, amount=F("amount_fen"))


def _write_known(types: Sequence[FactType], line: Line) -> QuerySet[Any]:
    wanted = Q(type__in=[one.value for one in types], state=FactState.STANDING.value)
    # Without an order PostgreSQL takes the first that it meets in the index of types.
    return _shape(CustomerFact.objects.for_actor(_SYSTEM).filter(wanted), line)[:1]


_WRITERS: dict[Line, Callable[[Actor], QuerySet[Any]]] = {
    Line.DEBT: _write_debts,
    Line.PREPAID: _write_held,
    Line.ORDER: lambda scope: _shape(
        ServiceOrder.objects.for_actor(scope).filter(IS_OPEN, account=_ACCOUNT), Line.ORDER
    ),
    Line.SUPPLY_ORDER: lambda scope: _shape(
        SupplyOrder.objects.for_actor(scope).filter(
            account=_ACCOUNT, state__in=sorted(one.value for one in OPEN_ORDERS)
        ),
        Line.SUPPLY_ORDER,
    ),
    Line.RISK_MEASURE: lambda scope: _shape(
        RiskMeasure.objects.for_actor(scope).filter(account=_ACCOUNT, state__in=_LIVING_MEASURES), Line.RISK_MEASURE
    ),
    Line.WATCHED: lambda scope: _shape(
        WatchEntry.objects.for_actor(scope).filter(customer=_CUSTOMER, state__in=[one.value for one in LIVING]),
        Line.WATCHED,
    ),
    Line.OBJECTION: lambda scope: _shape(
        Objection.objects.for_actor(scope).filter(customer=_CUSTOMER, state=ObjectionState.OPEN.value), Line.OBJECTION
    ),
    Line.APPEAL: lambda scope: _shape(
        ValueAppeal.objects.for_actor(scope).filter(customer=_CUSTOMER, state=AppealState.OPEN.value), Line.APPEAL
    ),
    Line.MEASURE: lambda scope: _shape(
        GradeDemand.objects.for_actor(scope).filter(customer=_CUSTOMER, state=DemandState.OPEN.value), Line.MEASURE
    ),
    Line.CALLS_KNOWN: lambda _scope: _write_known(CALL_TYPES, Line.CALLS_KNOWN),
    Line.SATISFACTION_KNOWN: lambda _scope: _write_known(SATISFACTION_TYPES, Line.SATISFACTION_KNOWN),
}
