"""The demo utility's units, posts and people."""

import secrets
from dataclasses import dataclass
from datetime import date

from dianke.platform.identity import operations as identity
from dianke.platform.org import operations as org
from dianke.platform.org.models import Unit
from dianke.platform.org.types import UnitKind

UTILITY_CODE = "DEMO"
UTILITY_NAME = "云泽供电公司"
_SINCE = date(2020, 1, 1)
# Without 0, O, 1, l and I, which are read wrongly from a screen.
_LETTERS = "abcdefghijkmnpqrstuvwxyz23456789"


@dataclass(frozen=True, slots=True)
class UnitDesign:
    """A unit below another."""

    code: str
    name: str
    kind: UnitKind
    parent: str


@dataclass(frozen=True, slots=True)
class PostDesign:
    """A post as a set of rights."""

    code: str
    name: str
    rights: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class PersonDesign:
    """A person with one post for the whole utility or a unit of it."""

    login: str
    name: str
    post: str
    unit: str


UNITS = (
    UnitDesign("DEMO-MK", "营销部", UnitKind.DEPARTMENT, UTILITY_CODE),
    UnitDesign("DEMO-CQ", "城区供电分公司", UnitKind.BRANCH, UTILITY_CODE),
    UnitDesign("DEMO-CG", "城关供电所", UnitKind.STATION, "DEMO-CQ"),
    UnitDesign("DEMO-BH", "滨湖供电所", UnitKind.STATION, "DEMO-CQ"),
    UnitDesign("DEMO-DJ", "东郊供电分公司", UnitKind.BRANCH, UTILITY_CODE),
    UnitDesign("DEMO-KFQ", "开发区供电所", UnitKind.STATION, "DEMO-DJ"),
    UnitDesign("DEMO-QS", "青石供电所", UnitKind.STATION, "DEMO-DJ"),
)

_LOOKING = ("archive.view", "billing.view", "tariffs.view")
# Who runs a month never issues it: two posts, held by two people.
POSTS = (
    PostDesign("BILL_REVIEWER", "核算审核员", (*_LOOKING, "billing.run", "billing.review", "readings.freeze")),
    PostDesign("BILL_SUPERVISOR", "核算主管", (*_LOOKING, "billing.review", "billing.issue")),
    PostDesign("ACCOUNT_MANAGER", "客户经理", (*_LOOKING, "archive.edit")),
    PostDesign("METER_READER", "抄表员", ("archive.view", "readings.record", "readings.freeze", "imports.load")),
    PostDesign(
        "ADMINISTRATOR",
        "系统管理员",
        ("archive.view", "tariffs.view", "staff.manage", "tariffs.load_sheets", "imports.load"),
    ),
)

REVIEWER, SUPERVISOR = "reviewer", "supervisor"
PEOPLE = (
    PersonDesign(REVIEWER, "听澜知衡", "BILL_REVIEWER", UTILITY_CODE),
    PersonDesign(SUPERVISOR, "漱石远", "BILL_SUPERVISOR", UTILITY_CODE),
    PersonDesign("manager", "望溪岚", "ACCOUNT_MANAGER", UTILITY_CODE),
    PersonDesign("reader", "枕河朗川", "METER_READER", "DEMO-CQ"),
    PersonDesign("admin", "栖竹砚", "ADMINISTRATOR", UTILITY_CODE),
)


def make_passwords() -> dict[str, str]:
    """Return a new password for each person, easy to type and drawn at random."""
    return {
        person.login: "-".join("".join(secrets.choice(_LETTERS) for _ in range(4)) for _ in range(3))
        for person in PEOPLE
    }


def found_units() -> dict[str, Unit]:
    """Add the company and its units and return them by code."""
    root = org.add_unit(code=UTILITY_CODE, name=UTILITY_NAME, kind=UnitKind.UTILITY, parent=None)
    units = {UTILITY_CODE: root}
    for design in UNITS:
        units[design.code] = org.add_unit(
            code=design.code, name=design.name, kind=design.kind, parent=units[design.parent]
        )
    return units


def engage_people(*, units: dict[str, Unit], passwords: dict[str, str]) -> None:
    """Define the posts and let each person hold theirs."""
    posts = {
        design.code: identity.define_post(code=design.code, name=design.name, rights=list(design.rights))
        for design in POSTS
    }
    for person in PEOPLE:
        # Staff work at the marketing department; what they reach is decided by the unit of their post.
        staff = identity.add_staff(
            login=person.login, name=person.name, unit=units["DEMO-MK"], password=passwords[person.login]
        )
        identity.assign_post(staff=staff, post=posts[person.post], unit=units[person.unit], start=_SINCE)
