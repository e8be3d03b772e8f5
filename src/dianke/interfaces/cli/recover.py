"""dianke recover: late fees, back-billing, theft and breach cases given as JSON."""

import argparse
import json
import sys
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

from dianke.domain.billing.rules.recover.case import recover_cases
from dianke.domain.billing.rules.recover.schema import describe_cases
from dianke.kernel.clock import Clock, SystemClock
from dianke.kernel.errors import DomainError

DONE, REFUSED, WRONG_USAGE = 0, 1, 2


class UnableToReadCases(DomainError):
    """The file cannot be opened or is not text in UTF-8."""

    code = "unable_to_read"
    message = "{name}: {reason}"


class NotJson(DomainError):
    """The text is not JSON."""

    code = "not_json"
    message = "{name} is not JSON: {reason}"


class NotCases(DomainError):
    """The JSON is neither an object nor a list."""

    code = "not_cases"
    message = "{name} holds neither a case nor a list of cases"


def run(argv: list[str], *, clock: Clock | None = None) -> int:
    """Run the command with the words after `dianke recover`; return the exit status."""
    try:
        options = _parser().parse_args(argv)
    except SystemExit as leaving:
        return WRONG_USAGE if leaving.code else DONE
    if options.schema:
        _print_json(describe_cases())
        return DONE
    try:
        cases = _read_cases(options.file)
    except DomainError as fault:
        _report(fault.as_dict())
        return REFUSED
    return _answer(cases, (clock or SystemClock()).now().date())


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="dianke recover",
        description="Late fees, back-billing, theft and breach: one case or a list of cases in JSON.",
        allow_abbrev=False,
    )
    parser.add_argument("file", nargs="?", metavar="FILE", help="cases; without it standard input")
    parser.add_argument("--schema", action="store_true", help="print the JSON Schema of cases and results")
    parser.add_argument("--json", action="store_true", help="changes nothing: the answer is always JSON")
    return parser


def _answer(cases: object, today: date) -> int:
    answers = recover_cases(cases if isinstance(cases, list) else [cases], today=today)
    for answer in answers:
        for error in answer.get("errors", ()):
            _report(error, case_id=answer.get("id"))
    _print_json(answers if isinstance(cases, list) else answers[0])
    return REFUSED if any("errors" in answer for answer in answers) else DONE


def _read_cases(name: str | None) -> object:
    """
    Return the cases of a file or of standard input, every number exact.

    :raises UnableToReadCases: if the file cannot be read or is not UTF-8
    :raises NotJson: if it is not JSON, or nests too deep to be cases
    :raises NotCases: if it is JSON of another shape
    """
    shown = name or "standard input"
    try:
        raw = Path(name).read_bytes() if name else sys.stdin.buffer.read()
        text = raw.decode("utf-8-sig")
    except (OSError, ValueError) as error:
        reason = "not UTF-8" if isinstance(error, UnicodeDecodeError) else str(error)
        raise UnableToReadCases(field="FILE", name=shown, reason=reason) from error
    try:
        cases = json.loads(text, parse_float=Decimal, parse_int=Decimal, parse_constant=_refuse_constant)
    except (ValueError, ArithmeticError, RecursionError) as error:
        raise NotJson(field="FILE", name=shown, reason=str(error)) from error
    if not isinstance(cases, dict | list):
        raise NotCases(field="FILE", name=shown)
    return cases


def _refuse_constant(word: str) -> None:
    msg = f"{word} is no number"
    raise ValueError(msg)


def _report(error: dict[str, str], *, case_id: object = None) -> None:
    where = f"{error['field']}: " if error["field"] else ""
    case = f"case {case_id}: " if case_id is not None else ""
    line = f"{error['code']}: {case}{where}{error['message']}"
    print(line.encode("utf-8", "backslashreplace").decode(), file=sys.stderr)


def _print_json(answer: Any) -> None:
    text = json.dumps(answer, ensure_ascii=False, indent=2, default=_json_number)
    try:
        text.encode()
    except UnicodeEncodeError:
        # A lone surrogate in an id has no UTF-8; escaped it comes back as it was written.
        text = json.dumps(answer, ensure_ascii=True, indent=2, default=_json_number)
    print(text)


def _json_number(value: object) -> object:
    """Give back an id that was a JSON number as a number."""
    if isinstance(value, Decimal) and value == value.to_integral_value():
        return int(value)
    return str(value)
