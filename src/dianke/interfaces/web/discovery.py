"""Finding what the folders of pages bring along."""

import importlib
import pkgutil
from pathlib import Path
from types import ModuleType

_HERE = Path(__file__).resolve().parent


def import_from_pages(name: str) -> list[ModuleType]:
    """Import the module of this name from every folder of pages that has one, in order of name."""
    folders = sorted(entry.name for entry in pkgutil.iter_modules([str(_HERE)]) if entry.ispkg)
    return [
        importlib.import_module(f"{__package__}.{folder}.{name}")
        for folder in folders
        if (_HERE / folder / f"{name}.py").is_file()
    ]
