"""dianke ledger: prove the books, book what was issued before there were any, write vouchers for the finance system."""

import argparse
import csv
import json
import sys
from datetime import date
from pathlib import Path
from typing import Any

from dianke.application import ledger
from dianke.domain.billing.queries.bills import get_month
from dianke.domain.receivables.types import Finding
from dianke.interfaces.cli.acting import log_in
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


def _export(options: argparse.Namespace) -> int:
    month = get_month(options.month)
    vouchers = ledger.export_vouchers(actor=log_in(options.login), month=month, day=options.day)
    if options.out is None:
        _write(vouchers, options.format, sys.stdout)
        return WHOLE
    with options.out.open("w", encoding="utf-8", newline="") as file:
        _write(vouchers, options.format, file)
    print(f"{options.out}: {len(vouchers):,} vouchers", file=sys.stderr)
    return WHOLE


def _write(vouchers: list[dict[str, Any]], file_format: str, file: Any) -> None:
    if file_format == "json":
        json.dump({"vouchers": vouchers}, file, ensure_ascii=False, indent=1)
        file.write("\n")
        return
    writer = csv.DictWriter(file, fieldnames=ledger.CSV_FIELDS)
    writer.writeheader()
    writer.writerows(ledger.list_csv_rows(vouchers))


def _tell(summary: str) -> None:
    print(f"{summary} …", file=sys.stderr)


_STEPS = {"check": _check, "open": _open, "export": _export}
