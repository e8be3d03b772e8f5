"""What the launcher's tests share: a home of their own and clones that run a product of a few lines."""

import json
import os
import shutil
import subprocess
import sys
import sysconfig
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]

# Stands for the product: tells what it was given, and waits for a signal when asked to.
PRODUCT = """
import json, os, signal, sys, time
url = os.environ.get("DATABASE_URL", "")
facts = {"arguments": sys.argv[1:], "folder": os.getcwd(), "url": url, "import_path": sys.path[0]}
if url:
    import psycopg
    with psycopg.connect(url) as connection:
        facts["user"] = connection.execute("select current_user").fetchone()[0]
# Before it tells anything: whoever reads the line may send the signal at once.
signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
print(json.dumps(facts), flush=True)
time.sleep(60 if "wait" in sys.argv else 0)
sys.exit(3 if "refuse" in sys.argv else 0)
"""


@pytest.fixture(scope="session")
def launcher_home() -> Iterator[Path]:
    """Give a folder that the server's user may pass through, with a path short enough for sockets."""
    folder = Path(tempfile.mkdtemp(prefix="dkt-", dir="/tmp"))
    folder.chmod(0o711)
    yield folder
    shutil.rmtree(folder)


@pytest.fixture
def own_home(launcher_home: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Let the launcher in this process use the tests' home and this environment's PostgreSQL."""
    monkeypatch.setenv("DIANKE_HOME", str(launcher_home))
    monkeypatch.setenv("DIANKE_VENV", sys.prefix)
    keys = ("DIANKE_SECRET_KEY_FILE", "DIANKE_DATA_KEYS_FILE")
    for name in ("DATABASE_URL", "DATABASE_OWNER_URL", "DIANKE_PG_BIN", *keys):
        monkeypatch.delenv(name, raising=False)
    return launcher_home


@dataclass
class Clone:
    """A checkout with the real launcher and a small product."""

    root: Path
    home: Path
    environ: dict[str, str]

    def run(self, *arguments: str, folder: Path = Path("/")) -> subprocess.CompletedProcess[str]:
        """Type ./dianke ARGUMENTS in a folder."""
        return subprocess.run(
            [self.root / "dianke", *arguments],
            env=self.environ,
            cwd=folder,
            capture_output=True,
            text=True,
            check=False,
        )

    def start(self, *arguments: str) -> subprocess.Popen[str]:
        """Type ./dianke ARGUMENTS and leave it running."""
        return subprocess.Popen(
            [self.root / "dianke", *arguments],
            env=self.environ,
            cwd="/",
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
        )

    def servers(self) -> list[str]:
        """Return the data folders of this home's running servers."""
        lines = []
        for entry in Path("/proc").glob("[0-9]*/cmdline"):
            try:
                words = entry.read_bytes().split(b"\0")
            except OSError:
                continue
            if words[0].endswith(b"/postgres") and b"-D" in words:
                lines.append(os.fsdecode(words[words.index(b"-D") + 1]))
        return [line for line in lines if line.startswith(str(self.home))]


@pytest.fixture
def clone(tmp_path: Path, launcher_home: Path) -> Clone:
    """Give a clone below a folder of mode 0700, with an environment that counts as installed."""
    private = tmp_path / "private"
    private.mkdir(mode=0o700)
    root = private / "dianke checkout"
    for name in ("launcher", "requirements"):
        shutil.copytree(ROOT / name, root / name, ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copy2(ROOT / "dianke", root / "dianke")
    product = root / "src/dianke/interfaces/cli"
    product.mkdir(parents=True)
    (product / "main.py").write_text(PRODUCT, "utf-8")
    kept = {"PATH", "HOME", "LANG"}
    environ = {name: value for name, value in os.environ.items() if name in kept}
    environ |= {"DIANKE_HOME": str(launcher_home), "DIANKE_PYTHON": sys.executable}
    make_environment(root / ".venv", root / "requirements/dev.lock")
    return Clone(root=root, home=launcher_home, environ=environ)


def make_environment(venv: Path, lock: Path) -> None:
    """Make a virtual environment that borrows the packages of the one that runs the tests."""
    version = f"python{sys.version_info.major}.{sys.version_info.minor}"
    (venv / "bin").mkdir(parents=True)
    (venv / "lib" / version).mkdir(parents=True)
    (venv / "bin/python").symlink_to(Path(sys.executable).resolve())
    (venv / "lib" / version / "site-packages").symlink_to(sysconfig.get_path("purelib"))
    home = Path(sys.executable).resolve().parent
    (venv / "pyvenv.cfg").write_text(f"home = {home}\n", "utf-8")
    stamp = {"state": "done", "profile": "dev", "lock": sha256(lock.read_bytes()).hexdigest()}
    (venv / "dianke-environment.json").write_text(json.dumps(stamp), "utf-8")
