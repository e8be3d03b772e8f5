"""Reads of combined statements."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from django.db.models import Count, QuerySet

from dianke.domain.billing.models import Bill, GroupStatement, GroupStatementBill
from dianke.domain.billing.types import get_bill_id_range
from dianke.domain.customers.models import Customer, CustomerAccount
from dianke.platform.identity.types import Actor

_LONGEST_KEY = 18


@dataclass(frozen=True)
class AccountBills:
    """The bills of one account: those that the statement lists, and those issued since, as corrections are."""

    account_number: str
    address: str
    listed: Sequence[Bill]
    since: Sequence[Bill]

    @property
    def energy_kwh_e2(self) -> int:
        """Return the energy of the listed bills."""
        return sum(bill.energy_kwh_e2 for bill in self.listed)

    @property
    def amount_fen(self) -> int:
        """Return the money of the listed bills."""
        return sum(bill.amount_fen for bill in self.listed)


def filter_statements(*, actor: Actor) -> QuerySet[GroupStatement]:
    """Return the statements of the actor's units."""
    rows: QuerySet[GroupStatement] = GroupStatement.objects.for_actor(actor)
    return rows.select_related("unit")


def find_statement(*, actor: Actor, key: int) -> GroupStatement | None:
    """Return the actor's statement of a key, or None."""
    found: GroupStatement | None = filter_statements(actor=actor).select_related("customer").filter(pk=key).first()
    return found


def find_statement_by_number(*, actor: Actor, number: str) -> GroupStatement | None:
    """Return the actor's statement of a printed number, or of a key, or None."""
    key = number.rpartition("-")[2]
    if not (key.isascii() and key.isdigit()) or len(key) > _LONGEST_KEY:
        return None
    found = find_statement(actor=actor, key=int(key))
    return found if found is not None and number in {key, found.number} else None


def list_account_bills(*, actor: Actor, statement: GroupStatement) -> list[AccountBills]:
    """Return the bills of a statement by account, with what was issued for the month since, as far as seen."""
    first, end = get_bill_id_range(year=statement.month.year, month=statement.month.month)
    listed = set(
        GroupStatementBill.objects.for_actor(actor).filter(statement=statement).values_list("bill_id", flat=True)
    )
    everybody = Actor.system("finding every account of a customer")
    accounts = CustomerAccount.objects.for_actor(everybody).filter(customer_id=statement.customer_id)
    rows = Bill.objects.for_actor(actor).filter(
        account_id__in=list(accounts.values_list("id", flat=True)), id__gte=first, id__lt=end
    )
    by_account: dict[str, list[Bill]] = {}
    for bill in rows.order_by("account_number", "id"):
        by_account.setdefault(bill.account_number, []).append(bill)
    return [
        AccountBills(
            account_number=number,
            address=bills[0].address,
            listed=[bill for bill in bills if bill.pk in listed],
            since=[bill for bill in bills if bill.pk not in listed],
        )
        for number, bills in by_account.items()
    ]


def list_waiting_customers(*, actor: Actor, month: date, least_accounts: int, limit: int = 200) -> list[Customer]:
    """Return the customers with bills of a month on several accounts and no statement of it yet, by number."""
    first, end = get_bill_id_range(year=month.year, month=month.month)
    several = (
        CustomerAccount.objects.for_actor(actor)
        .values("customer_id")
        .annotate(accounts=Count("id"))
        .filter(accounts__gte=least_accounts)
        .values_list("customer_id", flat=True)
    )
    owners = dict(
        CustomerAccount.objects.for_actor(actor).filter(customer_id__in=several).values_list("id", "customer_id")
    )
    billed: dict[int, set[int]] = {}
    bills = Bill.objects.for_actor(actor).filter(account_id__in=list(owners), id__gte=first, id__lt=end)
    for account_id in bills.values_list("account_id", flat=True).distinct().order_by("account_id"):
        billed.setdefault(owners[account_id], set()).add(account_id)
    made = set(GroupStatement.objects.for_actor(actor).filter(month=month).values_list("customer_id", flat=True))
    wanted = [key for key, found in billed.items() if len(found) >= least_accounts and key not in made]
    return list(Customer.objects.for_actor(actor).filter(pk__in=wanted).order_by("number", "id")[:limit])
