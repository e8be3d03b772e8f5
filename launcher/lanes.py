"""The checks: one lane after the other, one line of result each, and a line with all tests at the end."""

import os
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from xml.etree import ElementTree

from launcher import binaries, database, debian, environment
from launcher.commands import product_arguments
from launcher.errors import LauncherError, say
from launcher.paths import ROOT
from launcher.processes import run, start, wait

_NO_TESTS = 5  # pytest's status
_WRONG_ARGUMENTS = 4  # pytest's status
# Whatever is named neither as free of a database nor as a journey runs with a database.
_UNIT = ("tests/unit", "tests/architecture")
_PROPERTIES = "tests/properties"
_JOURNEYS = "tests/journeys"
_LAUNCHER = "tests/launcher"
# The tests of a file share what one of them has built, so a file stays with one of the two workers.
# In the order that tests/conftest.py puts them in: the longest begin first.
_BY_FILE = ("-n", "2", "--dist", "loadfile", "--no-loadscope-reorder")

_TEST_HELP = """\
usage: ./dianke test [--long] [--keep-going] [PYTEST-ARGS]
       ./dianke test --bare [--only root|user]

Without PYTEST-ARGS: every check that CI runs, up to the first that fails.
With PYTEST-ARGS: pytest alone with these, in a fresh database.
  --keep-going   run the later checks after a failure too
  --long         also the tests marked long (sets DIANKE_LONG=1)
  --bare         make a bare Debian 12, clone HEAD there and run demo --once and test; needs root
  --only WHO     --bare as root or as an ordinary user only\
"""
_CHECK_HELP = """\
usage: ./dianke check [--quick] [--keep-going]

Format, lint, types, imports, migrations, unit and architecture tests; no database, no browser.
  --quick        without types and tests, for a commit hook\
"""


@dataclass
class Result:
    """What a lane came to."""

    name: str
    verdict: str  # ok, FAILED, skipped
    seconds: float = 0.0
    note: str = ""
    counts: dict[str, int] = field(default_factory=dict)

    def __str__(self) -> str:
        """Return the line that is printed."""
        if self.verdict == "skipped":
            return f"{self.name:<12} skipped: {self.note}"
        return f"{self.name:<12} {self.verdict:<6} {self.seconds:7.1f} s  {self.note}".rstrip()


class Interrupted(Exception):
    """Somebody told us to end while a lane was running."""


