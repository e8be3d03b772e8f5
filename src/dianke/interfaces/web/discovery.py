"""Finding what the folders of pages bring along."""

import importlib
import pkgutil
from pathlib import Path
from types import ModuleType

_HERE = Path(__file__).resolve().parent


def import_from_pages(name: str) -> list[ModuleType]:
    """Import the module of this name from every folder of pages that has one, in the order of the folders' names."""
    modules = []
    for folder in sorted(pkgutil.iter_modules([str(_HERE)]), key=lambda entry: entry.name):
        if folder.ispkg and (_HERE / folder.name / f"{name}.py").is_file():
            modules.append(importlib.import_module(f"{__package__}.{folder.name}.{name}"))
    return modules
