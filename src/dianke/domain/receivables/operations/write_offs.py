"""
Book debt that is given up, and take it back when it is paid after all.

The loss goes to 6702.01 through the allowance 1231.01, against each bill on the account of receivables that it stands
on. What comes later is a red entry on the bill, so that the debt stands again for that much, against 6301.03; money
then settles it as any other debt. Late fees do not run while a debt is given up.
"""

from collections.abc import Mapping
from datetime import date, datetime

from dianke.domain.receivables.models import Posting
from dianke.domain.receivables.operations.chart import AccountMap
from dianke.domain.receivables.operations.locks import lock_accounts
from dianke.domain.receivables.operations.periods import find_booking_day
from dianke.domain.receivables.operations.settling import ALLOWANCE, LOSS
from dianke.domain.receivables.operations.vouchers import post_voucher
from dianke.domain.receivables.queries.standing import DebtLine, load_given_up, load_standings
from dianke.domain.receivables.types import NewPosting, NewVoucher, VoucherKind
from dianke.kernel.clock import to_shanghai
from dianke.kernel.errors import DomainError
from dianke.platform.identity.types import Actor
from dianke.platform.org.models import Unit
from dianke.platform.org.scoping import Scope

RETURNED = "6301.03"
_SYSTEM = Actor.system("booking bad debt")


class DebtDiffers(DomainError):
    """What is open of a bill is not what was to be given up any more."""

    code = "receivables.debt_differs"
    message = "another amount of bill {item} is open by now"


class NothingToReturn(DomainError):
    """Less was written off than is to be taken back."""

    code = "receivables.nothing_to_return"
    message = "less of it is written off"


def write_off_debts(
    *,
    actor: Scope,
    source: str,
    summary: str,
    customer_account_id: int,
    amounts: Mapping[int, int],
    login: str,
    at: datetime,
) -> int:
    """
    Give up the whole of what is open of some bills of an account, and return the voucher.

    :param amounts: what is open of each bill, as whoever decided saw it
    :raises DebtDiffers: if it is something else by now
    """
    today = to_shanghai(at).date()
    (unit_id,) = lock_accounts([customer_account_id]).values()
    day = find_booking_day(actor=actor, occurred_on=today)
    lines = [
        line
        for line in load_standings(account_ids=[customer_account_id])[customer_account_id].lines
        if line.item_id in amounts and line.balance_fen
    ]
    _require_same(lines, amounts)
    postings = _draw_write_off(lines, day)
    voucher = _draw_voucher(unit_id, VoucherKind.WRITE_OFF, source, summary, today, login, at)
    return post_voucher(actor=actor, voucher=voucher, postings=postings)


def return_bad_debt(
    *,
    actor: Scope,
    source: str,
    summary: str,
    customer_account_id: int,
    voucher_ids: tuple[int, ...],
    amount_fen: int,
    login: str,
    at: datetime,
) -> int:
    """
    Let debt stand again that was given up, the oldest bill first, and return the voucher.

    :param voucher_ids: the voucher that gave it up, and those that took parts of it back
    :raises NothingToReturn: if less is given up than the amount
    """
    today = to_shanghai(at).date()
    (unit_id,) = lock_accounts([customer_account_id]).values()
    day = find_booking_day(actor=actor, occurred_on=today)
    accounts, paths = AccountMap(actor=_SYSTEM, on=day), _list_paths()
    postings: list[NewPosting] = []
    left_fen = amount_fen
    for given_up, written_fen in _list_given_up(voucher_ids):
        taken_fen = min(left_fen, written_fen)
        if taken_fen <= 0:
            continue
        left_fen -= taken_fen
        postings += [
            _copy(given_up, given_up.ledger_account_id, credit_fen=-taken_fen),
            _copy(given_up, accounts.find(RETURNED, unit_path=paths[given_up.unit_id]), credit_fen=taken_fen),
        ]
    if left_fen or not postings:
        raise NothingToReturn(field="amount", left_fen=amount_fen - left_fen)
    voucher = _draw_voucher(unit_id, VoucherKind.BAD_DEBT_RETURN, source, summary, today, login, at)
    return post_voucher(actor=actor, voucher=voucher, postings=postings)