class Lanes:
    """Runs lanes and remembers what they came to."""

    def __init__(self, python: Path, *, keep_going: bool) -> None:
        self.python = python
        self.results: list[Result] = []
        self._keep_going = keep_going

    @property
    def has_failed(self) -> bool:
        """Tell whether a lane has failed."""
        return any(result.verdict == "FAILED" for result in self.results)

    @property
    def goes_on(self) -> bool:
        """Tell whether further lanes are to run."""
        return self._keep_going or not self.has_failed

    def tool(self, name: str, program: str, *arguments: str, env: Mapping[str, str]) -> None:
        """Run a program of the environment; what it prints is shown only when it fails."""
        if not self.goes_on:
            return
        started = time.monotonic()
        with tempfile.TemporaryFile() as output:
            command = [str(self.python.with_name(program)), *arguments]
            outcome = run(command, env=env, cwd=ROOT, output=output)
            if outcome.status:
                output.seek(0)
                print(output.read().decode("utf-8", "replace"), flush=True)
        verdict = "FAILED" if outcome.status else "ok"
        self._add(Result(name, verdict, time.monotonic() - started), interrupted=outcome.interrupted)

    def pytest(self, name: str, arguments: Sequence[str], *, env: Mapping[str, str]) -> None:
        """Run tests in full view and count them."""
        if not self.goes_on:
            return
        print(f"\n-- {name}: pytest {' '.join(arguments)}", flush=True)
        started = time.monotonic()
        with tempfile.TemporaryDirectory() as folder:
            report = Path(folder) / "report.xml"
            command = [str(self.python), "-m", "pytest", "-q", f"--junitxml={report}", *arguments]
            outcome = run(command, env=env, cwd=ROOT)
            counts = _read_counts(report)
        verdict = "FAILED" if outcome.status else "ok"
        note = ", ".join(f"{number} {what}" for what, number in counts.items() if number)
        if outcome.status == _NO_TESTS:
            note = "no test was collected"
        result = Result(name, verdict, time.monotonic() - started, note, counts)
        self._add(result, interrupted=outcome.interrupted)

    @contextmanager
    def beside(self, name: str, *arguments: str, env: Mapping[str, str], is_pytest: bool = False) -> Iterator[None]:
        """
        Run Python with these arguments while the lanes of the block run, for what keeps one processor busy at most.

        What it prints is shown after them, when it fails; its time is that of the block where that took longer.
        """
        if not self.goes_on:
            yield
            return
        started = time.monotonic()
        with tempfile.TemporaryDirectory() as folder, tempfile.TemporaryFile() as output:
            report = Path(folder) / "report.xml"
            command = [str(self.python), *arguments, *([f"--junitxml={report}"] if is_pytest else [])]
            child = start(command, env=env, cwd=ROOT, output=output)
            try:
                yield
            except BaseException:
                child.terminate()
                child.wait()
                raise
            outcome = wait(child)
            counts = _read_counts(report) if is_pytest else {}
            if outcome.status:
                output.seek(0)
                print(output.read().decode("utf-8", "replace"), flush=True)
        note = ", ".join(f"{number} {what}" for what, number in counts.items() if number)
        verdict = "FAILED" if outcome.status else "ok"
        self._add(Result(name, verdict, time.monotonic() - started, note, counts), interrupted=outcome.interrupted)

    def skip(self, name: str, reason: str) -> None:
        """Say that a lane cannot run here."""
        if self.goes_on:
            self._add(Result(name, "skipped", note=reason), interrupted=False)

    def summary(self) -> str:
        """Return one line a lane and the closing line that counts all tests."""
        lines = ["", "-- summary", *(str(result) for result in self.results)]
        if any(result.counts for result in self.results):
            total = {
                what: sum(result.counts.get(what, 0) for result in self.results)
                for what in ("passed", "failed", "skipped")
            }
            lines.append(", ".join(f"{number} {what}" for what, number in total.items()))
        return "\n".join(lines)

    def _add(self, result: Result, *, interrupted: bool) -> None:
        self.results.append(result)
        print(result, flush=True)
        if interrupted:
            raise Interrupted


def main(name: str, arguments: Sequence[str]) -> int:
    """Run ./dianke test or ./dianke check and return the exit status."""
    if {"-h", "--help"} & set(arguments):
        print(_TEST_HELP if name == "test" else _CHECK_HELP)
        return 0
    if name == "check":
        return _check(arguments)
    if "--bare" in arguments:
        from launcher import bare

        return bare.main([argument for argument in arguments if argument != "--bare"])
    ours = {"--keep-going", "--long"}
    flags = ours & set(arguments)
    if "--long" in flags:
        os.environ["DIANKE_LONG"] = "1"
    rest = [argument for argument in arguments if argument not in ours]
    return _some_tests(rest) if rest else _all_tests(keep_going="--keep-going" in flags)


def _check(arguments: Sequence[str]) -> int:
    if unknown := set(arguments) - {"--quick", "--keep-going"}:
        message = f"check does not know {' '.join(sorted(unknown))}; see ./dianke check --help"
        raise LauncherError("unknown_option", message, status=2)
    lanes = Lanes(environment.ensure("dev"), keep_going="--keep-going" in arguments)
    return _finish(lanes, lambda: _static_lanes(lanes, quick="--quick" in arguments))


def _all_tests(*, keep_going: bool) -> int:
    debian.ensure_packages(debian.FOR_TESTS)
    lanes = Lanes(environment.ensure("dev"), keep_going=keep_going)

    def work() -> None:
        _static_lanes(lanes, quick=False)
        if lanes.goes_on:
            _database_lanes(lanes)

    return _finish(lanes, work)


def _some_tests(arguments: Sequence[str]) -> int:
    missing = debian.missing_packages(debian.FOR_TESTS)
    if missing and os.geteuid() == 0:
        debian.ensure_packages(debian.FOR_TESTS)
    elif missing:
        say(f"browser tests will need, as root: {debian.install_command(missing)}")
    python = environment.ensure("dev")
    with database.thrown_away(in_memory=True) as environ:
        command = [str(python), "-m", "pytest", *_markers(), *arguments]
        status = run(command, env=_for_browser(environ), cwd=ROOT).status
    return {0: 0, _WRONG_ARGUMENTS: 2}.get(status, 1)


