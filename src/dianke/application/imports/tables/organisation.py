"""Units and staff."""

from dianke.application.imports.checking import Checked
from dianke.application.imports.columns import Choice, Column, Kind, TableSpec
from dianke.application.imports.tables.base import (
    UNIT,
    Context,
    Stored,
    TableLoader,
    code_column,
    keys_of,
    order_by_parent,
    refuse_taken,
    refuse_twice,
    resolve_units,
)
from dianke.application.rights import CONFLICTING_RIGHTS
from dianke.platform.identity import operations as identity
from dianke.platform.identity.models import Post, Staff
from dianke.platform.org import operations as org
from dianke.platform.org import queries as org_queries
from dianke.platform.org.models import Unit
from dianke.platform.org.reach import reaches
from dianke.platform.org.types import UnitKind

_UNITS = TableSpec(
    name="units",
    zh="单位",
    en="units",
    right="staff.manage",
    help_zh="公司、分公司、供电所和部门；上级单位可以在同一文件中，先后不限。",
    help_en="Company, branches, stations and departments; a parent may stand in the same file, in any order.",
    columns=(
        code_column("code", "单位编码", length=20, required=True, example="GS01"),
        Column(name="name", zh="单位名称", kind=Kind.TEXT, length=80, required=True, example="示例县供电公司"),
        Column(
            name="kind",
            zh="单位类型",
            kind=Kind.CHOICE,
            required=True,
            choices=(
                Choice("UTILITY", "公司", "utility", ("供电公司",)),
                Choice("BRANCH", "分公司", "branch", ("供电分公司",)),
                Choice("STATION", "供电所", "station", ("营业所",)),
                Choice("DEPARTMENT", "部门", "department", ("班组",)),
            ),
            example="公司",
        ),
        code_column(
            "parent",
            "上级单位编码",
            length=20,
            help_zh="公司本身不填",
            help_en="empty for the company itself",
        ),
    ),
)

_STAFF = TableSpec(
    name="staff",
    zh="人员",
    en="staff",
    right="staff.manage",
    help_zh="文件中没有密码：导入后由管理员设置，设置前不能登录。",
    help_en="The file holds no passwords: nobody can log in as a person before one is set.",
    columns=(
        code_column("login", "登录名", length=40, required=True, example="wangxm"),
        Column(name="name", zh="姓名", kind=Kind.TEXT, length=40, required=True, example="王晓明"),
        UNIT,
        Column(
            name="posts",
            zh="岗位编码",
            kind=Kind.CODES,
            length=30,
            default=(),
            help_zh="多个岗位用分号隔开；适用于本单位及以下",
            help_en="several posts with semicolons between; for the unit and below",
        ),
        Column(
            name="from_date",
            zh="任职日期",
            kind=Kind.DATE,
            help_zh="默认为导入当日",
            help_en="the day of the load if empty",
            example="2026-01-01",
        ),
    ),
)


def _check_units(context: Context, checked: Checked) -> None:
    refuse_twice(checked, "code")
    refuse_taken(checked, "code", Unit, "code")
    in_file = {value for value in checked.values["code"] if value is not None}
    parents = {value for value in checked.values["parent"] if value is not None} - in_file
    stored = {unit.code: unit for unit in Unit.objects.for_actor(context.actor).filter(code__in=parents)}
    checked.found["parent"] = stored
    has_root = org_queries.get_utility(actor=context.actor) is not None
    for place in range(len(checked.lines)):
        kind, parent = checked.get(place, "kind"), checked.get(place, "parent")
        if kind == UnitKind.UTILITY:
            _check_root(context, checked, place, has_root=has_root)
            has_root = True
        elif kind is not None and parent is None and place not in checked.bad:
            checked.refuse(place, "parent", "parent_needed")
        elif parent is not None and parent not in in_file:
            _check_stored_parent(context, checked, place, stored.get(parent))
    checked.found["levels"] = order_by_parent(checked, key="code", parent="parent")


def _check_root(context: Context, checked: Checked, place: int, *, has_root: bool) -> None:
    if checked.get(place, "parent") is not None:
        checked.refuse(place, "parent", "parent_not_wanted")
    if has_root:
        checked.refuse(place, "kind", "utility_exists")
    elif not context.actor.sees_every_unit:
        checked.refuse(place, "code", "unit_out_of_reach")


def _check_stored_parent(context: Context, checked: Checked, place: int, parent: Unit | None) -> None:
    if parent is None:
        checked.refuse(place, "parent", "not_found", what="unit", what_zh="单位")
    elif not reaches(actor=context.actor, unit_path=parent.path):
        checked.refuse(place, "parent", "unit_out_of_reach")


def _store_units(context: Context, checked: Checked, places: list[int]) -> Stored:
    known: dict[str, Unit] = dict(checked.found["parent"])
    created: list[Unit] = []
    wanted = set(places)
    for level in checked.found["levels"]:
        for place in level:
            if place not in wanted:
                continue
            row = checked.row(place)
            parent = known[row["parent"]] if row["parent"] else None
            known[row["code"]] = org.add_unit(
                code=row["code"], name=row["name"], kind=UnitKind(row["kind"]), parent=parent
            )
            created.append(known[row["code"]])
    return Stored(len(places), created=keys_of(created))


def _check_staff(context: Context, checked: Checked) -> None:
    refuse_twice(checked, "login")
    refuse_taken(checked, "login", Staff, "login")
    resolve_units(context, checked)
    wanted = {code for codes in checked.values["posts"] for code in codes or ()}
    posts = {post.code: post for post in Post.objects.for_actor(context.actor).filter(code__in=wanted)}
    checked.found["posts"] = posts
    for place, codes in enumerate(checked.values["posts"]):
        if any(code not in posts for code in codes or ()):
            checked.refuse(place, "posts", "not_found", what="post", what_zh="岗位")
            continue
        held = {right for code in codes or () for right in posts[code].rights}
        for first, second in CONFLICTING_RIGHTS:
            if {first, second} <= held:
                checked.refuse(place, "posts", "posts_conflict", first=first, second=second)


def _store_staff(context: Context, checked: Checked, places: list[int]) -> Stored:
    for place in places:
        row = checked.row(place)
        unit = checked.found["unit"][row["unit"]]
        person = identity.add_staff(login=row["login"], name=row["name"], unit=unit, password=None)
        for code in dict.fromkeys(row["posts"]):
            identity.assign_post(
                staff=person,
                post=checked.found["posts"][code],
                unit=unit,
                start=row["from_date"] or context.at.date(),
            )
    return Stored(len(places))


UNITS = TableLoader(spec=_UNITS, check=_check_units, store=_store_units)
STAFF = TableLoader(spec=_STAFF, check=_check_staff, store=_store_staff)
