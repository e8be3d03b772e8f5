"""Files stay under 500 lines and functions under 40, so that a newcomer can hold each in the head."""

import ast
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
MAX_FILE_LINES = 500
MAX_FUNCTION_LINES = 40


def list_sources() -> list[Path]:
    """Return every Python file of the product, the launcher and the tests; migrations are generated."""
    files = [*ROOT.glob("src/**/*.py"), *ROOT.glob("launcher/**/*.py"), *ROOT.glob("tests/**/*.py")]
    return sorted(file for file in files if "migrations" not in file.parts)


def count_code_lines(node: ast.FunctionDef | ast.AsyncFunctionDef) -> int:
    """Return the lines of a function without its docstring."""
    docstring = ast.get_docstring(node, clean=False)
    return (node.end_lineno or 0) - node.lineno + 1 - (docstring.count("\n") + 1 if docstring else 0)


@pytest.mark.parametrize("source", list_sources(), ids=lambda file: str(file.relative_to(ROOT)))
def test_file_and_its_functions_stay_small(source: Path) -> None:
    text = source.read_text("utf-8")

    long_functions = [
        f"{node.name} ({count_code_lines(node)})"
        for node in ast.walk(ast.parse(text))
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and count_code_lines(node) > MAX_FUNCTION_LINES
    ]

    assert text.count("\n") <= MAX_FILE_LINES
    assert long_functions == []
