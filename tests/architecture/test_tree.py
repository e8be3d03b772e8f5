"""What must not stand in the tree: registry addresses, paths of a machine, unfinished work."""

import re
import subprocess
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
# Assembled, so that this file does not hold what it looks for.
REGISTRIES = re.compile(
    "|".join(("py" + "pi\\.org", "python" + "hosted", "registry\\." + "npmjs", "deb\\." + "debian"))
)
UNFINISHED = re.compile("|".join(("TO" + "DO", "FIX" + "ME", "NotImplemented" + "Error")))


def list_tracked_texts() -> list[tuple[str, str]]:
    """Return the path and text of every tracked text file; vendored assets and data sets keep their own words."""
    listing = subprocess.run(
        ["git", "ls-files", "-co", "--exclude-standard"], cwd=ROOT, capture_output=True, text=True, check=True
    ).stdout.splitlines()
    texts = []
    for name in listing:
        path = ROOT / name
        if "vendor" in path.parts or not path.is_file() or path.stat().st_size > 2_000_000:
            continue
        try:
            texts.append((name, path.read_text("utf-8")))
        except UnicodeDecodeError:
            continue
    return texts


def test_no_file_names_a_package_registry() -> None:
    named = [name for name, text in list_tracked_texts() if REGISTRIES.search(text)]

    assert named == []


def test_no_lock_file_keeps_download_addresses() -> None:
    names = [name for name, text in list_tracked_texts() if name.endswith("package-lock.json") and '"resolved"' in text]

    assert names == []
    assert not (ROOT / "uv.lock").exists()


def test_product_holds_no_unfinished_work() -> None:
    found = [name for name, text in list_tracked_texts() if name.startswith("src/") and UNFINISHED.search(text)]

    assert found == []


def test_product_never_reaches_outside_its_checkout() -> None:
    found = [name for name, text in list_tracked_texts() if name.startswith("src/") and "../" + "shared" in text]

    assert found == []
