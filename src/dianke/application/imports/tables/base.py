"""What the tables share: the loader, and the checks of codes against the file and the archive."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, TypeVar

from dianke.application.imports.checking import Checked
from dianke.application.imports.columns import Column, Kind, TableSpec
from dianke.domain.customers.models import Customer
from dianke.platform.identity.types import Actor
from dianke.platform.org.models import Unit
from dianke.platform.org.reach import reaches

T = TypeVar("T")

# A query names so many keys at once and no more; those that go as one array may be more.
_KEYS_AT_ONCE = 5_000
_KEYS_IN_AN_ARRAY = 50_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Context:
    """Who loads, when, from which file, and where curves are kept."""

    # Holds only the right to load this table: what other rights reach is no business of the load.
    actor: Actor
    at: datetime
    batch: str
    data_dir: Path
    # Hears how much of storing is done, between 0 and 1.
    tell: Callable[[float], None] = lambda share: None


@dataclass(frozen=True, slots=True)
class Stored:
    """How many rows were stored, how many stood there already, and the keys of every row that was created."""

    stored: int
    unchanged: int = 0
    # By model label; None where what a table stores is kept for ever.
    created: Mapping[str, Iterable[int]] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class TableLoader:
    """A table: its description, its checks against file and archive, and how its good rows are stored."""

    spec: TableSpec
    check: Callable[[Context, Checked], None]
    store: Callable[[Context, Checked, list[int]], Stored]


def keys_of(*groups: Iterable[Any]) -> dict[str, list[int]]:
    """Return the keys of rows by the label of their model."""
    keys: dict[str, list[int]] = {}
    for row in (row for group in groups for row in group):
        keys.setdefault(row._meta.label_lower, []).append(row.pk)
    return keys


def store_in_parts(
    context: Context, new: Sequence[T], add: Callable[[Sequence[T]], Sequence[Any]], *, size: int = 20_000
) -> Stored:
    """Store new things in parts, so that memory stays small and the page hears how far it is."""
    keys: dict[str, list[int]] = {}
    count = 0
    for start in range(0, len(new), size):
        rows = add(new[start : start + size])
        count += len(rows)
        for label, added in keys_of(rows).items():
            keys.setdefault(label, []).extend(added)
        context.tell(min(1.0, (start + size) / len(new)))
    return Stored(count, created=keys)


def code_column(name: str, zh: str, *, length: int, **options: Any) -> Column:
    """Return a column that holds a code."""
    return Column(name=name, zh=zh, kind=Kind.CODE, length=length, **options)


UNIT = code_column(
    "unit",
    "单位编码",
    length=20,
    required=True,
    example="GS01",
    help_zh="管理单位的编码",
    help_en="code of the unit that keeps it",
)


def find_by_key(
    model: Any, *, actor: Actor, field: str, keys: Iterable[str], related: Sequence[str] = ()
) -> dict[str, Any]:
    """Return the rows that the actor sees by a unique field, for the keys given."""
    found: dict[str, Any] = {}
    for part in in_parts(sorted(set(keys)), size=_KEYS_IN_AN_ARRAY):
        rows = model.objects.for_actor(actor).filter(**{f"{field}__any_of": part})
        found.update({getattr(row, field): row for row in rows.select_related(*related)})
    return found


def in_parts(keys: Sequence[T], *, size: int = _KEYS_AT_ONCE) -> Iterator[Sequence[T]]:
    """Yield the keys in parts that one query bears."""
    for start in range(0, len(keys), size):
        yield keys[start : start + size]


def refuse_twice(checked: Checked, *columns: str) -> None:
    """Note rows whose key stands in an earlier row already."""
    first: dict[tuple[Any, ...], int] = {}
    for place in range(len(checked.lines)):
        key = tuple(checked.get(place, column) for column in columns)
        if None in key:
            continue
        before = first.setdefault(key, place)
        if before != place:
            checked.refuse(place, columns[0], "comes_twice", first=str(checked.lines[before]))


def refuse_taken(checked: Checked, column: str, model: Any, field: str) -> None:
    """Note rows whose key stands in the archive already, whoever's it is."""
    wanted = {value for value in checked.values[column] if value is not None}
    system = Actor.system("checking that numbers are free")
    taken: set[str] = set()
    for part in in_parts(sorted(wanted), size=_KEYS_IN_AN_ARRAY):
        rows = model.objects.for_actor(system).filter(**{f"{field}__any_of": part})
        taken.update(rows.values_list(field, flat=True))
    for place, value in enumerate(checked.values[column]):
        if value in taken:
            checked.refuse(place, column, "taken")


