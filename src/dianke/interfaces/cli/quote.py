"""dianke quote: price cases given as JSON without touching stored data."""

import sys

from dianke.domain.billing.rules.quote import describe_cases, quote_case, quote_cases
from dianke.interfaces.cli.json_cases import print_json, read_cases, report
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
        print_json(describe_cases())
        return DONE
    try:
        cases = read_cases(files[0] if files and files != ["-"] else None)
    except DomainError as fault:
        print(f"{fault.code}: {fault}", file=sys.stderr)
        return REFUSED
    return _answer(cases)


def _answer(cases: object) -> int:
    answers = quote_cases(cases) if isinstance(cases, list) else [quote_case(cases)]
    print_json(answers if isinstance(cases, list) else answers[0])
    for number, answer in enumerate(answers, start=1):
        for error in answer.get("errors", ()):
            report(error, case_id=number if answer["id"] is None else answer["id"])
    return REFUSED if any("errors" in answer for answer in answers) else DONE
