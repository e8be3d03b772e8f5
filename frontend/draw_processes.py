"""
Draws the process files: reads nodes, lanes and ways, writes the diagram part (BPMN DI) into the same file.

Run `python frontend/draw_processes.py` after a change of `domain/service_orders/processes/*.bpmn`. A node says
its column and its row within its lane (`dk:column`, `dk:row`); ways are routed and labels placed here. A version that
orders may run on stands in `released.toml` with its digest: `--release` enters new ones and never changes an old one,
`--again NAME_vN` forgets one that has not been shipped yet. `--check` writes nothing and ends with 1 if a file is late.
"""

import argparse
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
sys.path[:0] = [str(ROOT / "src"), str(ROOT)]

from frontend.process_layout import draw  # noqa: E402

from dianke.platform.processes.library import digest_of  # noqa: E402
from dianke.platform.processes.reading import read_process  # noqa: E402

FOLDER = ROOT / "src" / "dianke" / "domain" / "service_orders" / "processes"
RELEASED = FOLDER / "released.toml"
HEAD = "# Written by frontend/draw_processes.py --release: what a version does never changes once orders run on it.\n"


def main() -> int:
    """Draw every file; return 1 if `--check` found one that is not as it would be drawn."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--check", action="store_true", help="only say what is late")
    parser.add_argument("--release", action="store_true", help="enter new versions into released.toml")
    parser.add_argument("--again", nargs="*", default=[], metavar="NAME", help="forget these versions first")
    wanted = parser.parse_args()
    late = [path.name for path in sorted(FOLDER.glob("*.bpmn")) if _redraw(path, only_look=wanted.check)]
    print(f"{len(late)} drawings {'late' if wanted.check else 'drawn'}: {', '.join(late) or 'none'}")  # noqa: T201
    if wanted.release:
        _release(set(wanted.again))
    return 1 if wanted.check and late else 0


def _redraw(path: Path, *, only_look: bool) -> bool:
    before = path.read_text("utf-8")
    after = draw(before)
    if after != before and not only_look:
        path.write_text(after, "utf-8")
    return after != before


def _release(again: set[str]) -> None:
    lines = RELEASED.read_text("utf-8").splitlines() if RELEASED.exists() else []
    known = dict(line.replace('"', "").split(" = ") for line in lines if " = " in line)
    known = {name: digest for name, digest in known.items() if name not in again}
    for path in FOLDER.glob("*.bpmn"):
        known.setdefault(path.stem, digest_of(read_process(path.read_bytes(), file=path.name)))
    rows = [f'{name} = "{digest}"\n' for name, digest in sorted(known.items())]
    RELEASED.write_text(HEAD + "".join(rows), "utf-8")


if __name__ == "__main__":
    sys.exit(main())
