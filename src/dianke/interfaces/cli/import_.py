"""dianke import: load a CSV or XLSX file into a table, or write the empty file to fill in."""

import argparse
import json
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from pathlib import Path
from typing import BinaryIO

from dianke.application.imports import load_table as loading
from dianke.application.imports import rejects, templates
from dianke.application.imports.columns import TableSpec
from dianke.application.imports.faults import Fault
from dianke.application.imports.files import Limits, UnreadableFile
from dianke.application.imports.reading import read_bytes, read_file
from dianke.application.imports.report import LoadReport
from dianke.application.imports.tables import TABLES
from dianke.kernel.clock import SystemClock
from dianke.kernel.errors import DomainError
from dianke.platform.identity.types import Actor

DONE, REFUSED, WRONG_USAGE = 0, 1, 2
_PATIENCE_S = 1.0


class UnableToWriteFile(DomainError):
    """A file that was to be written stands there already or cannot be made."""

    code = "imports.unable_to_write_file"
    message = "{name} cannot be written: {reason}"


def run(argv: list[str]) -> int:
    """Run the command with the words after `dianke import`; return the exit status."""
    try:
        options = _parse(argv)
    except SystemExit as leaving:
        return WRONG_USAGE if leaving.code else DONE
    if options.template:
        return _write_template(options)
    spec = loading.get_spec(options.table)
    actor = _find_actor(options)
    with _reject_file(options) as out:
        report = _load(options, spec, actor)
        if out is not None and report.rejected_rows:
            is_workbook = _is_workbook(options.rejects)
            write = rejects.write_xlsx_rejects if is_workbook else rejects.write_csv_rejects
            out.write(write(report, options.language))
    _print_report(report, options)
    return REFUSED if report.faults else DONE


