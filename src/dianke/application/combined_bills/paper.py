"""Combined statements as PDF, set by typst: one, or those of a month together, each on pages of its own."""

import functools
import tomllib
from collections.abc import Sequence
from datetime import date, datetime, timedelta
from decimal import Decimal
from importlib import resources
from typing import Any

from dianke.application.bill_documents import VIEW
from dianke.application.combined_bills.sheet import SEE_WHOLE, SheetSection, StatementSheet, read_sheet
from dianke.domain.billing.models import Bill, GroupStatement
from dianke.domain.billing.queries import statements as queries
from dianke.domain.billing.rules.documents.words import LANGUAGES
from dianke.domain.billing.rules.explanations import money
from dianke.kernel.clock import to_shanghai
from dianke.kernel.errors import DomainError
from dianke.kernel.money import fen_to_yuan, spell_yuan
from dianke.platform.audit.use_case import PermissionRefused, use_case
from dianke.platform.documents import typesetting
from dianke.platform.identity.types import Actor
from dianke.platform.org.models import Unit

TAKE_OUT = "archive.export"
# A browser waits for the file: about what is set in a few seconds.
MOST_A_FILE = 200
# Marks for readers that speak are half the work: files of many statements go without.
_MOST_TAGGED = 20

Row = dict[str, Any]


class StatementNotWhole(DomainError):
    """Some bills of the statement are of units beyond the actor's: a paper without them would look like the whole."""

    code = "billing.statement_not_whole"
    message = "statement {number} is not written: {bills} of its bills are not within your units"


class TooManyStatements(DomainError):
    """There is none of the month, or more than one file holds."""

    code = "billing.too_many_statements"
    message = "one file holds 1 to {most} statements, {month} has {count}; choose a unit"


def write_statement_pdf(
    *, actor: Actor, statement: GroupStatement, at: datetime, language: str = LANGUAGES[0]
) -> bytes:
    """
    Return a statement that the actor sees as PDF, with what is settled at a moment; equal facts give equal bytes.

    :raises StatementNotWhole: if the actor does not see every bill of it
    """
    return _set_pages([_read_whole(actor, statement)], at=at, language=language, mark="")


@use_case(right=TAKE_OUT)
def take_out_month(
    *, actor: Actor, month: date, unit_code: str = "", at: datetime, language: str = LANGUAGES[0]
) -> bytes:
    """
    Return every statement of a month as one PDF, of a unit and what lies below it if named; who did is in the trail.

    :raises PermissionRefused: if the actor may not see bills and the archive of each statement's unit
    :raises TooManyStatements: if there is none, or there are more than MOST_A_FILE
    :raises StatementNotWhole: if the actor does not see every bill of one
    """
    rows = queries.filter_statements(actor=actor).filter(month=month)
    if unit_code:
        unit = Unit.objects.for_actor(actor).filter(code=unit_code).first()
        rows = rows.filter(unit__path__startswith=unit.path) if unit else rows.none()
    found = list(rows.order_by("customer_number", "id")[: MOST_A_FILE + 1])
    if not 0 < len(found) <= MOST_A_FILE:
        raise TooManyStatements(field="month", most=MOST_A_FILE, month=f"{month:%Y-%m}", count=rows.count())
    for right in (VIEW, SEE_WHOLE):
        if not all(actor.may(right, one.unit.path) for one in found):
            raise PermissionRefused(field="actor", login=actor.login, right=right)
    sheets = [_read_whole(actor, one) for one in found]
    return _set_pages(sheets, at=at, language=language, mark=f"{actor.name} {to_shanghai(at):%Y-%m-%d %H:%M}")


def _read_whole(actor: Actor, statement: GroupStatement) -> StatementSheet:
    sheet = read_sheet(actor=actor, statement=statement)
    if sheet.hidden_count:
        raise StatementNotWhole(field="statement", number=statement.number, bills=sheet.hidden_count)
    return sheet


