"""Reads of combined statements."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from django.db.models import Count, Q, QuerySet

from dianke.domain.billing.models import Bill, FinalBilling, GroupStatement, GroupStatementBill
from dianke.domain.billing.rules.statements import Handover, find_owner
from dianke.domain.billing.types import FinalKind, FinalState, get_bill_id_range
from dianke.domain.customers.models import Customer, CustomerAccount
from dianke.platform.identity.types import Actor

_LONGEST_KEY = 18
# Whose an account is and was is the same for everybody; the bills are read as far as the reader sees.
_EVERYBODY = Actor.system("finding every account of a customer")


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


@dataclass(frozen=True)
class CustomerBills:
    """The section of one customer: what its own bills call it, and its accounts."""

    number: str
    accounts: Sequence[AccountBills]

    @property
    def bills(self) -> list[Bill]:
        """Return the listed bills."""
        return [bill for account in self.accounts for bill in account.listed]

    @property
    def since(self) -> list[Bill]:
        """Return the bills issued since."""
        return [bill for account in self.accounts for bill in account.since]

    @property
    def newest(self) -> Bill:
        """Return the newest bill, which holds the name that the customer had last."""
        return max((*self.bills, *self.since), key=lambda bill: bill.pk)

    @property
    def energy_kwh_e2(self) -> int:
        """Return the energy of the listed bills."""
        return sum(account.energy_kwh_e2 for account in self.accounts)

    @property
    def amount_fen(self) -> int:
        """Return the money of the listed bills."""
        return sum(account.amount_fen for account in self.accounts)


@dataclass(frozen=True, slots=True)
class OwnedBill:
    """A bill and whose it is."""

    bill: Bill
    customer_id: int


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


def list_sections(*, actor: Actor, statement: GroupStatement) -> list[CustomerBills]:
    """Return the bills of a statement by customer and account, with what was issued since, as far as seen."""
    rows = GroupStatementBill.objects.for_actor(actor).filter(statement=statement)
    listed = {key: owner or statement.customer_id for key, owner in rows.values_list("bill_id", "customer_id")}
    keys = set(listed.values()) | set(statement.member_ids) | {statement.customer_id}
    found = {bill.pk: (bill, listed[bill.pk]) for bill in Bill.objects.for_actor(actor).filter(id__in=list(listed))}
    for one in list_owned_bills(actor=actor, customer_ids=keys, month=statement.month):
        found.setdefault(one.bill.pk, (one.bill, one.customer_id))
    numbers = dict(Customer.objects.for_actor(_EVERYBODY).filter(pk__in=keys).values_list("pk", "number"))
    sections: dict[int, dict[str, list[Bill]]] = {}
    for bill, owner in sorted(found.values(), key=lambda pair: (pair[0].account_number, pair[0].pk)):
        sections.setdefault(owner, {}).setdefault(bill.account_number, []).append(bill)
    # The head first, then by number.
    order = sorted(sections, key=lambda key: (key != statement.customer_id, numbers[key]))
    return [_draw_section(numbers[key], sections[key], listed) for key in order]


def list_account_bills(*, actor: Actor, statement: GroupStatement) -> list[AccountBills]:
    """Return the bills of a statement by account, with what was issued for the month since, as far as seen."""
    return [one for section in list_sections(actor=actor, statement=statement) for one in section.accounts]


def list_owned_bills(*, actor: Actor, customer_ids: Collection[int], month: date) -> list[OwnedBill]:
    """Return the bills of a month that are of some customers, by who held the account on the last day of each."""
    accounts = CustomerAccount.objects.for_actor(_EVERYBODY)
    handed = FinalBilling.objects.for_actor(_EVERYBODY).filter(
        kind=FinalKind.HANDOVER.value, state=FinalState.ISSUED.value
    )
    left = handed.filter(customer__in=customer_ids).values("account_id")
    holders = dict(accounts.filter(Q(customer__in=customer_ids) | Q(pk__in=left)).values_list("pk", "customer_id"))
    handovers: dict[int, list[Handover]] = {}
    for account_id, day, customer_id in handed.filter(account__in=list(holders)).values_list(
        "account_id", "final_date", "customer_id"
    ):
        handovers.setdefault(account_id, []).append(Handover(day, customer_id))
    first, end = get_bill_id_range(year=month.year, month=month.month)
    bills = Bill.objects.for_actor(actor).filter(account_id__in=list(holders), id__gte=first, id__lt=end)
    owned = [
        OwnedBill(
            bill,
            find_owner(
                period_end=bill.period_end,
                handovers=handovers.get(bill.account_id, ()),
                holder_id=holders[bill.account_id],
            ),
        )
        for bill in bills.select_related("unit").order_by("id")
    ]
    wanted = set(customer_ids)
    return [one for one in owned if one.customer_id in wanted]


def is_on_group_statement(*, bill_ids: Collection[int]) -> bool:
    """Tell whether any of some bills stands on the statement of a group, wherever in the utility."""
    rows = GroupStatementBill.objects.for_actor(_EVERYBODY).filter(statement__is_group=True)
    return bool(rows.filter(bill_id__in=list(bill_ids)).exists())


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
    rows = GroupStatement.objects.for_actor(actor).filter(month=month, is_group=False)
    made = set(rows.values_list("customer_id", flat=True))
    wanted = [key for key, found in billed.items() if len(found) >= least_accounts and key not in made]
    return list(Customer.objects.for_actor(actor).filter(pk__in=wanted).order_by("number", "id")[:limit])


def _draw_section(number: str, accounts: Mapping[str, list[Bill]], listed: Mapping[int, int]) -> CustomerBills:
    return CustomerBills(
        number=number,
        accounts=[
            AccountBills(
                account_number=account,
                address=bills[0].address,
                listed=[bill for bill in bills if bill.pk in listed],
                since=[bill for bill in bills if bill.pk not in listed],
            )
            for account, bills in accounts.items()
        ],
    )
