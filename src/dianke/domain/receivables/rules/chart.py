"""The unified chart of accounts, read from data, and the codes of six levels that units go on from."""

import re
import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from importlib import resources

from dianke.domain.receivables.types import MOST_LEVELS, UNIFIED_LEVELS, Category, Role

EVERYTHING_ELSE = "*"
_CODE = re.compile(r"[0-9]{4}(?:\.[0-9]{2}){0,5}", re.ASCII)
_GROWS_BY_DEBIT = frozenset({Category.ASSET, Category.EXPENSE})


@dataclass(frozen=True, slots=True)
class UnifiedAccount:
    """An account that every unit has."""

    code: str
    name: str
    name_en: str
    category: Category
    is_debit: bool
    role: Role | None = None
    usage_class: str = ""
    funds: tuple[str, ...] = ()


@cache
def list_unified_accounts() -> tuple[UnifiedAccount, ...]:
    """Return the first three levels of the chart, by code."""
    text = resources.files("dianke.domain.receivables").joinpath("data", "chart.toml").read_text("utf-8")
    rows = tomllib.loads(text)["account"]
    return tuple(sorted((_read(row) for row in rows), key=lambda account: account.code))


def _read(row: Mapping[str, object]) -> UnifiedAccount:
    category = Category(str(row["category"]))
    side = str(row.get("side") or ("DEBIT" if category in _GROWS_BY_DEBIT else "CREDIT"))
    role, funds = row.get("role"), row.get("funds")
    return UnifiedAccount(
        code=str(row["code"]),
        name=str(row["name"]),
        name_en=str(row["name_en"]),
        category=category,
        is_debit=side == "DEBIT",
        role=Role(str(role)) if role else None,
        usage_class=str(row.get("usage_class", "")),
        funds=tuple(map(str, funds)) if isinstance(funds, list) else (),
    )


def count_levels(code: str) -> int:
    """Return the level of a code: 1122 is of the first, 1122.01 of the second."""
    return code.count(".") + 1


def find_parent_code(code: str) -> str:
    """Return the code one level up, or nothing for the first level."""
    return code.rpartition(".")[0]


def cut_code(code: str, *, level: int) -> str:
    """Return the code of the account of a level that a code lies below, or the code itself."""
    return ".".join(code.split(".")[:level])


def find_code_obstacle(code: str, *, known: Iterable[str]) -> str:
    """Return why a unit may not add an account of this code, or nothing."""
    codes = set(known)
    if not _CODE.fullmatch(code):
        return "code_unreadable"
    if count_levels(code) <= UNIFIED_LEVELS:
        return "level_unified"
    if count_levels(code) > MOST_LEVELS:
        return "too_deep"
    if code in codes:
        return "code_taken"
    return "" if find_parent_code(code) in codes else "parent_missing"


def find_code(role: Role, *, usage_class: str = "") -> str:
    """Return the unified code that postings of a role, and of a class where the role asks for one, go to."""
    accounts = [account for account in list_unified_accounts() if account.role is role]
    for wanted in (usage_class, EVERYTHING_ELSE, ""):
        for account in accounts:
            if account.usage_class == wanted:
                return account.code
    raise LookupError(role)


def find_fund_code(name: str) -> str:
    """Return the unified code of a fund by its name on a bill; one that is not known goes to the other funds."""
    accounts = [account for account in list_unified_accounts() if account.role is Role.FUND]
    for wanted in (name, EVERYTHING_ELSE):
        for account in accounts:
            if wanted in account.funds:
                return account.code
    raise LookupError(name)