def sum_given_up(*, voucher_ids: tuple[int, ...]) -> int:
    """Return what of a write-off, with those that took parts of it back, is still given up."""
    return sum(max(fen, 0) for _posting, fen in _list_given_up(voucher_ids))


def _require_same(lines: list[DebtLine], amounts: Mapping[int, int]) -> None:
    found = dict.fromkeys(amounts, 0)
    for line in lines:
        found[line.item_id] += line.balance_fen
    for item_id, wanted_fen in sorted(amounts.items()):
        if found[item_id] != wanted_fen or wanted_fen <= 0:
            raise DebtDiffers(field="items", item=item_id, open_fen=found[item_id], wanted_fen=wanted_fen)


def _draw_write_off(lines: list[DebtLine], day: date) -> list[NewPosting]:
    accounts, paths = AccountMap(actor=_SYSTEM, on=day), _list_paths()
    postings: list[NewPosting] = []
    for line in lines:
        allowance, loss = (accounts.find(code, unit_path=paths[line.unit_id]) for code in (ALLOWANCE, LOSS))
        fen = line.balance_fen
        for key, debit_fen, credit_fen in (
            (loss, fen, 0),
            (allowance, 0, fen),
            (allowance, fen, 0),
            (line.ledger_id, 0, fen),
        ):
            postings.append(
                NewPosting(
                    key, line.unit_id, debit_fen=debit_fen, credit_fen=credit_fen, usage_class=line.usage_class,
                    for_year=line.for_year, customer_account_id=line.account_id, item_id=line.item_id,
                )
            )  # fmt: skip
    return postings


def _list_given_up(voucher_ids: tuple[int, ...]) -> list[tuple[Posting, int]]:
    """Return what is still given up of each bill and account of the chart, with a posting that names both."""
    rows = Posting.objects.for_actor(_SYSTEM).filter(voucher_id__in=voucher_ids, item_id__isnull=False)
    on_receivables = rows.filter(ledger_account__code__startswith="1122.").order_by("item_id", "id")
    first: dict[tuple[int, int, int], Posting] = {}
    left: dict[tuple[int, int, int], int] = {}
    for one in on_receivables:
        key = (one.item_id, one.unit_id, one.ledger_account_id)
        first.setdefault(key, one)
        left[key] = left.get(key, 0) + one.credit_fen - one.debit_fen
    # A bill that was corrected since is given up for no more than it came to be.
    known: dict[tuple[int, int, int], int] = {}
    for (_account, item_id, unit_id, ledger_id, _class, _year), fen in load_given_up(
        item_ids={item_id for item_id, _unit, _ledger in left}
    ).items():
        known[item_id, unit_id, ledger_id] = known.get((item_id, unit_id, ledger_id), 0) + fen
    return [(first[key], min(fen, known.get(key, 0))) for key, fen in left.items()]


def _copy(one: Posting, ledger_account_id: int, *, credit_fen: int) -> NewPosting:
    return NewPosting(
        ledger_account_id,
        one.unit_id,
        credit_fen=credit_fen,
        usage_class=one.usage_class,
        for_year=one.for_year,
        customer_account_id=one.customer_account_id,
        item_id=one.item_id,
    )


def _draw_voucher(
    unit_id: int, kind: VoucherKind, source: str, summary: str, on: date, login: str, at: datetime
) -> NewVoucher:
    return NewVoucher(
        unit_id=unit_id, kind=kind, source=source, summary=summary, occurred_on=on, made_by=login, made_at=at
    )


def _list_paths() -> dict[int, str]:
    return dict(Unit.objects.for_actor(_SYSTEM).values_list("pk", "path"))
