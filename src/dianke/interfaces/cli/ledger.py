"""dianke ledger: prove the books, book what was issued before there were any, export vouchers, debts, payers."""

import argparse
import csv
import itertools
import json
import sys
from collections.abc import Iterable
from dataclasses import asdict
from datetime import date
from pathlib import Path
from typing import Any

from dianke.application import ledger, payments
from dianke.domain.billing.queries.bills import get_month
from dianke.domain.customers import queries as customers
from dianke.domain.receivables.queries.debts import get_position
from dianke.domain.receivables.types import Finding, PayerChangeKind, SpreadRule
from dianke.interfaces.cli.acting import log_in
from dianke.kernel.clock import SystemClock, to_shanghai
from dianke.platform.identity.types import Actor

WHOLE, BROKEN = 0, 1
# A proof must not depend on the log-ins, and what is booked was issued by people who hold the right to.
_SYSTEM = Actor.system("the books at the command line")


def run(argv: list[str]) -> int:
    """Carry out one step; the status of `check` is 1 where the books have a fault."""
    options = _parse(argv)
    return _STEPS[options.step](options)


def _parse(argv: list[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="dianke ledger", description=__doc__)
    steps = parser.add_subparsers(dest="step", required=True)
    check = steps.add_parser("check", help="prove vouchers, balances, receivables, closed periods and numbers")
    opening = steps.add_parser("open", help="book every issued bill that is not in the books, once")
    export = steps.add_parser("export", help="write the vouchers of a month as JSON or CSV")
    export.add_argument("--month", required=True, help="the month of booking, YYYY-MM")
    export.add_argument("--day", type=date.fromisoformat, help="only this day of it")
    export.add_argument("--format", choices=("json", "csv"), default="json")
    export.add_argument("--out", type=Path, help="the file; without it standard output")
    export.add_argument("--as", dest="login", help="who acts; the password is asked for, or DIANKE_PASSWORD")
    debts = steps.add_parser("debts", help="print what an account owes and what is held for it as JSON")
    debts.add_argument("account", help="the user number")
    debts.add_argument("--on", type=date.fromisoformat, help="the day that late fees run to; without it today")
    payer = steps.add_parser("payer", help="ask for one who pays for several accounts, and for the accounts")
    payer.add_argument("number", help="the number of the payer")
    payer.add_argument("--new", metavar="NAME", help="a payer of this name; --account keeps what is left")
    payer.add_argument("--spread", type=SpreadRule, choices=list(SpreadRule), default=SpreadRule.OLDEST_FIRST)
    payer.add_argument("--account", required=True, help="the user number")
    payer.add_argument("--since", type=date.fromisoformat, help="let it pay for the account from this day on")
    payer.add_argument("--until", type=date.fromisoformat, help="let it pay for the account no more from this day on")
    payer.add_argument("--reason", required=True, help="why; whoever decides reads it")
    for step in (debts, payer):
        step.add_argument("--as", dest="login", help="who acts; the password is asked for, or DIANKE_PASSWORD")
    for step in (check, opening):
        step.add_argument("--json", action="store_true", help="print one JSON object")
    return parser.parse_args(argv)


def _check(options: argparse.Namespace) -> int:
    findings = ledger.check_books(actor=_SYSTEM)
    faults = sum(finding.faults for finding in findings)
    if options.json:
        print(json.dumps({"faults": faults, "proofs": [_describe(one) for one in findings]}, indent=1))
    else:
        for one in findings:
            counts = "  ".join(f"{name} {count:,}" for name, count in one.counts.items())
            print(f"{'ok   ' if not one.faults else 'FAULT'}  {one.name:<36}{counts}")
            if one.faults:
                print(f"       {one.faults:,} faults, the first: {one.first_fault}")
        print("the books are right" if not faults else f"{faults:,} faults")
    return BROKEN if faults else WHOLE


def _describe(finding: Finding) -> dict[str, Any]:
    return {
        "proof": finding.name,
        **finding.counts,
        "faults": finding.faults,
        "first_fault": finding.first_fault or None,
    }


def _open(options: argparse.Namespace) -> int:
    opened = ledger.book_issued_bills(actor=_SYSTEM, progress=None if options.json else _tell)
    if options.json:
        print(json.dumps({"vouchers": opened.vouchers, "postings": opened.postings}))
    else:
        print(f"booked: {opened.vouchers:,} vouchers, {opened.postings:,} postings")
    return WHOLE


def _debts(options: argparse.Namespace) -> int:
    actor = log_in(options.login)
    account = customers.get_account(actor=actor, number=options.account)
    if account is None:
        print(f"there is no account {options.account}", file=sys.stderr)
        return BROKEN
    on = options.on or to_shanghai(SystemClock().now()).date()
    position = get_position(actor=actor, customer_account_id=account.pk, on=on)
    told = {"account": account.number, "on": on, **asdict(position), "owed_fen": position.owed_fen}
    print(json.dumps(told, default=str, ensure_ascii=False, indent=1))
    return WHOLE


def _payer(options: argparse.Namespace) -> int:
    """Ask for what another person decides on the page."""
    actor, at = log_in(options.login), SystemClock().now()
    known: dict[str, Any] = {"actor": actor, "number": options.number, "reason": options.reason, "at": at}
    asked = []
    if options.new:
        day = options.since or to_shanghai(at).date()
        new = {"name": options.new, "account_number": options.account, "spread": options.spread}
        asked.append(payments.ask_payer(**known, **new, account_numbers=[], effective_date=day))
    else:
        days = ((PayerChangeKind.JOIN, options.since), (PayerChangeKind.LEAVE, options.until))
        asked += [
            payments.ask_payer_change(**known, kind=kind, account_numbers=[options.account], effective_date=day)
            for kind, day in days
            if day
        ]
    for change in asked:
        print(f"asked: {change.pk} {change.kind} {change.number}; another person decides")
    return WHOLE


def _export(options: argparse.Namespace) -> int:
    month = get_month(options.month)
    vouchers = ledger.export_vouchers(actor=log_in(options.login), month=month, day=options.day)
    if options.out is None:
        _write(vouchers, month, options.format, sys.stdout)
        return WHOLE
    with options.out.open("w", encoding="utf-8", newline="") as file:
        count = _write(vouchers, month, options.format, file)
    print(f"{options.out}: {count:,} vouchers", file=sys.stderr)
    return WHOLE


def _write(vouchers: Iterable[dict[str, Any]], month: date, file_format: str, file: Any) -> int:
    """Write vouchers as they come and return how many."""
    counted = itertools.count()
    passing = (voucher for voucher, _number in zip(vouchers, counted, strict=False))
    if file_format == "json":
        file.writelines(ledger.write_json(passing, month=month))
        file.write("\n")
    else:
        writer = csv.DictWriter(file, fieldnames=ledger.CSV_FIELDS)
        writer.writeheader()
        writer.writerows(ledger.list_csv_rows(passing))
    return next(counted)


def _tell(summary: str) -> None:
    print(f"{summary} …", file=sys.stderr)


_STEPS = {"check": _check, "open": _open, "export": _export, "debts": _debts, "payer": _payer}