def _finish(lanes: Lanes, work: Callable[[], None]) -> int:
    with suppress(Interrupted):
        work()
    print(lanes.summary(), flush=True)
    return 1 if lanes.has_failed else 0


def _static_lanes(lanes: Lanes, *, quick: bool) -> None:
    environ = database.without_database()
    django = ("-m", "django", "makemigrations", "--check", "--dry-run")
    lanes.tool("format", "ruff", "format", "--check", ".", env=environ)
    lanes.tool("lint", "ruff", "check", ".", env=environ)
    lanes.tool("imports", "lint-imports", env=environ)
    lanes.tool("migrations", "python", *django, env=environ)
    if not quick:
        with lanes.beside("types", "-m", "mypy", "-p", "dianke", "-p", "launcher", env=environ):
            lanes.pytest("unit", ["-n", "2", *_markers(), *_UNIT], env=environ)


def _database_lanes(lanes: Lanes) -> None:
    environ = database.without_database()
    _folder_lane(lanes, "properties", _PROPERTIES, ["-n", "2"], environ)
    with database.thrown_away(in_memory=True) as environ:
        apart = [f"--ignore={folder}" for folder in (*_UNIT, _PROPERTIES, _JOURNEYS, _LAUNCHER)]
        lanes.pytest("database", [*_BY_FILE, *_markers(), *apart, "tests"], env=environ)
        _folder_lane(lanes, "journeys", _JOURNEYS, _BY_FILE, _for_browser(environ))
        # These start servers and kill them at a moment: one after the other, so that the moment comes when it should.
        with _beside_oldest(lanes):
            _folder_lane(lanes, "launcher", _LAUNCHER, [], environ)


@contextmanager
def _beside_oldest(lanes: Lanes) -> Iterator[None]:
    """Prove the SQL on the oldest supported PostgreSQL, which Debian 12 brings, beside the lanes of the block."""
    programs = binaries.find_debian(binaries.OLDEST_MAJOR)
    if programs is None:
        lanes.skip("sql", f"PostgreSQL {binaries.OLDEST_MAJOR} is not installed (apt: postgresql-15)")
        yield
        return
    with database.thrown_away(programs, in_memory=True) as environ:
        lanes.tool("sql schema", "python", *product_arguments("migrate"), env=environ)
        arguments = ["-m", "pytest", "-q", *_markers("sql"), "tests"]
        with lanes.beside("sql", *arguments, env=environ, is_pytest=True):
            yield


def _folder_lane(lanes: Lanes, name: str, folder: str, options: Sequence[str], environ: Mapping[str, str]) -> None:
    if any((ROOT / folder).rglob("test_*.py")):
        lanes.pytest(name, [*options, *_markers(), folder], env=environ)
    else:
        lanes.skip(name, f"{folder} holds no test")


def _markers(*wanted: str) -> list[str]:
    terms = [*wanted, *([] if os.environ.get("DIANKE_LONG") == "1" else ["not long"])]
    return ["-m", " and ".join(terms)] if terms else []


def _for_browser(environ: Mapping[str, str]) -> dict[str, str]:
    # Playwright's event loop runs in the thread of the test, where Django would refuse its database.
    return {**environ, "DJANGO_ALLOW_ASYNC_UNSAFE": "true"}


def _read_counts(report: Path) -> dict[str, int]:
    """Return how many tests passed, failed and were skipped; empty when pytest wrote no report."""
    try:
        # The file is our own pytest's, written a moment ago.
        suites = ElementTree.parse(report).getroot().iter("testsuite")  # noqa: S314
    except (OSError, ElementTree.ParseError):
        return {}
    found = dict.fromkeys(("tests", "failures", "errors", "skipped"), 0)
    for suite in suites:
        for what in found:
            found[what] += int(suite.get(what, "0"))
    failed = found["failures"] + found["errors"]
    passed = found["tests"] - failed - found["skipped"]
    return {"passed": passed, "failed": failed, "skipped": found["skipped"]}
