"""The departments and posts that a supply company usually has, read from data."""

from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import yaml

from dianke.platform.identity.types import Department
from dianke.platform.org.types import UnitKind

_FILE = Path(__file__).parent / "data" / "posts.yaml"


@dataclass(frozen=True, slots=True)
class DepartmentTemplate:
    """A department (职能部门) and what it is called."""

    code: Department
    name: str
    name_en: str


@dataclass(frozen=True, slots=True)
class PostTemplate:
    """A post, its rights, and the kind of unit it is usually held at."""

    code: str
    name: str
    name_en: str
    department: Department
    held_at: UnitKind
    rights: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Template:
    """Everything that the file holds."""

    departments: tuple[DepartmentTemplate, ...]
    posts: tuple[PostTemplate, ...]


@lru_cache(maxsize=1)
def read_template() -> Template:
    """Return the template of departments and posts."""
    content = yaml.safe_load(_FILE.read_text("utf-8"))
    return Template(
        departments=tuple(
            DepartmentTemplate(code=Department(one["code"]), name=one["name"], name_en=one["name_en"])
            for one in content["departments"]
        ),
        posts=tuple(
            PostTemplate(
                code=one["code"],
                name=one["name"],
                name_en=one["name_en"],
                department=Department(one["department"]),
                held_at=UnitKind(one["held_at"]),
                rights=tuple(one["rights"]),
            )
            for one in content["posts"]
        ),
    )
