"""./dianke test --bare: a bare Debian 12 in a folder, a clone of HEAD in it, and what a stranger types."""

import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from launcher import debian, paths
from launcher.binaries import OLDEST_MAJOR
from launcher.errors import LauncherError, say
from launcher.indexes import DEFAULT_INDEX, PackageSources, local_path, read_sources
from launcher.locks import open_lock, take_at_once
from launcher.processes import run, shielded

_SUITE = "bookworm"
_INCLUDED = "python3,git,ca-certificates"
_INSIDE = "DIANKE_BARE_ROOT"  # set for the second half, which runs in a mount namespace of its own
_FOLDERS = Path("/var/tmp")  # noqa: S108  (mkdtemp makes its own folder there, mode 0700)
_PREFIX = "dianke-bare-"
_PATH = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"
_BUNDLE = "srv/dianke.bundle"
_OLDEST_POSTGRESQL = f"postgresql-{OLDEST_MAJOR}"  # for the sql lane, which is skipped without it
_DEVICES = ("null", "zero", "full", "random", "urandom", "tty")


@dataclass(frozen=True)
class Person:
    """Somebody inside the bare machine."""

    name: str
    number: int
    home: str


_ROOT_PERSON = Person("root", 0, "/root")
_TESTER = Person("tester", 1000, "/home/tester")


@dataclass(frozen=True)
class Step:
    """What somebody types in some folder."""

    who: Person
    folder: str
    command: str


def main(arguments: Sequence[str]) -> int:
    """Prove both commands on a bare machine and return the exit status."""
    wanted = _read_who(list(arguments))
    if os.geteuid() != 0:
        raise LauncherError("needs_root", "--bare makes a machine in a folder; run it as root")
    if folder := os.environ.get(_INSIDE):
        return _prove(Path(folder), wanted)
    _refuse_other_systems()
    if debian.missing_packages(["mmdebstrap"]):
        debian.install(["mmdebstrap"])
    sweep()
    folder = tempfile.mkdtemp(prefix=_PREFIX, dir=_FOLDERS)
    with open_lock(Path(folder) / "alive.lock") as alive:
        take_at_once(alive)
        try:
            # All mounts live in the namespace of the second half and vanish with it, however it ends.
            launcher = [sys.executable, "-I", "-X", "utf8", str(paths.ROOT / "launcher")]
            command = [
                "unshare",
                "--mount",
                "--propagation",
                "private",
                *launcher,
                "test",
                "--bare",
                *arguments,
            ]
            return run(command, env=os.environ | {_INSIDE: f"{folder}/root"}).status
        finally:
            with shielded():
                _end_processes(Path(folder) / "root")
                shutil.rmtree(folder)


def sweep() -> None:
    """Remove the machines of runs that were killed outright."""
    for folder in _FOLDERS.glob(_PREFIX + "*"):
        with open_lock(folder / "alive.lock") as alive:
            if take_at_once(alive):
                _end_processes(folder / "root")
                shutil.rmtree(folder, ignore_errors=True)


def steps_for(wanted: Sequence[str]) -> list[Step]:
    """Return what is typed, in order."""
    steps = []
    if "root" in wanted:
        steps += [
            Step(_ROOT_PERSON, "/srv/dianke", "./dianke demo --once"),
            Step(_ROOT_PERSON, "/srv/dianke", "./dianke test"),
            # No other user may pass through this folder, and the server runs as another user.
            Step(_ROOT_PERSON, "/root/private/dianke", "./dianke demo --once"),
        ]
    if "user" in wanted:
        steps += [
            Step(_TESTER, "/home/tester/dianke", "./dianke demo --once"),
            Step(_TESTER, "/home/tester/dianke", "./dianke test"),
        ]
    return steps


def _read_who(arguments: list[str]) -> tuple[str, ...]:
    match [part for argument in arguments for part in argument.split("=", 1)]:
        case []:
            return ("root", "user")
        case ["--only", ("root" | "user") as who]:
            return (who,)
    message = f"--bare takes --only root or --only user, not {' '.join(arguments)!r}"
    raise LauncherError("unknown_option", message, status=2)


def _refuse_other_systems() -> None:
    with suppress(OSError):
        if f"VERSION_CODENAME={_SUITE}" in Path("/etc/os-release").read_text("utf-8").splitlines():
            return
    raise LauncherError("needs_debian_12", "--bare takes this machine's package sources, which must be Debian 12's")


