"""dianke quote: price cases given as JSON without touching stored data."""

import json
import sys
from decimal import Decimal
from pathlib import Path
from typing import Any

from dianke.domain.billing.rules.quote import describe_cases, quote_case, quote_cases
from dianke.kernel.errors import DomainError

DONE, REFUSED, WRONG_USAGE = 0, 1, 2

USAGE = """usage: dianke quote [--schema] [--json] [FILE]

Prices one case or a list of cases in JSON; without FILE they are read from standard input.
The answer is JSON on standard output, in the order of the cases. A case that cannot be priced
comes back with its errors; the exit status is then 1.

  --schema  print the JSON Schema of the cases
  --json    changes nothing: the answer is always JSON
  --help    print this
"""


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


def run(argv: list[str]) -> int:
    """Run the command with the words after `dianke quote`; return the exit status."""
    options = [word for word in argv if word.startswith("-") and word != "-"]
    files = [word for word in argv if word not in options]
    if "--help" in options or "-h" in options:
        print(USAGE, end="")
        return DONE
    unknown = [word for word in options if word not in {"--schema", "--json"}]
    if unknown or len(files) > 1:
        wrong = f"unknown option {unknown[0]}" if unknown else "more than one FILE"
        print(f"usage: {wrong}\n\n{USAGE}", end="", file=sys.stderr)
        return WRONG_USAGE
    if "--schema" in options:
        _print_json(describe_cases())
        return DONE
    try:
        cases = _read_cases(files[0] if files and files != ["-"] else None)
    except DomainError as fault:
        print(f"{fault.code}: {fault}", file=sys.stderr)
        return REFUSED
    return _answer(cases)


def _answer(cases: object) -> int:
    answers = quote_cases(cases) if isinstance(cases, list) else [quote_case(cases)]
    _print_json(answers if isinstance(cases, list) else answers[0])
    for number, answer in enumerate(answers, start=1):
        case = f"case {number}" if answer["id"] is None else f"case {answer['id']}"
        for error in answer.get("errors", ()):
            where = f"{error['field']}: " if error["field"] else ""
            _report(f"{error['code']}: {case}: {where}{error['message']}")
    return REFUSED if any("errors" in answer for answer in answers) else DONE


def _read_cases(name: str | None) -> object:
    """
    Return the cases of a file or of standard input, every number exact.

    :raises UnableToReadCases: if the file cannot be read or is not UTF-8
    :raises NotJson: if it is not JSON, says a thing twice, or nests too deep to be cases
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


def _report(line: str) -> None:
    print(line.encode("utf-8", "backslashreplace").decode(), file=sys.stderr)


def _print_json(answer: Any) -> None:
    text = json.dumps(answer, ensure_ascii=False, indent=2, default=_json_number)
    try:
        text.encode()
    except UnicodeEncodeError:
        # A lone surrogate in a name has no UTF-8; escaped it comes back as it was written.
        text = json.dumps(answer, ensure_ascii=True, indent=2, default=_json_number)
    print(text)


def _json_number(value: object) -> object:
    """Give back an id that was a whole JSON number as one, any other as text."""
    is_whole = isinstance(value, Decimal) and value.as_tuple().exponent == 0 and value.adjusted() < 40
    return int(str(value)) if is_whole else str(value)
