"""A module writes another module's tables only through that module's operations."""

import ast
from pathlib import Path

SOURCE = Path(__file__).resolve().parents[2] / "src" / "dianke"
WRITES = {
    "save",
    "delete",
    "update",
    "create",
    "bulk_create",
    "bulk_update",
    "get_or_create",
    "update_or_create",
}


def find_foreign_writes(module: Path, source: Path = SOURCE) -> list[str]:
    """Return calls of a writing method on a class imported from another module's models."""
    own = module.relative_to(source).parts[:2]
    tree = ast.parse(module.read_text("utf-8"))
    foreign: set[str] = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom) and node.module and ".models" in node.module:
            parts = node.module.split(".")
            if parts[:2] == ["dianke", "domain"] and (own[0] != "domain" or parts[2] != own[1]):
                foreign |= {alias.asname or alias.name for alias in node.names}
            if parts[:2] == ["dianke", "platform"] and own[:2] != ("platform", parts[2]):
                foreign |= {alias.asname or alias.name for alias in node.names}
    return [
        f"{module.relative_to(source)}:{node.lineno} {ast.unparse(node.func)}"
        for node in ast.walk(tree)
        if isinstance(node, ast.Call)
        and isinstance(node.func, ast.Attribute)
        and node.func.attr in WRITES
        and any(isinstance(part, ast.Name) and part.id in foreign for part in ast.walk(node.func.value))
    ]


def test_no_module_writes_tables_of_another() -> None:
    files = [file for file in SOURCE.glob("**/*.py") if "migrations" not in file.parts]

    found = [write for file in files for write in find_foreign_writes(file)]

    assert found == []


def test_the_scan_sees_a_foreign_write(tmp_path: Path) -> None:
    text = "from dianke.domain.metering.models import UsagePoint\nUsagePoint.objects.for_actor(a).update(code='x')\n"
    probe = tmp_path / "domain" / "readings" / "probe.py"
    probe.parent.mkdir(parents=True)
    probe.write_text(text, "utf-8")

    found = find_foreign_writes(probe, tmp_path)

    assert found == ["domain/readings/probe.py:2 UsagePoint.objects.for_actor(a).update"]
