"""Where things are: the checkout, its environment, and the launcher's own folder outside of it."""

import hashlib
import os
from pathlib import Path

from launcher.errors import LauncherError

ROOT = Path(__file__).resolve().parent.parent
REQUIREMENTS = ROOT / "requirements"


def checkout_key(root: Path = ROOT) -> str:
    """Return the name under which this checkout's data is kept: short, because socket paths are."""
    return hashlib.sha256(os.fsencode(root.resolve())).hexdigest()[:12]


def venv_folder() -> Path:
    """Return the folder of the virtual environment."""
    return Path(os.environ.get("DIANKE_VENV") or ROOT / ".venv").absolute()


def home_folder() -> Path:
    """Return the launcher's folder outside the checkout; it may not exist yet."""
    if chosen := os.environ.get("DIANKE_HOME"):
        return Path(chosen).absolute()
    if os.geteuid() == 0:
        # Not below /root: the server runs as `nobody` and must reach it.
        return Path("/var/lib/dianke")
    data_home = Path(os.environ.get("XDG_DATA_HOME") or "~/.local/share").expanduser()
    return (data_home if data_home.is_absolute() else Path("~/.local/share").expanduser()) / "dianke"


def kept_folder() -> Path:
    """Return the folder of this checkout's kept data."""
    return home_folder() / "data" / checkout_key()


def scratch_folder() -> Path:
    """Return the folder below which throw-away data lives."""
    return home_folder() / "scratch"


def make_folder(folder: Path) -> Path:
    """Make a folder that nobody else lists or writes, but, as root, the server's user may pass through."""
    # Said outright: a umask of 077 would shut the server's user out.
    mode = 0o711 if os.geteuid() == 0 else 0o700
    missing = [path for path in (folder, *folder.parents) if not path.exists()]
    try:
        for path in reversed(missing):
            path.mkdir(exist_ok=True)
            path.chmod(mode)
    except OSError as error:
        message = f"cannot make {folder}: {error.strerror}; set DIANKE_HOME to a folder that can be written"
        raise LauncherError("folder_not_writable", message) from error
    return folder
