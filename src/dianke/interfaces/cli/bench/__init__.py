"""dianke bench: measurements as commands; each prints one JSON object and judges nothing."""

import argparse
import importlib
import json
from dataclasses import dataclass


@dataclass(frozen=True)
class Bench:
    """A measurement: the module whose measure(size) takes it, and its usual size."""

    module: str
    size: int
    help: str
    needs_database: bool


BENCHES = {
    "engine": Bench(f"{__name__}.engine", 1_000_000, "accounts priced a second, all lines", False),
    "run": Bench(f"{__name__}.run", 20_000, "bills calculated and issued a second, stored", True),
    "import": Bench(f"{__name__}.import_table", 1_000_000, "customers loaded a second from files", False),
    "billing": Bench(f"{__name__}.billing", 1_000_000, "a month from PostgreSQL to bills, lines and inputs", False),
    "issue": Bench(f"{__name__}.issue", 1_000_000, "bills issued and booked a second, a calculated month", False),
    "postings": Bench(f"{__name__}.postings", 100_000, "balanced postings written a second, as payments", False),
    "ageing": Bench(f"{__name__}.ageing", 1_000_000, "accounts aged by unit and class a second", False),
    "feecontrol": Bench(f"{__name__}.feecontrol", 100_000, "running balances estimated and stored a second", False),
    "payments": Bench(f"{__name__}.payments", 200_000, "lines of a bank file received and settled a second", False),
    "bankfile": Bench(f"{__name__}.bankfile", 200_000, "lines of a bank's answer checked and booked a second", False),
    "risk": Bench(f"{__name__}.risk", 20_000, "accounts trained on and scored for risk a second, stored", False),
    "tags": Bench(f"{__name__}.tags", 100_000, "customers given all their tags a second, stored", False),
    "rating": Bench(f"{__name__}.rating", 1_000_000, "customers rated again for a month a second, stored", False),
    "pdf": Bench(f"{__name__}.pdf", 500, "issued bills written as PDF a second, of the database", True),
    "replay": Bench(f"{__name__}.replay", 1_000_000, "issued bills computed again a second, line by line", False),
    "trial": Bench(f"{__name__}.trial", 1_000_000, "a billed month under other prices, to the report", False),
    "review": Bench(f"{__name__}.review", 20_000, "seeded errors found, and clean bills stopped, by the review", False),
    "export": Bench(f"{__name__}.export", 200_000, "rows of lists written a second, XLSX and CSV", False),
    "orders": Bench(f"{__name__}.orders", 100_000, "milliseconds of due list and steps for twenty clerks", False),
    "pages": Bench(f"{__name__}.pages", 1_000_000, "milliseconds of pages for eight readers at once", False),
}


def run(argv: list[str]) -> int:
    """Take one measurement and print it."""
    parser = argparse.ArgumentParser(prog="dianke bench", description=__doc__)
    parser.add_argument("name", choices=[*BENCHES, "list"], help="what to measure; list names them")
    parser.add_argument("--size", type=int, help="rows (accounts, bills, requests)")
    parser.add_argument("--json", action="store_true", help="accepted everywhere; the answer is JSON anyway")
    options = parser.parse_args(argv)
    if options.name == "list":
        print(json.dumps({name: bench.help for name, bench in BENCHES.items()}, indent=2))
        return 0
    bench = BENCHES[options.name]
    if bench.needs_database:
        from dianke.interfaces.cli.main import prepare_django

        prepare_django()
    size = bench.size if options.size is None else options.size
    if size < 1:
        parser.error("--size must be 1 or more")
    print(json.dumps(importlib.import_module(bench.module).measure(size), ensure_ascii=False, indent=2))
    return 0