def _parse(argv: list[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="dianke import",
        description="Load a CSV or XLSX file into a table; every fault is named, any fault stops the load.",
        epilog=f"Tables: {', '.join(TABLES)}. Status 0: everything was stored; 1: something was wrong (with "
        "--keep-good the good rows are stored all the same); 2: wrong usage.",
        allow_abbrev=False,
    )
    parser.add_argument("table", nargs="?", metavar="TABLE", help="what the file holds")
    parser.add_argument("file", nargs="?", metavar="FILE", type=Path, help="CSV (UTF-8, GB18030) or XLSX")
    parser.add_argument("--dry-run", action="store_true", help="check everything, store nothing")
    parser.add_argument("--keep-good", action="store_true", help="store the good rows; wants --rejects")
    parser.add_argument(
        "--rejects", metavar="FILE", type=Path, help="where the bad rows go, with what is wrong with them"
    )
    parser.add_argument(
        "--template", metavar="TABLE", help="write the empty file of a table to FILE (.csv, .xlsx) or as CSV"
    )
    parser.add_argument("--as", dest="login", metavar="LOGIN", help="who acts; asks for the password")
    parser.add_argument("--language", choices=("zh", "en"), default="zh", help="of the report (zh)")
    parser.add_argument("--json", action="store_true", help="print the report as JSON")
    options = parser.parse_args(argv)
    if options.template:
        # The one word that may stand beside --template is where to write it.
        if options.file is not None:
            parser.error("--template takes at most one FILE")
        options.file = Path(options.table) if options.table else None
    elif options.table is None or options.file is None:
        parser.error("name TABLE and FILE, or --template TABLE")
    if options.keep_good != (options.rejects is not None):
        parser.error("--keep-good and --rejects FILE come together: bad rows must go somewhere")
    return options


def _write_template(options: argparse.Namespace) -> int:
    spec = loading.get_spec(options.template)
    if options.file is None:
        sys.stdout.buffer.write(templates.write_csv_template(spec))
        sys.stdout.buffer.flush()
        return DONE
    write = templates.write_xlsx_template if _is_workbook(options.file) else templates.write_csv_template
    with _create(options.file) as out:
        out.write(write(spec))
    return DONE


def _find_actor(options: argparse.Namespace) -> Actor:
    from dianke.interfaces.cli.acting import log_in
    from dianke.platform.identity.models import Staff

    if options.login is None:
        setup = Actor.system("first set-up from the command line")
        if not Staff.objects.for_actor(setup).exists():
            told = "nobody is on the staff yet: the load runs as the system, for the first set-up"
            print(f"note: {told}", file=sys.stderr)
            return setup
    return log_in(options.login)


@contextmanager
def _reject_file(options: argparse.Namespace) -> Iterator[BinaryIO | None]:
    """Make the file of rejected rows before anything is stored, so that they have somewhere to go."""
    if options.rejects is None or options.dry_run:
        yield None
        return
    with _create(options.rejects) as out:
        yield out
        is_empty = out.tell() == 0
    if is_empty:
        options.rejects.unlink()


@contextmanager
def _create(path: Path) -> Iterator[BinaryIO]:
    try:
        file = path.open("xb")
    except OSError as error:
        reason = "it is there already" if isinstance(error, FileExistsError) else error.strerror
        raise UnableToWriteFile(field="file", name=str(path), reason=reason) from None
    try:
        with file:
            yield file
    except BaseException:
        path.unlink(missing_ok=True)
        raise


def _load(options: argparse.Namespace, spec: TableSpec, actor: Actor) -> LoadReport:
    from django.conf import settings

    with nullcontext() if options.json else _progress(options):
        try:
            limits = Limits(size=settings.FILE_UPLOAD_MAX_BYTES)
            content = read_file(options.file, limits)
            sheet = read_bytes(content, limits)
            known = {
                "actor": actor,
                "table": options.table,
                "sheet": sheet,
                "file_name": options.file.name,
                "at": SystemClock().now(),
                "data_dir": settings.DATA_DIR,
            }
            if options.dry_run:
                return loading.check_table(**known)
            return loading.load_table(**known, keep_good=options.keep_good, content=content)
        except UnreadableFile as refusal:
            return LoadReport(spec=spec, file_name=options.file.name, faults=(refusal.fault,))
        except loading.UnableToLoadTable as refusal:
            return refusal.report


@contextmanager
def _progress(options: argparse.Namespace) -> Iterator[None]:
    """Say on standard error that the load is at work once it takes longer than people wait without a sign."""
    size = options.file.stat().st_size if options.file.is_file() else 0
    told = f"{options.file.name} → {options.table}: {size / 1024 / 1024:.1f} MiB …"
    timer = threading.Timer(_PATIENCE_S, lambda: print(told, file=sys.stderr, flush=True))
    timer.daemon = True
    timer.start()
    try:
        yield
    finally:
        timer.cancel()


def _print_report(report: LoadReport, options: argparse.Namespace) -> None:
    language = options.language
    if options.json:
        print(json.dumps(report.as_dict(language), ensure_ascii=False))
        return
    for fault in report.faults:
        print(_line_of(fault, language), file=sys.stderr)
    batch = f" · {report.batch_number}" if report.batch_number else ""
    how = " ".join(part for part in (report.format.upper(), report.encoding, report.delimiter) if part)
    if language == "zh":
        state = "试运行，未入库" if report.is_dry_run else f"入库 {report.stored}"
        unchanged = f"，已有相同 {report.unchanged}" if report.unchanged else ""
        told = f"{report.rows} 行，{state}{unchanged}，退回 {report.rejected}，问题 {len(report.faults)}"
    else:
        state = "dry run, nothing stored" if report.is_dry_run else f"{report.stored} stored"
        unchanged = f", {report.unchanged} there already" if report.unchanged else ""
        told = f"{report.rows} rows, {state}{unchanged}, {report.rejected} rejected, {len(report.faults)} faults"
    print(f"{report.file_name} ({how}): {told}{batch}" if how else f"{report.file_name}: {told}{batch}")


def _line_of(fault: Fault, language: str) -> str:
    told = fault.as_dict(language)
    row = f"第 {fault.row} 行" if language == "zh" else f"row {fault.row}"
    value = f"[{told['value']}]" if told["value"] else ""
    place = " ".join(part for part in (row if fault.row else "", str(told["column"]), value) if part)
    between = "；" if language == "zh" else "; "
    return ": ".join(part for part in (fault.code, place, f"{told['message']}{between}{told['remedy']}") if part)


def _is_workbook(path: Path) -> bool:
    return path.suffix.casefold() == ".xlsx"
