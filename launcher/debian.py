"""Debian packages that the checks need and a wheel cannot bring."""

import os
import shutil
import subprocess
import sys
from collections.abc import Iterable

from launcher.errors import LauncherError, say

# A browser, fonts that hold Chinese, and what Playwright's node is linked against.
FOR_TESTS = ("libatomic1", "chromium-headless-shell", "fonts-noto-cjk")


# What does the same work; the first is a third of the work for the processor.
_INSTEAD_OF = {"chromium-headless-shell": "chromium"}


def missing_packages(names: Iterable[str]) -> list[str]:
    """Return those of the packages that are not installed, nor another in their place."""
    return [name for name in names if not _is_installed(name) and not _is_installed(_INSTEAD_OF.get(name, name))]


def install_command(names: Iterable[str]) -> str:
    """Return the one line that a person would type."""
    return f"apt-get update && apt-get install -y --no-install-recommends {' '.join(names)}"


def ensure_packages(names: Iterable[str]) -> None:
    """Install what is missing as root; an ordinary user gets the line to type."""
    if shutil.which("dpkg-query") is None:
        if any(shutil.which(name) for name in ("chromium-headless-shell", "chromium", "chromium-browser")):
            return
        message = f"this is no Debian; install what there is called {', '.join(names)}"
        raise LauncherError("packages_missing", message)
    missing = missing_packages(names)
    if not missing:
        return
    if os.geteuid() != 0:
        line = install_command(missing)
        raise LauncherError("packages_missing", f"as root, type: {line}")
    install(missing)


def install(names: Iterable[str]) -> None:
    """Install packages by apt, as root."""
    names = list(names)
    say(f"installing {' '.join(names)} by apt")
    environ = os.environ | {"DEBIAN_FRONTEND": "noninteractive"}
    updated = subprocess.run(["apt-get", "-q", "update"], env=environ, stdout=sys.stderr, check=False)
    command = ["apt-get", "-q", "install", "-y", "--no-install-recommends", *names]
    if subprocess.run(command, env=environ, stdout=sys.stderr, check=False).returncode:
        message = f"apt-get could not install {' '.join(names)}, see above"
        if updated.returncode:
            message += " (apt-get update failed as well: is the network there?)"
        raise LauncherError("apt_failed", message)


def _is_installed(name: str) -> bool:
    command = ["dpkg-query", "-W", "-f=${db:Status-Status}\n", name]
    told = subprocess.run(command, capture_output=True, text=True, check=False)
    return "installed" in told.stdout.split()
