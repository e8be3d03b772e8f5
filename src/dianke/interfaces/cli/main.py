"""The door of the product: finds the command, prepares what it needs, hands over."""

import importlib
import os
import sys
from dataclasses import dataclass

from dianke.kernel.errors import DomainError

USAGE = 2
FAILED = 1


@dataclass(frozen=True)
class Command:
    """A command: the module whose run(argv) carries it out, and whether it needs the database."""

    module: str
    help: str
    needs_database: bool = True


COMMANDS = {
    "demo": Command("dianke.interfaces.cli.demo", "load the sample utility, bill its month, serve it"),
    "serve": Command("dianke.interfaces.cli.serve", "serve the staff site and run the worker"),
    "migrate": Command("dianke.interfaces.cli.migrate", "bring the database to this version"),
    "manage": Command("dianke.interfaces.cli.manage", "Django's own commands"),
    "administrator": Command("dianke.interfaces.cli.administrator", "make the first administrator of a utility"),
    "import": Command("dianke.interfaces.cli.import_", "load CSV or XLSX files"),
    "bill": Command("dianke.interfaces.cli.bill", "run, review, issue and show bills"),
    "ledger": Command("dianke.interfaces.cli.ledger", "the books: check, open, export vouchers"),
    "feecontrol": Command("dianke.interfaces.cli.feecontrol", "fee control: states, night, minute"),
    "gateway": Command("dianke.interfaces.cli.gateway", "a simulated gateway of online payment", needs_database=False),
    "keys": Command("dianke.interfaces.cli.keys", "the keys of personal data: status, rotate, reencrypt"),
    "quality": Command("dianke.interfaces.cli.quality", "search the archive for faults"),
    "trail": Command("dianke.interfaces.cli.trail", "close the days of the trail by hash, and prove them"),
    "tariffs": Command("dianke.interfaces.cli.tariffs", "propose and decide tariff versions"),
    "bench": Command("dianke.interfaces.cli.bench", "measure; prints one JSON object", needs_database=False),
    "quote": Command("dianke.interfaces.cli.quote", "price cases given as JSON", needs_database=False),
    "recover": Command("dianke.interfaces.cli.recover", "back-billing, theft, breach, late fee", needs_database=False),
    "credit": Command("dianke.interfaces.cli.credit", "credit score and grade of cases in JSON", needs_database=False),
    "risk": Command("dianke.interfaces.cli.risk", "risk of late payment: train, score, report", needs_database=False),
    "shapes": Command("dianke.interfaces.cli.shapes", "kinds of load curves: run, report", needs_database=False),
    "clock": Command("dianke.interfaces.cli.clock", "due times of service promises", needs_database=False),
}


def main(argv: list[str] | None = None) -> int:
    """Carry out one command and return its exit status: 0 done, 1 refused or failed, 2 wrong usage."""
    arguments = sys.argv[1:] if argv is None else argv
    if not arguments or arguments[0] in {"-h", "--help", "help"}:
        print_usage()
        return 0 if arguments else USAGE
    name, *rest = arguments
    command = COMMANDS.get(name)
    if command is None:
        print(f"usage: no command {name!r}; try dianke --help", file=sys.stderr)
        return USAGE
    if command.needs_database:
        prepare_django()
    try:
        return int(importlib.import_module(command.module).run(rest))
    except DomainError as refusal:
        print(f"{refusal.code}: {refusal}", file=sys.stderr)
        return FAILED
    except KeyboardInterrupt:
        return 130
    except BrokenPipeError:
        # The reader has gone (| head); Python would complain again while closing.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return FAILED


def prepare_django() -> None:
    """Load settings and applications once."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "dianke.config.settings")
    import django

    django.setup()


def print_usage() -> None:
    """Print the commands."""
    print("dianke COMMAND [ARGUMENTS]\n")
    for name, command in COMMANDS.items():
        print(f"  {name:<15}{command.help}")
    print("\nEach command explains itself with --help.")


if __name__ == "__main__":
    sys.exit(main())
