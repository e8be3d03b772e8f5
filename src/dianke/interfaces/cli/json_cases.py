"""Commands that answer cases: JSON from a file or from standard input in, answers in their order out."""

import argparse
import json
import sys
from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Any

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


@dataclass(frozen=True)
class CaseCommand:
    """A command: how it is called, the JSON Schema of its cases, and what answers a list of them as of a day."""

    name: str
    description: str
    describe: Callable[[], dict[str, Any]]
    answer: Callable[..., list[dict[str, Any]]]


def run_cases(command: CaseCommand, argv: list[str], *, clock: Clock | None = None) -> int:
    """Run a command with the words after its name; return the exit status."""
    try:
        options = _parser(command).parse_args(argv)
    except SystemExit as leaving:
        return WRONG_USAGE if leaving.code else DONE
    if options.schema:
        print_json(command.describe())
        return DONE
    try:
        cases = read_cases(options.file)
    except DomainError as fault:
        report(fault.as_dict())
        return REFUSED
    today = (clock or SystemClock()).now().date()
    answers = command.answer(cases if isinstance(cases, list) else [cases], today=today)
    for answer in answers:
        for error in answer.get("errors", ()):
            report(error, case_id=answer.get("id"))
    print_json(answers if isinstance(cases, list) else answers[0])
    return REFUSED if any("errors" in answer for answer in answers) else DONE


def _parser(command: CaseCommand) -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog=f"dianke {command.name}", description=command.description, allow_abbrev=False)
    parser.add_argument("file", nargs="?", metavar="FILE", help="cases; without it standard input")
    parser.add_argument("--schema", action="store_true", help="print the JSON Schema of cases and results")
    parser.add_argument("--json", action="store_true", help="changes nothing: the answer is always JSON")
    return parser


def read_cases(name: str | None) -> object:
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
        cases = json.loads(
            text,
            parse_float=Decimal,
            parse_int=Decimal,
            parse_constant=_refuse_constant,
            object_pairs_hook=_refuse_repeated,
        )
    except (ValueError, ArithmeticError, RecursionError) as error:
        raise NotJson(field="FILE", name=shown, reason=str(error)) from error
    if not isinstance(cases, dict | list):
        raise NotCases(field="FILE", name=shown)
    return cases


def _refuse_constant(word: str) -> None:
    msg = f"{word} is no number"
    raise ValueError(msg)


def _refuse_repeated(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """A field given twice would silently keep the last value."""
    fields = dict(pairs)
    if len(fields) != len(pairs):
        names = [name for name, _ in pairs]
        msg = f"field {next(name for name in names if names.count(name) > 1)!r} stands twice"
        raise ValueError(msg)
    return fields


def report(error: dict[str, str], *, case_id: object = None) -> None:
    """Print an error of a case to standard error."""
    where = f"{error['field']}: " if error["field"] else ""
    case = f"case {case_id}: " if case_id is not None else ""
    line = f"{error['code']}: {case}{where}{error['message']}"
    print(line.encode("utf-8", "backslashreplace").decode(), file=sys.stderr)


def print_json(answer: Any) -> None:
    """Print an answer."""
    text = json.dumps(answer, ensure_ascii=False, indent=2, default=_json_number)
    try:
        text.encode()
    except UnicodeEncodeError:
        # A lone surrogate in an id has no UTF-8; escaped it comes back as it was written.
        text = json.dumps(answer, ensure_ascii=True, indent=2, default=_json_number)
    print(text)


def _json_number(value: object) -> object:
    """Give back an id that was a whole JSON number as one, any other as text."""
    is_whole = isinstance(value, Decimal) and value.as_tuple().exponent == 0 and value.adjusted() < 40
    return int(str(value)) if is_whole else str(value)
