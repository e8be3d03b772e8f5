"""Reads of vouchers and postings, and of the sums of accounts."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import BooleanField, Count, ExpressionWrapper, Q, QuerySet, Sum

from dianke.domain.receivables.models import DailySum, LedgerAccount, Posting, Voucher
from dianke.domain.receivables.queries.chart import list_accounts, list_keys_below
from dianke.domain.receivables.rules import periods as period_rules
from dianke.domain.receivables.rules.trial_balance import AccountSums, TrialBalance, draw_trial_balance
from dianke.domain.receivables.types import get_key_range
from dianke.kernel.errors import DomainError
from dianke.platform.org.scoping import Scope

RECEIVABLES, FUNDS = "1122", "2241.01"


class VoucherUnknown(DomainError):
    """There is no voucher of the number within the actor's units."""

    code = "receivables.voucher_unknown"
    message = "there is no voucher {voucher}"


@dataclass(frozen=True, slots=True)
class ClassSums:
    """What was posted to the accounts of a report, by what divides it."""

    code: str
    usage_class: str
    for_year: int
    unit_id: int
    opening_fen: int
    debit_fen: int
    credit_fen: int


@dataclass(frozen=True, slots=True)
class VoucherSum:
    """What a voucher posts to an account for a unit, class and year."""

    code: str
    name: str
    name_en: str
    unit_code: str
    unit_name: str
    usage_class: str
    for_year: int
    debit_fen: int
    credit_fen: int
    posting_count: int


def filter_postings(*, actor: Scope) -> QuerySet[Any]:
    """Return the postings of the actor's units with account and unit; no order."""
    rows: QuerySet[Any] = Posting.objects.for_actor(actor).select_related("ledger_account", "unit")
    return rows


def narrow_to_account(rows: QuerySet[Any], *, actor: Scope, code: str) -> QuerySet[Any]:
    """Return the postings on an account or below it."""
    return rows.filter(ledger_account_id__in=list_keys_below(actor=actor, code=code))


def narrow_to_month(rows: QuerySet[Any], *, month: date) -> QuerySet[Any]:
    """Return the postings or vouchers booked in a month."""
    first, end = get_key_range(month=month)
    return rows.filter(id__gte=first, id__lt=end)


def narrow_until_month(rows: QuerySet[Any], *, month: date, is_included: bool) -> QuerySet[Any]:
    """Return what was booked before a month, or until its end."""
    first, end = get_key_range(month=month)
    return rows.filter(id__lt=end if is_included else first)


def narrow_to_voucher(rows: QuerySet[Any], *, actor: Scope, number: str) -> QuerySet[Any]:
    """Return the postings of the voucher of a number."""
    voucher = Voucher.objects.for_actor(actor).filter(number=number).first()
    if voucher is None:
        return rows.none()
    return rows.filter(id__gte=voucher.first_posting_id, id__lte=voucher.last_posting_id, voucher_id=voucher.pk)


def list_postings(*, actor: Scope, voucher: Voucher, limit: int | None = None) -> list[Posting]:
    """Return the postings of a voucher that lie within the actor's units, in order."""
    rows = filter_postings(actor=actor).filter(
        id__gte=voucher.first_posting_id, id__lte=voucher.last_posting_id, voucher_id=voucher.pk
    )
    return list(rows.order_by("id")[:limit])


def list_voucher_sums(*, actor: Scope, voucher: Voucher) -> list[VoucherSum]:
    """Return the postings of a voucher added up by account, unit, class and year; debit first."""
    return list_sums_of_vouchers(actor=actor, vouchers=[voucher]).get(voucher.pk, [])


def list_sums_of_vouchers(*, actor: Scope, vouchers: Sequence[Voucher]) -> dict[int, list[VoucherSum]]:
    """Return the postings of some vouchers added up by account, unit, class and year, debit first, by voucher."""
    rows = Posting.objects.for_actor(actor).filter(
        id__gte=min(voucher.first_posting_id for voucher in vouchers),
        id__lte=max(voucher.last_posting_id for voucher in vouchers),
        voucher_id__in=[voucher.pk for voucher in vouchers],
    )
    grouped = rows.values(
        "voucher_id",
        "ledger_account__code",
        "ledger_account__name",
        "ledger_account__name_en",
        "unit__code",
        "unit__name",
        "usage_class",
        "for_year",
        is_debit=ExpressionWrapper(~Q(debit_fen=0), output_field=BooleanField()),
    ).annotate(debit=Sum("debit_fen"), credit=Sum("credit_fen"), count=Count("id"))
    found: dict[int, list[VoucherSum]] = {}
    for row in grouped.order_by("-is_debit", "ledger_account__code", "unit__code", "usage_class", "for_year"):
        found.setdefault(row["voucher_id"], []).append(
            VoucherSum(
                code=row["ledger_account__code"],
                name=row["ledger_account__name"],
                name_en=row["ledger_account__name_en"],
                unit_code=row["unit__code"],
                unit_name=row["unit__name"],
                usage_class=row["usage_class"],
                for_year=row["for_year"],
                debit_fen=row["debit"],
                credit_fen=row["credit"],
                posting_count=row["count"],
            )
        )
    return found