def _set_pages(sheets: Sequence[StatementSheet], *, at: datetime, language: str, mark: str) -> bytes:
    day = f"{to_shanghai(at):%Y-%m-%d}"
    labels = {code: texts[LANGUAGES.index(language)] for code, texts in _read_words().items()}
    labels |= {code: labels[code].replace("{day}", day) for code in ("settled", "open")}
    content = {
        "language": language.partition("-")[0],
        "labels": labels,
        "mark": mark,
        "sheets": [_lay_out(one, labels, language) for one in sheets],
    }
    return typesetting.set_pdf(template=_read_template(), content=content, is_tagged=len(sheets) <= _MOST_TAGGED)


def _lay_out(sheet: StatementSheet, labels: dict[str, str], language: str) -> Row:
    one = sheet.statement
    shown = f"{one.month.year}年{one.month.month}月" if language == LANGUAGES[0] else f"{one.month:%Y-%m}"
    counts = labels["counts_of"].format(customers=one.customer_count, accounts=one.account_count, bills=one.bill_count)
    return {
        "number": one.number,
        "title": labels["title_group" if one.is_group else "title"].format(month=shown),
        "issuer": one.unit.name,
        "customer": sheet.title_name,
        "facts": [
            [labels["head" if one.is_group else "customer"], sheet.title_name],
            [labels["customer_number"], one.customer_number],
            [labels["counts"], counts],
            [labels["made"], f"{to_shanghai(one.made_at):%Y-%m-%d}"],
            *([[labels["pay_by"], f"{one.due_date}"]] if one.due_date else []),
        ],
        "amount": _yuan(one.amount_fen),
        "in_words": spell_yuan(one.amount_fen),
        "figures": [
            [labels["energy"], _kwh(one.energy_kwh_e2)],
            [labels["settled"], _yuan(sheet.settled_fen)],
            [labels["open"], _yuan(sheet.open_fen)],
        ],
        "has_customers": one.is_group,
        "sections": [_draw_section(section) for section in sheet.sections if section.bill_count],
        "total": [_kwh(one.energy_kwh_e2), _yuan(one.amount_fen), _yuan(sheet.settled_fen), _yuan(sheet.open_fen)],
        "since": [
            [section.name, account.account_number, *_draw_bill(bill)]
            for section in sheet.sections
            for account in section.accounts
            for bill in account.since
        ],
        "since_total": [_yuan(sheet.since_fen), _yuan(sheet.now_fen)],
    }


def _draw_section(section: SheetSection) -> Row:
    return {
        "number": section.number,
        "name": section.name,
        "sums": [
            _kwh(section.energy_kwh_e2),
            _yuan(section.amount_fen),
            _yuan(section.settled_fen),
            _yuan(section.open_fen),
        ],
        "accounts": [
            {
                "number": account.account_number,
                "address": account.address,
                "bills": [_draw_bill(bill) for bill in account.listed],
            }
            for account in section.accounts
            if account.listed
        ],
    }


def _draw_bill(bill: Bill) -> list[str]:
    last = bill.period_end - timedelta(days=1)
    return [
        bill.number,
        f"{bill.period_start:%m-%d} – {last:%m-%d}",
        f"{bill.due_date:%Y-%m-%d}" if bill.due_date else "",
        _kwh(bill.energy_kwh_e2),
        _yuan(bill.amount_fen),
        "correction" if bill.correction_id is not None else "",
    ]


def _yuan(amount_fen: int) -> str:
    return money(fen_to_yuan(amount_fen))


def _kwh(energy_kwh_e2: int) -> str:
    return money(Decimal(energy_kwh_e2).scaleb(-2))


@functools.cache
def _read_words() -> dict[str, list[str]]:
    path = resources.files("dianke.application.combined_bills") / "words.toml"
    found: dict[str, list[str]] = tomllib.loads(path.read_text("utf-8"))["labels"]
    return found


@functools.cache
def _read_template() -> bytes:
    return (resources.files("dianke.application.combined_bills") / "statement.typ").read_bytes()
