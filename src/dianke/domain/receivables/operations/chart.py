"""The chart of accounts: the unified levels are entered from data, units add the lower ones with two persons."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from dianke.domain.receivables.models import LedgerAccount
from dianke.domain.receivables.queries.chart import get_account
from dianke.domain.receivables.rules import chart as rules
from dianke.domain.receivables.types import AccountState, Role
from dianke.kernel.errors import DomainError
from dianke.platform.org.models import Unit
from dianke.platform.org.scoping import Scope


class UnableToAddAccount(DomainError):
    """An account cannot be added to the chart under this code, or in these days."""

    code = "receivables.unable_to_add_account"
    message = "account {account} cannot be added: {reason}"


class AccountOutOfState(DomainError):
    """Somebody else decided on the account meanwhile."""

    code = "receivables.account_out_of_state"
    message = "account {account} is {state} by now"


@dataclass(frozen=True, slots=True)
class NewAccount:
    """An account of the fourth to sixth level, as a unit asks for it."""

    code: str
    name: str
    unit: Unit
    since_date: date
    takes_postings: bool
    reason: str


def ensure_unified_accounts(*, actor: Scope) -> None:
    """Enter the unified accounts that the database lacks; those that are there stay as they are."""
    known = set(LedgerAccount.objects.for_actor(actor).filter(unit=None).values_list("code", flat=True))
    LedgerAccount.objects.bulk_create(
        [
            LedgerAccount(
                code=account.code,
                name=account.name,
                name_en=account.name_en,
                category=account.category.value,
                is_debit=account.is_debit,
            )
            for account in rules.list_unified_accounts()
            if account.code not in known
        ],
        ignore_conflicts=True,
    )


def propose_account(*, actor: Scope, new: NewAccount, login: str, at: datetime) -> LedgerAccount:
    """
    Ask for an account below the unified levels.

    :raises UnableToAddAccount: if the code is none of level four to six, is taken, or has no account above it
    """
    ensure_unified_accounts(actor=actor)
    rows = LedgerAccount.objects.for_actor(actor)
    codes = rows.exclude(state=AccountState.REFUSED.value).values_list("code", flat=True)
    if reason := rules.find_code_obstacle(new.code, known=codes):
        raise UnableToAddAccount(field="account", account=new.code, reason=reason)
    if not new.name.strip() or not new.reason.strip():
        field = "reason" if new.name.strip() else "name"
        raise UnableToAddAccount(field=field, account=new.code, reason="nothing_entered")
    parent = get_account(actor=actor, code=rules.find_parent_code(new.code))
    if parent.state != AccountState.IN_USE.value:
        raise UnableToAddAccount(field="account", account=new.code, reason="parent_missing")
    # One that was refused may be asked for again, under its code.
    account = rows.filter(code=new.code).first() or LedgerAccount(code=new.code)
    account.name, account.unit, account.reason = new.name.strip()[:60], new.unit, new.reason.strip()[:300]
    account.category, account.is_debit = parent.category, parent.is_debit
    account.since_date, account.takes_postings = new.since_date, new.takes_postings
    account.state, account.proposed_by, account.proposed_at = AccountState.PROPOSED.value, login, at
    account.decided_by, account.decided_at = "", None
    account.save()
    return account


def decide_account(*, account: LedgerAccount, is_approved: bool, login: str, at: datetime) -> LedgerAccount:
    """
    Approve or refuse an account that somebody else asked for.

    :raises AccountOutOfState: if it was decided already
    """
    if account.state != AccountState.PROPOSED.value:
        raise AccountOutOfState(field="account", account=account.code, state=account.state)
    account.state = AccountState.IN_USE.value if is_approved else AccountState.REFUSED.value
    account.decided_by, account.decided_at = login, at
    account.save(update_fields=["state", "decided_by", "decided_at"])
    return account


def end_account(*, account: LedgerAccount, until_date: date) -> LedgerAccount:
    """
    Let an account of a unit take nothing from a day on; it stays in the chart with what was posted to it.

    :raises UnableToAddAccount: if it is a unified one, not in use, or the day does not lie after its first
    """
    if account.unit_id is None or account.state != AccountState.IN_USE.value or account.since_date is None:
        raise UnableToAddAccount(field="account", account=account.code, reason="level_unified")
    if until_date <= account.since_date:
        raise UnableToAddAccount(field="until_date", account=account.code, reason="ends_too_early")
    account.until_date = until_date
    account.save(update_fields=["until_date"])
    return account


class AccountMap:
    """Finds the account that postings of a unit go to: the unified one, or the unit's own that takes its place."""

    def __init__(self, *, actor: Scope, on: date) -> None:
        rows = list(
            LedgerAccount.objects.for_actor(actor).filter(state=AccountState.IN_USE.value).select_related("unit")
        )
        unified = {row.code: row.pk for row in rows if row.unit_id is None}
        if len(unified) < len(rules.list_unified_accounts()):
            ensure_unified_accounts(actor=actor)
            unified = dict(LedgerAccount.objects.for_actor(actor).filter(unit=None).values_list("code", "pk"))
        self._unified: Mapping[str, int] = unified
        own = [
            (row.unit.path, row.code, int(row.pk))
            for row in rows
            if row.unit is not None and row.takes_postings and _is_in_force(row, on)
        ]
        # The account of the nearest unit counts, of several there the lowest code.
        self._own: Sequence[tuple[str, str, int]] = sorted(own, key=lambda one: (-len(one[0]), one[1]))

    def find(self, code: str, *, unit_path: str) -> int:
        """Return the key of the account for postings of a unit to a unified code."""
        for path, own_code, key in self._own:
            if own_code.startswith(f"{code}.") and unit_path.startswith(path):
                return key
        return self._unified[code]

    def find_by_role(self, role: Role, *, unit_path: str, usage_class: str = "") -> int:
        """Return the key of the account for postings of a unit in a role, and of a class where it asks for one."""
        return self.find(rules.find_code(role, usage_class=usage_class), unit_path=unit_path)

    def find_fund(self, name: str, *, unit_path: str) -> int:
        """Return the key of the account of a fund by its name on a bill."""
        return self.find(rules.find_fund_code(name), unit_path=unit_path)


def _is_in_force(account: LedgerAccount, on: date) -> bool:
    return (account.since_date is None or account.since_date <= on) and (
        account.until_date is None or on < account.until_date
    )