def filter_vouchers(*, actor: Scope) -> QuerySet[Any]:
    """Return the vouchers of the actor's units; no order."""
    rows: QuerySet[Any] = Voucher.objects.for_actor(actor).select_related("unit")
    return rows


def get_voucher(*, actor: Scope, number: str) -> Voucher:
    """
    Return the voucher of a number.

    :raises VoucherUnknown: if there is none within the actor's units
    """
    found: Voucher | None = filter_vouchers(actor=actor).filter(number=number).first()
    if found is None:
        raise VoucherUnknown(field="voucher", voucher=number)
    return found


def map_voucher_numbers(*, actor: Scope, keys: Sequence[int]) -> dict[int, str]:
    """Return the numbers of the vouchers of some keys that lie within the actor's units."""
    rows = Voucher.objects.for_actor(actor).filter(pk__in=keys)
    return dict(rows.values_list("pk", "number"))


def get_trial_balance(*, actor: Scope, month: date, level: int, unit_path: str = "") -> TrialBalance:
    """Return the trial balance of a month for the actor's units, or for one of them with what is below it."""
    accounts = {account.pk: account for account in list_accounts(actor=actor)}
    sums = _sum_up(actor, month, unit_path)
    found = [
        AccountSums(
            accounts[row["ledger_account_id"]].code,
            row["debit_before"] or 0,
            row["credit_before"] or 0,
            row["debit"] or 0,
            row["credit"] or 0,
        )
        for row in sums
    ]
    is_debit = {account.code: account.is_debit for account in accounts.values()}
    return draw_trial_balance(found, level=level, is_debit=is_debit)


def list_class_sums(*, actor: Scope, code: str, month: date, unit_path: str = "") -> list[ClassSums]:
    """Return what was posted below an account before a month and in it, by account, class, year and unit."""
    keys = list_keys_below(actor=actor, code=code)
    codes = dict(LedgerAccount.objects.for_actor(actor).filter(pk__in=keys).values_list("pk", "code"))
    rows = _narrow(actor, month, unit_path).filter(ledger_account_id__in=keys)
    before, within = _split(month)
    grouped = rows.values("ledger_account_id", "usage_class", "for_year", "unit_id").annotate(
        debit_before=Sum("debit_fen", filter=before),
        credit_before=Sum("credit_fen", filter=before),
        debit=Sum("debit_fen", filter=within),
        credit=Sum("credit_fen", filter=within),
    )
    return [
        ClassSums(
            code=codes[row["ledger_account_id"]],
            usage_class=row["usage_class"],
            for_year=row["for_year"],
            unit_id=row["unit_id"],
            opening_fen=(row["debit_before"] or 0) - (row["credit_before"] or 0),
            debit_fen=row["debit"] or 0,
            credit_fen=row["credit"] or 0,
        )
        for row in grouped.order_by("ledger_account_id", "usage_class", "for_year", "unit_id")
    ]


def find_month_range(*, actor: Scope) -> tuple[date, date] | None:
    """Return the first and the last month that the actor's units have postings in, or None."""
    rows = DailySum.objects.for_actor(actor)
    first = rows.order_by("booked_on").values_list("booked_on", flat=True).first()
    last = rows.order_by("-booked_on").values_list("booked_on", flat=True).first()
    if first is None or last is None:
        return None
    return period_rules.start_of_month(first), period_rules.start_of_month(last)


def list_item_balances(*, actor: Scope, customer_account_id: int) -> dict[int, int]:
    """Return what is left to pay of each bill of an account, in fen; settled ones are left out."""
    keys = list_keys_below(actor=actor, code=RECEIVABLES)
    rows = Posting.objects.for_actor(actor).filter(
        customer_account_id=customer_account_id, ledger_account_id__in=keys, item_id__isnull=False
    )
    grouped = rows.values("item_id").annotate(debit=Sum("debit_fen"), credit=Sum("credit_fen")).order_by("item_id")
    left = {row["item_id"]: row["debit"] - row["credit"] for row in grouped}
    return {item: amount for item, amount in left.items() if amount}


def _sum_up(actor: Scope, month: date, unit_path: str) -> list[dict[str, Any]]:
    before, within = _split(month)
    grouped = (
        _narrow(actor, month, unit_path)
        .values("ledger_account_id")
        .annotate(
            debit_before=Sum("debit_fen", filter=before),
            credit_before=Sum("credit_fen", filter=before),
            debit=Sum("debit_fen", filter=within),
            credit=Sum("credit_fen", filter=within),
        )
    )
    return list(grouped.order_by("ledger_account_id"))


def _narrow(actor: Scope, month: date, unit_path: str) -> QuerySet[Any]:
    rows: QuerySet[Any] = DailySum.objects.for_actor(actor).filter(booked_on__lte=period_rules.end_of_month(month))
    return rows.filter(unit__path__startswith=unit_path) if unit_path else rows


def _split(month: date) -> tuple[Q, Q]:
    start = period_rules.start_of_month(month)
    return Q(booked_on__lt=start), Q(booked_on__gte=start)
