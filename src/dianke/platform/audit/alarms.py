"""Which fields are watched, and the alarms that their changes raise in the same transaction."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.apps import apps
from django.db import connection

from dianke.platform.audit.models import AlarmDecision, ChangeAlarm
from dianke.platform.audit.types import AlarmKind, AlarmState
from dianke.platform.identity.types import Actor
from dianke.platform.org import queries as org

_SYSTEM = Actor.system("raising alarms of watched fields")


@dataclass(frozen=True)
class Watch:
    """
    Fields of a table whose change raises an alarm.

    `per` names the key of what a row belongs to: then a new row beside an earlier one of the same owner that
    differs is a change too, as a new multiplier is a new installation at the same point.
    """

    model_label: str
    fields: tuple[str, ...]
    kind: AlarmKind
    per: str = ""


_WATCHES: dict[tuple[str, AlarmKind], Watch] = {}


def watch(model_label: str, fields: tuple[str, ...], kind: AlarmKind, per: str = "") -> None:
    """Watch fields of a table that keeps history; the same table and kind twice keeps the later call."""
    _WATCHES[model_label.lower(), kind] = Watch(model_label.lower(), fields, kind, per)


def list_watches() -> list[Watch]:
    """Return what is watched, by table and kind."""
    return sorted(_WATCHES.values(), key=lambda one: (one.model_label, one.kind))


def raise_alarms(*, context: Any, actor: Actor, use_case: str, reason: str) -> int:
    """Enter an alarm for every watched change of a history context, and return how many there were."""
    if not _WATCHES or not _is_known(context):
        return 0
    found = _find_changes("e.pgh_context_id = %s", [context])
    return _enter(found, actor_login=actor.login, use_case=use_case, reason=reason, context=context)


def raise_alarms_of_strays(*, start: datetime, end: datetime) -> int:
    """Enter alarms for watched changes of a time that no use case made: typed straight into the database."""
    if not _WATCHES:
        return 0
    where = "e.pgh_context_id is null and e.pgh_created_at >= %s and e.pgh_created_at < %s"
    return _enter(_find_changes(where, [start, end]), actor_login="", use_case="", reason="", context=None)


@dataclass(frozen=True)
class _Change:
    watch: Watch
    event_id: int
    before_event_id: int
    key: int
    fields: tuple[str, ...]
    at: Any


def _is_known(context: Any) -> bool:
    # The context is written with the first change of a tracked row: most use cases end here.
    with connection.cursor() as cursor:
        cursor.execute("select exists(select 1 from pghistory_context where id = %s)", [context])
        return bool(cursor.fetchone()[0])


def _find_changes(where: str, values: Sequence[Any]) -> list[_Change]:
    watches = list_watches()
    parts: list[str] = []
    parameters: list[Any] = []
    for number, one in enumerate(watches):
        for statement in _write_statements(one, where):
            # Every name in the statement comes from our own models, every value is a parameter.
            parts.append(f"select {number} as watch, found.* from ({statement}) as found")  # noqa: S608
            parameters += values
    with connection.cursor() as cursor:
        cursor.execute(" union all ".join(parts) + " order by 2, 1", parameters)
        rows = cursor.fetchall()
    return [
        _Change(watches[row[0]], event_id=row[1], before_event_id=row[2], key=row[3], fields=tuple(row[4]), at=row[5])
        for row in rows
    ]


def _write_statements(one: Watch, where: str) -> list[str]:
    model = apps.get_model(one.model_label)
    event = _event_model(model)._meta.db_table
    columns = {name: model._meta.get_field(name).column for name in one.fields}
    differs = " or ".join(f'e."{column}" is distinct from b."{column}"' for column in columns.values())
    changed = ", ".join(
        f'case when e."{column}" is distinct from b."{column}" then \'{name}\' end' for name, column in columns.items()
    )
    head = f"""
        select e.pgh_id, b.pgh_id as before_id, e.pgh_obj_id, array_remove(array[{changed}], null), e.pgh_created_at
          from "{event}" e
    """  # noqa: S608 - names of our own models
    update = f"""{head}
         cross join lateral (select * from "{event}" p where p.pgh_obj_id = e.pgh_obj_id and p.pgh_id < e.pgh_id
                              order by p.pgh_id desc limit 1) b
         where {where} and e.pgh_label = 'update' and ({differs})
    """  # noqa: S608
    if not one.per:
        return [update]
    owner = model._meta.get_field(one.per).column
    insert = f"""{head}
         cross join lateral (select l.id from "{model._meta.db_table}" l
                              where l."{owner}" = e."{owner}" and l.id < e.pgh_obj_id order by l.id desc limit 1) l
         cross join lateral (select * from "{event}" p where p.pgh_obj_id = l.id and p.pgh_id < e.pgh_id
                              order by p.pgh_id desc limit 1) b
         where {where} and e.pgh_label = 'insert' and ({differs})
    """  # noqa: S608
    return [update, insert]


def _event_model(model: Any) -> Any:
    return model.pgh_event_model


def _enter(changes: Iterable[_Change], *, actor_login: str, use_case: str, reason: str, context: Any) -> int:
    found = list(changes)
    if not found:
        return 0
    units = _find_units(found)
    # While a utility is being set up there is nobody yet whose second pair of eyes an alarm could want.
    found = [one for one in found if (one.watch.model_label, one.event_id) in units]
    alarms = [
        ChangeAlarm(
            unit_id=units[one.watch.model_label, one.event_id],
            kind=one.watch.kind.value,
            at=one.at,
            model_label=one.watch.model_label,
            key=one.key,
            event_id=one.event_id,
            before_event_id=one.before_event_id,
            fields=list(one.fields),
            actor_login=actor_login,
            use_case=use_case,
            reason=reason[:400],
            history_context=context,
        )
        for one in found
    ]
    # Ignored: a use case inside another one has the context of the outer, which looks again at its end.
    ChangeAlarm.objects.bulk_create(alarms, batch_size=1000, ignore_conflicts=True)
    return len(alarms)


def _find_units(changes: Sequence[_Change]) -> dict[tuple[str, int], int]:
    units: dict[tuple[str, int], int] = {}
    for label in {one.watch.model_label for one in changes}:
        model: Any = apps.get_model(label)
        keys = [one.event_id for one in changes if one.watch.model_label == label]
        lookup = getattr(model, "unit_lookup", "unit")
        if lookup is None:
            root = org.get_utility(actor=_SYSTEM)
            units.update({(label, key): root.pk for key in keys} if root else {})
            continue
        rows = _event_model(model).objects.for_actor(_SYSTEM).filter(pgh_id__in=keys)
        units.update({(label, key): unit for key, unit in rows.values_list("pgh_id", f"{lookup}__id")})
    return units


def keep_decision(*, alarm: ChangeAlarm, state: AlarmState, note: str, by: str, at: datetime) -> None:
    """Keep what the second pair of eyes found, and close the alarm."""
    AlarmDecision(alarm=alarm, state=state.value, note=note, decided_by=by, decided_at=at).save()
    alarm.state = state.value
    alarm.save(update_fields=["state"])
