"""The generator that the review is measured by shares no code with it: what both knew wrong nobody would see."""

import ast
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
SEEDED = sorted((ROOT / "src/dianke/interfaces/cli/bench/seeded").glob("*.py"))
# The rules and their parameters, and what brings them along.
REVIEWED = "dianke.domain.billing"


def list_imports(source: Path) -> set[str]:
    names: set[str] = set()
    for node in ast.walk(ast.parse(source.read_text("utf-8"))):
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            names |= {f"{node.module}.{alias.name}" for alias in node.names}
    return names


@pytest.mark.parametrize("source", SEEDED, ids=lambda file: file.name)
def test_no_file_of_the_generator_imports_billing_or_reads_its_parameters(source: Path) -> None:
    imported = [name for name in list_imports(source) if name.startswith(REVIEWED)]

    assert imported == []
    assert "review.toml" not in source.read_text("utf-8")


def test_generating_a_fleet_brings_neither_rules_nor_django_along() -> None:
    code = (
        "import sys; from dianke.interfaces.cli.bench.seeded.errors import build_fleet;"
        "from dianke.interfaces.cli.bench.seeded import rows; build_fleet(300);"
        "print([one for one in sys.modules if one.startswith(('dianke.domain', 'dianke.engine', 'django'))])"
    )

    done = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, env={"PYTHONPATH": "src"}, capture_output=True, text=True, check=True
    )

    assert done.stdout.strip() == "[]"


def test_generator_is_where_this_test_looks() -> None:
    assert {"errors.py", "filling.py", "fleet.py", "rows.py"} <= {file.name for file in SEEDED}