def resolve(
    context: Context,
    checked: Checked,
    column: str,
    model: Any,
    *,
    field: str = "code",
    what: str,
    what_zh: str,
    related: Sequence[str] = (),
) -> dict[str, Any]:
    """Return the rows that a column refers to by code, kept in `found` too; note codes that find none."""
    wanted = {value for value in checked.values[column] if value is not None}
    found = find_by_key(model, actor=context.actor, field=field, keys=wanted, related=related)
    for place, value in enumerate(checked.values[column]):
        if value is not None and value not in found:
            checked.refuse(place, column, "not_found", what=what, what_zh=what_zh)
    checked.found[column] = found
    return found


def resolve_customers(context: Context, checked: Checked, column: str = "customer") -> dict[str, Any]:
    """Return the customers that a column names; note unknown ones and those that were merged into others."""
    found = resolve(
        context, checked, column, Customer, field="number", what="customer", what_zh="客户",
        related=("unit", "merged_into"),
    )  # fmt: skip
    for place, value in enumerate(checked.values[column]):
        customer = found.get(value)
        if customer is not None and customer.merged_into is not None:
            checked.refuse(place, column, "customer_merged", found=customer.merged_into.number)
    return found


def resolve_units(context: Context, checked: Checked, column: str = "unit") -> dict[str, Unit]:
    """Return the units that a column names; note unknown ones and those beyond the actor's reach."""
    found: dict[str, Unit] = resolve(context, checked, column, Unit, what="unit", what_zh="单位")
    for place, value in enumerate(checked.values[column]):
        unit = found.get(value)
        if unit is not None and not reaches(actor=context.actor, unit_path=unit.path):
            checked.refuse(place, column, "unit_out_of_reach")
    return found


def refuse_default_unit_out_of_reach(
    context: Context, checked: Checked, *, owner: str, owners: Mapping[str, Any], column: str = "unit"
) -> None:
    """Note rows that name no unit and whose owner's unit the actor does not reach."""
    for place, value in enumerate(checked.values[column]):
        holder = owners.get(checked.get(place, owner))
        if value is not None or holder is None:
            continue
        if not reaches(actor=context.actor, unit_path=holder.unit.path):
            checked.refuse(place, owner, "unit_out_of_reach")


def unit_id_of(checked: Checked, place: int, *, owner: str, column: str = "unit") -> int:
    """Return the unit of a row: the one it names, else its owner's."""
    code = checked.get(place, column)
    if code is not None:
        return int(checked.found[column][code].pk)
    return int(checked.found[owner][checked.get(place, owner)].unit_id)


def order_by_parent(checked: Checked, *, key: str, parent: str) -> list[list[int]]:
    """
    Return the good rows level by level, parents before those below them.

    A row whose parent in the file is bad, or stands in a circle, is noted and left out.
    """
    in_file = {value: place for place, value in enumerate(checked.values[key]) if value is not None}
    above = [in_file.get(value) for value in checked.values[parent]]
    levels: list[list[int]] = []
    waiting, done = checked.good(), set[int | None]([None])
    while level := [place for place in waiting if above[place] in done]:
        levels.append(level)
        done.update(level)
        waiting = [place for place in waiting if place not in done]
    bad = frozenset(checked.bad)
    for place in waiting:
        seen: set[int] = set()
        upper: int | None = place
        while upper is not None and upper not in seen and upper not in bad:
            seen.add(upper)
            upper = above[upper]
        if upper in bad:
            checked.refuse(place, parent, "depends_on_a_bad_row", first=str(checked.lines[upper or 0]))
        else:
            checked.refuse(place, parent, "parents_go_in_a_circle")
    return levels