def _prove(root: Path, wanted: Sequence[str]) -> int:
    started = time.monotonic()
    sources = read_sources()
    _make_machine(root)
    _mount_devices(root)
    _copy_pip_settings(root, sources)
    _bundle_head(root)
    say(f"the bare machine stands in {root} after {time.monotonic() - started:.0f} s")
    lines, failed = [], False
    previous: Step | None = None
    for step in steps_for(wanted):
        if previous is None or previous.folder != step.folder:
            _prepare_folder(root, step)
        if step.command.endswith(" test"):
            # Root gets what the tests need by typing nothing, an ordinary user finds it there.
            present = debian.FOR_TESTS if step.who is _TESTER else ()
            _must(root, _ROOT_PERSON, "/", debian.install_command([_OLDEST_POSTGRESQL, *present]))
        began = time.monotonic()
        say(f"{step.who.name} in {step.folder}: {step.command}")
        status = _type(root, step.who, step.folder, step.command)
        left = _what_is_left(root)
        verdict = "ok" if status == 0 and not left else "FAILED"
        failed = failed or verdict == "FAILED"
        seconds = time.monotonic() - began
        lines.append(f"{verdict:<7} {seconds:7.1f} s  {step.who.name:<7} {step.folder}$ {step.command}")
        lines += [f"        left behind: {thing}" for thing in left]
        _end_processes(root)
        previous = step
    print("\n-- bare Debian 12\n" + "\n".join(lines), flush=True)
    return 1 if failed else 0


def _make_machine(root: Path) -> None:
    sources = [
        str(path)
        for path in (Path("/etc/apt/sources.list"), *sorted(Path("/etc/apt/sources.list.d").glob("*")))
        if path.is_file() and path.suffix in {".list", ".sources"}
    ]
    options = [f"--aptopt={path}" for path in _apt_settings()]
    command = ["mmdebstrap", "--mode=root", "--variant=minbase", f"--include={_INCLUDED}", *options]
    say(f"making a bare Debian 12 in {root}")
    done = subprocess.run([*command, _SUITE, str(root), *sources], stdout=sys.stderr, check=False)
    if done.returncode:
        raise LauncherError("bare_failed", f"mmdebstrap ended with {done.returncode}, see above")
    for name in ("resolv.conf", "hosts"):
        (root / "etc" / name).write_bytes(Path("/etc", name).read_bytes())
    # As on an installed machine nothing listens before somebody wants it to.
    policy = root / "usr/sbin/policy-rc.d"
    policy.write_text("#!/bin/sh\nexit 101\n", "ascii")
    policy.chmod(0o755)
    (root / "etc/postgresql-common").mkdir()
    (root / "etc/postgresql-common/createcluster.conf").write_text("create_main_cluster = false\n", "ascii")


def _apt_settings() -> list[Path]:
    """Return the files that say how apt fetches; hooks and other habits of the host stay out."""
    files = [Path("/etc/apt/apt.conf"), *sorted(Path("/etc/apt/apt.conf.d").glob("*"))]
    texts = [(path, path.read_text("utf-8", "replace")) for path in files if path.is_file()]
    return [path for path, text in texts if "Acquire::" in text and "Invoke" not in text]


def _mount_devices(root: Path) -> None:
    _mount("-t", "proc", "proc", root / "proc")
    _mount("-t", "sysfs", "-o", "ro", "sysfs", root / "sys")
    _mount("-t", "tmpfs", "-o", "mode=755", "tmpfs", root / "dev")
    for name in _DEVICES:
        (root / "dev" / name).touch()
        _mount("--bind", f"/dev/{name}", root / "dev" / name)
    for name, target in (("fd", "fd"), ("stdin", "fd/0"), ("stdout", "fd/1"), ("stderr", "fd/2")):
        (root / "dev" / name).symlink_to(f"/proc/self/{target}")
    for name, kind, options in (("shm", "tmpfs", "mode=1777"), ("pts", "devpts", "newinstance,ptmxmode=666")):
        (root / "dev" / name).mkdir()
        _mount("-t", kind, "-o", options, kind, root / "dev" / name)
    (root / "dev/ptmx").symlink_to("pts/ptmx")


