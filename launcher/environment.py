"""The virtual environment: made with a fetched uv from the hashed lock, repaired after an interruption."""

import hashlib
import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any, Literal

from launcher import paths, wheels
from launcher.errors import LauncherError, say
from launcher.indexes import PackageSources, read_sources
from launcher.locks import exclusive
from launcher.processes import run

Profile = Literal["local", "dev"]  # dev holds everything of local and the checks besides

_STAMP = "dianke-environment.json"


def ensure(profile: Profile) -> Path:
    """Install what is missing and return the environment's Python; costs milliseconds when nothing is."""
    venv = paths.venv_folder()
    if _is_ready(venv, profile):
        return venv / "bin/python"
    lock = paths.home_folder() / "locks" / f"venv-{paths.checkout_key(venv)}.lock"
    with exclusive(lock, waiting_for=f"it is installing into {venv}"):
        if not _is_ready(venv, profile):
            _install(venv, "dev" if _holds_checks(venv) else profile)
    return venv / "bin/python"


def site_packages(venv: Path) -> Path:
    """Return the folder into which packages are installed."""
    found = sorted(venv.glob("lib/python3*/site-packages"))
    if not found:
        raise LauncherError("environment_broken", f"{venv} has no site-packages; remove it and try again")
    return found[-1]


def _is_ready(venv: Path, profile: Profile) -> bool:
    stamp = _read_stamp(venv)
    installed = stamp.get("profile")
    return (
        stamp.get("state") == "done"
        and installed in {profile, "dev"}
        and stamp.get("lock") == _hash_of_lock(installed)
        and (venv / "bin/python").exists()
    )


def _holds_checks(venv: Path) -> bool:
    # The second half is an environment that somebody made by hand: what it has is not taken away.
    return _read_stamp(venv).get("profile") == "dev" or (venv / "bin/pytest").exists()


def _install(venv: Path, profile: Profile) -> None:
    sources = read_sources()
    uv = _ensure_uv(sources)
    environ = _uv_environ(sources)
    if not _is_whole(venv):
        say(f"making {venv} with {sys.executable}")
        base = Path(sys.executable).resolve()
        # A folder elsewhere that is no environment may hold something dear: uv refuses to clear it.
        clear = ["--clear", "--force"] if venv == paths.ROOT / ".venv" else ["--clear"]
        _run_uv([uv, "venv", "--quiet", *clear, "--no-project", "--python", str(base), str(venv)], environ)
    # Until the last line is through, the environment counts as half made, whatever ends us.
    _write_stamp(venv, {"state": "installing", "profile": profile})
    say(f"installing requirements/{profile}.lock")
    lock = paths.REQUIREMENTS / f"{profile}.lock"
    target = ["--python", str(venv / "bin/python")]
    _run_uv([uv, "pip", "sync", "--require-hashes", *sources.uv_flags, *target, str(lock)], environ)
    python = subprocess.run([venv / "bin/python", "-V"], capture_output=True, text=True, check=True)
    facts = {"state": "done", "profile": profile, "lock": _hash_of_lock(profile)}
    _write_stamp(venv, facts | {"python": python.stdout.strip()})


def _is_whole(venv: Path) -> bool:
    """Tell whether packages may be added to what is there; a half-made environment is made again."""
    python = venv / "bin/python"
    if not python.exists() or _read_stamp(venv).get("state") == "installing":
        return False
    # After an upgrade of the system's Python the link may lead to another version than the packages'.
    probe = [str(python), "-I", "-c", "import sys; print('python%d.%d' % sys.version_info[:2])"]
    version = subprocess.run(probe, capture_output=True, text=True, check=False)
    return version.returncode == 0 and (venv / "lib" / version.stdout.strip()).is_dir()


def _ensure_uv(sources: PackageSources) -> str:
    if chosen := os.environ.get("DIANKE_UV"):
        return chosen
    pin = wheels.read_pin(paths.REQUIREMENTS / "uv.txt")
    folder = paths.home_folder() / f"uv-{pin.version}"
    uv = folder / "uv"
    with exclusive(paths.home_folder() / "locks" / "uv.lock", waiting_for="it is fetching uv"):
        if not uv.exists():
            say(f"fetching uv {pin.version}")
            content = wheels.read_member(wheels.fetch_wheel(pin, sources), ".data/scripts/uv")
            paths.make_folder(folder)
            part = folder / "uv.part"
            part.write_bytes(content)
            part.chmod(0o755)
            part.rename(uv)
    return str(uv)


def _uv_environ(sources: PackageSources) -> dict[str, str]:
    strange = {"VIRTUAL_ENV", "CONDA_PREFIX", "PYTHONHOME", "PYTHONPATH"}
    kept = {name: value for name, value in os.environ.items() if name not in strange}
    return kept | sources.uv_environment(os.environ) | {"UV_PYTHON_DOWNLOADS": "never"}


def _run_uv(command: list[str], environ: dict[str, str]) -> None:
    # It ends with us: an orphan would go on installing while the next launcher repairs.
    outcome = run(command, env=environ, cwd=paths.ROOT, output=sys.stderr.fileno())
    if outcome.interrupted:
        raise SystemExit(outcome.status or 1)
    if outcome.status:
        told = " ".join(command[1:3])
        message = f"uv {told} ended with {outcome.status}, see above; the next start tries again"
        raise LauncherError("install_failed", message)


def _hash_of_lock(profile: str) -> str:
    content = (paths.REQUIREMENTS / f"{profile}.lock").read_bytes()
    return hashlib.sha256(content).hexdigest()


def _read_stamp(venv: Path) -> dict[str, Any]:
    try:
        stamp = json.loads((venv / _STAMP).read_text("utf-8"))
    except FileNotFoundError:
        return {}
    except (OSError, ValueError):
        return {"state": "installing"}
    return stamp if isinstance(stamp, dict) else {"state": "installing"}


def _write_stamp(venv: Path, facts: dict[str, str]) -> None:
    part = venv / (_STAMP + ".part")
    try:
        part.write_text(json.dumps(facts, indent=1) + "\n", "utf-8")
        part.replace(venv / _STAMP)
    except OSError as error:
        message = f"cannot write into {venv}: {error.strerror}; set DIANKE_VENV to a folder of your own"
        raise LauncherError("environment_not_writable", message) from error
