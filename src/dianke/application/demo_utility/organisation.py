"""The demo utility's units and people; its posts are those of the template."""

from dataclasses import dataclass
from datetime import date

from dianke.domain.invoicing.rules.parties import Party
from dianke.platform.identity import operations as identity
from dianke.platform.identity.passwords import draw_password
from dianke.platform.identity.template import read_template
from dianke.platform.org import operations as org
from dianke.platform.org.models import Unit
from dianke.platform.org.types import UnitKind

UTILITY_CODE = "DEMO"
UTILITY_NAME = "云泽供电公司"
# A number whose check digit fits, of no company that there is.
SELLER = Party(
    name=UTILITY_NAME,
    tax_number="91420100MA4KXYW128",
    address="云泽市电力路 1 号",
    phone="027-00000000",
    bank_name="云泽银行电力支行",
    bank_number="42000000000000000001",
)
_SINCE = date(2020, 1, 1)


@dataclass(frozen=True, slots=True)
class UnitDesign:
    """A unit below another."""

    code: str
    name: str
    kind: UnitKind
    parent: str


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

POSTS = read_template().posts

REVIEWER, SUPERVISOR = "reviewer", "supervisor"
# Who runs a month never issues it, who asks for a change never approves it: always two people.
PEOPLE = (
    PersonDesign(REVIEWER, "听澜知衡", "BILL_REVIEWER", UTILITY_CODE),
    PersonDesign(SUPERVISOR, "漱石远", "BILL_SUPERVISOR", UTILITY_CODE),
    PersonDesign("accountant", "清渠数川", "ACCOUNTANT", UTILITY_CODE),
    PersonDesign("controller", "持衡远", "ACCOUNTING_SUPERVISOR", UTILITY_CODE),
    PersonDesign("collector", "叩云知返", "DEBT_COLLECTOR", "DEMO-CQ"),
    PersonDesign("collection", "归帆远", "COLLECTION_SUPERVISOR", UTILITY_CODE),
    PersonDesign("manager", "望溪岚", "ACCOUNT_MANAGER", UTILITY_CODE),
    PersonDesign("manager-two", "行舟望川", "ACCOUNT_MANAGER", UTILITY_CODE),
    PersonDesign("keeper", "执卷宁", "ARCHIVE_KEEPER", UTILITY_CODE),
    PersonDesign("reader", "枕河朗川", "METER_READER", "DEMO-CQ"),
    PersonDesign("admin", "栖竹砚", "ADMINISTRATOR", UTILITY_CODE),
    PersonDesign("clerk", "拾穗宁", "COUNTER_CLERK", "DEMO-CQ"),
    PersonDesign("clerk-east", "倚松照", "COUNTER_CLERK", "DEMO-DJ"),
    PersonDesign("cashier", "数玉明", "CASHIER", "DEMO-CQ"),
    PersonDesign("cashier-east", "点星禾", "CASHIER", "DEMO-DJ"),
    PersonDesign("archivist", "观砚清和", "ARCHIVE_KEEPER", "DEMO-CQ"),
    PersonDesign("archivist-east", "沐禾安", "ARCHIVE_KEEPER", "DEMO-DJ"),
    PersonDesign("tariffs", "问渠明", "TARIFF_OFFICER", UTILITY_CODE),
    PersonDesign("chief", "临江远山", "MARKETING_MANAGER", UTILITY_CODE),
    PersonDesign("supply", "引泉致远", "SUPPLY_OFFICER", UTILITY_CODE),
    PersonDesign("inspector", "执炬行", "INSPECTOR", UTILITY_CODE),
    PersonDesign("planner", "经纬舒", "GRID_PLANNER", UTILITY_CODE),
    PersonDesign("dispatcher", "听风止", "DISPATCHER", UTILITY_CODE),
    PersonDesign("safety", "守夜安", "SAFETY_OFFICER", UTILITY_CODE),
    PersonDesign("technician", "试金石川", "METER_TECHNICIAN", UTILITY_CODE),
    PersonDesign("auditor", "守拙然", "AUDITOR", UTILITY_CODE),
    PersonDesign("privacy", "知止南", "PRIVACY_OFFICER", UTILITY_CODE),
)


def make_passwords() -> dict[str, str]:
    """Return a new password for each person, easy to type and drawn at random."""
    return {person.login: draw_password() for person in PEOPLE}


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
    """Define the posts of the template and let each person hold theirs."""
    posts = {
        post.code: identity.define_post(
            code=post.code,
            name=post.name,
            name_en=post.name_en,
            department=post.department.value,
            rights=list(post.rights),
        )
        for post in POSTS
    }
    for person in PEOPLE:
        # Whoever reaches the whole utility works at the marketing department, everybody else at their unit.
        home = "DEMO-MK" if person.unit == UTILITY_CODE else person.unit
        staff = identity.add_staff(
            login=person.login, name=person.name, unit=units[home], password=passwords[person.login]
        )
        identity.assign_post(staff=staff, post=posts[person.post], unit=units[person.unit], start=_SINCE)