def _copy_pip_settings(root: Path, sources: PackageSources) -> None:
    lines = ["[global]", f"timeout = {sources.timeout_s:.0f}"]
    if sources.index is None:
        lines.append("no-index = true")
    elif sources.index != DEFAULT_INDEX:
        lines.append(f"index-url = {sources.index}")
    for name, places in (("extra-index-url", sources.extra_indexes), ("find-links", sources.find_links)):
        lines += [f"{name} =", *(f"    {place}" for place in places)] if places else []
    if sources.cert:
        lines.append(f"cert = {sources.cert}")
        inside = _inside(root, Path(sources.cert))
        inside.parent.mkdir(parents=True, exist_ok=True)
        inside.write_bytes(Path(sources.cert).read_bytes())
    (root / "etc/pip.conf").write_text("\n".join(lines) + "\n", "utf-8")
    for folder in _local_folders(sources):
        _inside(root, folder).mkdir(parents=True, exist_ok=True)
        _mount("--bind", folder, _inside(root, folder))
        _mount("-o", "remount,bind,ro", _inside(root, folder))


def _local_folders(sources: PackageSources) -> list[Path]:
    """Return the folders that the settings lead to; the pages of an index link to files beside it."""
    indexes = [path.parent for place in sources.all_indexes if (path := local_path(place))]
    links = [path for place in sources.find_links if (path := local_path(place))]
    return sorted({path.absolute() for path in (*indexes, *links) if path.is_dir() and path != Path("/")})


def _bundle_head(root: Path) -> None:
    git = ["git", "-C", str(paths.ROOT)]
    changed = subprocess.run([*git, "status", "--porcelain"], capture_output=True, text=True, check=False)
    if changed.stdout.strip():
        say("what is not committed is not in the clone")
    command = [*git, "bundle", "create", "-q", str(root / _BUNDLE), "HEAD"]
    if subprocess.run(command, stdout=sys.stderr, check=False).returncode:
        raise LauncherError("bare_failed", f"git cannot bundle the HEAD of {paths.ROOT}")


def _prepare_folder(root: Path, step: Step) -> None:
    if step.who is _TESTER and not (root / "home/tester").exists():
        _must(root, _ROOT_PERSON, "/", f"useradd -m -u {_TESTER.number} -s /bin/sh {_TESTER.name}")
    parent = _inside(root, Path(step.folder)).parent
    if not parent.exists():
        parent.mkdir(mode=0o700)
    _must(root, step.who, "/", f"git -c advice.detachedHead=false clone -q /{_BUNDLE} {step.folder}")


def _must(root: Path, who: Person, folder: str, command: str) -> None:
    if status := _type(root, who, folder, command):
        raise LauncherError("bare_failed", f"{command} ended with {status}")


def _type(root: Path, who: Person, folder: str, command: str) -> int:
    """Run a shell command inside as somebody with an empty environment and return its status."""
    environ = {"HOME": who.home, "USER": who.name, "PATH": _PATH, "TERM": "dumb"}
    if who is _ROOT_PERSON:
        environ["DEBIAN_FRONTEND"] = "noninteractive"
    groups = f"--userspec={who.number}:{who.number}", f"--groups={who.number}"
    told = ["chroot", *groups, str(root), "/bin/sh", "-c", f"cd {folder} && {command}"]
    outcome = run(told, env=environ)
    if outcome.interrupted:
        raise SystemExit(130)
    return outcome.status


def _what_is_left(root: Path) -> list[str]:
    processes = [f"process {pid} {name}" for pid, name in _processes(root)]
    homes = ("var/lib/dianke", "home/tester/.local/share/dianke")
    folders = [str(path) for home in homes for path in (root / home / "scratch").glob("*")]
    return processes + folders


def _processes(root: Path) -> Iterator[tuple[int, str]]:
    """Give the living processes whose root folder is the machine's."""
    for entry in Path("/proc").glob("[0-9]*"):
        with suppress(OSError):
            if (entry / "root").readlink() == root:
                yield int(entry.name), (entry / "comm").read_text("utf-8").strip()


def _end_processes(root: Path) -> None:
    for pid, _name in list(_processes(root)):
        with suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)


def _inside(root: Path, path: Path) -> Path:
    return root / path.absolute().relative_to("/")


def _mount(*arguments: str | Path) -> None:
    command = ["mount", *(str(argument) for argument in arguments)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        raise LauncherError("bare_failed", f"{' '.join(command)}: {done.stderr.strip()}")
