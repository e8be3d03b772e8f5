"""Register readings come in: checked against meter, time and neighbours as sets, kept for ever."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django.db import connection, transaction

from dianke.domain.readings.types import (
    ENERGY_REGISTERS,
    REGISTER_COLUMNS,
    NewReading,
    ReadingFault,
    ReadingFaultCode,
    ReadingSource,
    RecordedReadings,
)
from dianke.kernel.errors import DomainError
from dianke.platform.identity.types import Actor

_LISTED = 20


class UnableToRecordReadings(DomainError):
    """At least one of the readings cannot be recorded, so none was."""

    code = "readings.unable_to_record_readings"
    message = "{count} readings cannot be recorded; the first: {first}"

    def __init__(self, faults: Sequence[ReadingFault]) -> None:
        self.faults = tuple(faults)
        shown = [f"{fault.index}: {fault.code} {fault.register}".rstrip() for fault in self.faults[:_LISTED]]
        super().__init__(field="readings", count=len(self.faults), first="; ".join(shown))


def record_readings(
    *,
    actor: Actor,
    readings: Sequence[NewReading],
    source: ReadingSource,
    batch: str,
    at: datetime,
    replaces: bool = False,
    is_checked: bool = False,
) -> RecordedReadings:
    """
    Store readings in one go, all or none; one that is stored already with the same values is left alone.

    With `replaces` a reading takes the place of another one of its moment, which stays with a reference.
    `is_checked` is for a caller that found no fault with these very readings in this very transaction.

    :raises UnableToRecordReadings: with every fault
    """
    with transaction.atomic(), connection.cursor() as cursor:
        _stage(cursor, readings)
        if not is_checked and (faults := _list_faults(cursor, actor=actor, at=at, replaces=replaces)):
            raise UnableToRecordReadings(faults)
        cursor.execute(_DROP_UNCHANGED)
        unchanged = cursor.rowcount
        cursor.execute(_NUMBER)
        cursor.execute(_SUPERSEDE)
        replaced = cursor.rowcount
        cursor.execute(_STORE, {"source": source.value, "batch": batch, "at": at, "login": actor.login})
        return RecordedReadings(stored=cursor.rowcount, unchanged=unchanged, replaced=replaced)


def find_reading_faults(
    *, actor: Actor, readings: Sequence[NewReading], at: datetime, replaces: bool = False
) -> list[ReadingFault]:
    """Return every fault that would keep the readings from being recorded; store nothing."""
    with transaction.atomic(), connection.cursor() as cursor:
        _stage(cursor, readings)
        return _list_faults(cursor, actor=actor, at=at, replaces=replaces)


def _stage(cursor: Any, readings: Sequence[NewReading]) -> None:
    # The checks sort everything that came; a hundred thousand readings stay in memory.
    cursor.execute("set local work_mem = '128MB'")
    cursor.execute("drop table if exists pg_temp.reading_stage")
    registers = ", ".join(f"{name} numeric" for name in REGISTER_COLUMNS)
    cursor.execute(
        "create temporary table reading_stage (id bigint, index integer, installation_id bigint,"
        f" read_at timestamptz, quality text, rolled_over boolean, {registers}) on commit drop"
    )
    columns = f"index, installation_id, read_at, quality, rolled_over, {', '.join(REGISTER_COLUMNS)}"
    with cursor.copy(f"copy reading_stage ({columns}) from stdin") as copy:
        for index, new in enumerate(readings):
            values = [new.values.get(name) for name in REGISTER_COLUMNS]
            copy.write_row((index, new.installation_id, new.read_at, new.quality.value, new.rolled_over, *values))
    cursor.execute("analyze reading_stage")


def _list_faults(cursor: Any, *, actor: Actor, at: datetime, replaces: bool) -> list[ReadingFault]:
    keys = {"at": at, "paths": [f"{path}%" for path in actor.list_unit_paths()], "replaces": replaces}
    cursor.execute(_OWN_FAULTS, keys)
    faults = cursor.fetchall()
    # What is wrong by itself says nothing about its neighbours, nor they about it.
    bad = sorted({row[0] for row in faults})
    cursor.execute(_NEIGHBOUR_FAULTS, {"bad": bad})
    faults += cursor.fetchall()
    return sorted(
        (ReadingFault(row[0], ReadingFaultCode(row[1]), row[2], row[3]) for row in faults),
        key=lambda fault: (fault.index, fault.code, fault.register),
    )


_ALL = ", ".join(REGISTER_COLUMNS)
_SAME = " and ".join(f"s.{name} is not distinct from r.{name}" for name in REGISTER_COLUMNS)
_UNPIVOT = ", ".join(f"('{name}', s.{name})" for name in REGISTER_COLUMNS)

_OWN_FAULTS = f"""
with known as (
    select s.*, i.id is not null and u.path like any(%(paths)s) as is_visible,
           lower(i.period) as installed_date, upper(i.period) as removed_date,
           lower(i.period)::timestamp at time zone 'Asia/Shanghai' as installed_at,
           (upper(i.period) + 1)::timestamp at time zone 'Asia/Shanghai' as removed_at,
           m.registers, m.integer_digits, 10::numeric ^ m.integer_digits as overflow
      from reading_stage s
      left join metering_meterinstallation i on i.id = s.installation_id
      left join metering_meterasset m on m.id = i.meter_id
      left join metering_usagepoint p on p.id = i.usage_point_id
      left join org_unit u on u.id = p.unit_id)
select index, 'not_yours', '', '' from known where is_visible is not true
union all
select index, 'in_the_future', '', '' from known where is_visible and read_at > %(at)s
union all
select index, 'before_installation', '', installed_date::text
  from known where is_visible and read_at < installed_at
union all
select index, 'after_removal', '', removed_date::text from known where is_visible and read_at >= removed_at
union all
select index, 'nothing_read', '', '' from known where is_visible and num_nonnulls({_ALL}) = 0
union all
select s.index, case when not v.register = any(s.registers) then 'no_such_register'
                     when v.value < 0 then 'negative' else 'too_many_digits' end,
       v.register, case when v.register = any(s.registers) then s.integer_digits::text
                        else array_to_string(s.registers, ' ') end
  from known s cross join lateral (values {_UNPIVOT}) v(register, value)
 where s.is_visible and v.value is not null
   and (not v.register = any(s.registers) or v.value < 0 or v.value >= s.overflow)
union all
select index, 'comes_twice', '', first::text
  from (select index, min(index) over (partition by installation_id, read_at) as first from known) t
 where index > first
union all
select s.index, 'differs_from_stored', '', r.batch
  from known s
  join readings_meterreading r
    on r.installation_id = s.installation_id and r.read_at = s.read_at and r.replaced_by_id is null
 where s.is_visible and not %(replaces)s and not ({_SAME})
"""  # noqa: S608 - built from constants of this file

_SCALE = 10**4
_EPOCH = 10**9 * _SCALE
_TOLD = f"trim_scale(({{}} %% {_EPOCH})::numeric / {_SCALE})::text"
_ENERGY_UNPIVOT = ", ".join(f"('{name}', s.{name})" for name in ENERGY_REGISTERS)
_READ_JSON = ", ".join(f"(i.{{0}} ->> '{name}')::numeric" for name in REGISTER_COLUMNS)

# The staged readings stand in one row with the stored ones around them and with what the meter showed when
# it went up and came down. Each rollover lifts what follows above everything before, so that levels only rise.
# A staged value above a later stored one is at fault itself and is not held against the staged ones after it.
_NEIGHBOUR_FAULTS = f"""
with staged as (
    select * from reading_stage where index <> all(%(bad)s::integer[])),
span as (
    select installation_id, min(read_at) as first_at, max(read_at) as last_at from staged group by 1),
sequence as (
    select s.index, s.installation_id, s.read_at as moment, 1 as place, s.rolled_over, {_ALL} from staged s
    union all
    select null, r.installation_id, r.read_at, 1, r.rolled_over, {_ALL}
      from span w
      left join lateral (
           select max(b.read_at) as moment from readings_meterreading b
            where b.installation_id = w.installation_id and b.replaced_by_id is null
              and b.read_at < w.first_at) before on true
      left join lateral (
           select min(a.read_at) as moment from readings_meterreading a
            where a.installation_id = w.installation_id and a.replaced_by_id is null
              and a.read_at > w.last_at) after on true
      join readings_meterreading r
        on r.installation_id = w.installation_id and r.replaced_by_id is null
       and r.read_at between coalesce(before.moment, w.first_at) and coalesce(after.moment, w.last_at)
     where not exists (select 1 from staged s
                        where s.installation_id = r.installation_id and s.read_at = r.read_at)
    union all
    select null, i.id, lower(i.period)::timestamp at time zone 'Asia/Shanghai', 0, false,
           {_READ_JSON.format("install_readings")}
      from span w join metering_meterinstallation i on i.id = w.installation_id
    union all
    select null, i.id, (upper(i.period) + 1)::timestamp at time zone 'Asia/Shanghai', 2,
           coalesce((i.removal_readings ->> 'rolled_over')::boolean, false),
           {_READ_JSON.format("removal_readings")}
      from span w join metering_meterinstallation i on i.id = w.installation_id
     where i.removal_readings is not null),
valued as (
    select s.index, s.installation_id, s.moment, s.place, s.rolled_over, v.register,
           (v.value * {_SCALE})::bigint as value
      from sequence s cross join lateral (values {_ENERGY_UNPIVOT}) v(register, value)
     where v.value is not null),
unrolled as (
    select *, value + {_EPOCH} * count(*) filter (where rolled_over) over in_time as level,
           lag(value) over in_time as value_before
      from valued
    window in_time as (partition by installation_id, register order by moment, place)),
limits as (
    select *, min(level) filter (where index is null) over (
               partition by installation_id, register order by moment desc, place desc
               rows between unbounded preceding and 1 preceding) as level_after
      from unrolled),
judged as (
    select *, max(level) filter (where level_after is null or index is null or level <= level_after) over (
               partition by installation_id, register order by moment, place
               rows between unbounded preceding and 1 preceding) as level_before
      from limits)
select index, 'above_a_later_one', register, {_TOLD.format("level_after")}
  from judged where index is not null and level > level_after
union all
select index, 'goes_back', register, {_TOLD.format("level_before")}
  from judged
 where index is not null and level < level_before and (level_after is null or level <= level_after)
union all
select index, 'rollover_not_seen', '', ''
  from judged where index is not null and rolled_over
 group by index having not coalesce(bool_or(value < value_before), false)
"""  # noqa: S608 - built from constants of this file

_DROP_UNCHANGED = f"""
delete from reading_stage s using readings_meterreading r
 where r.installation_id = s.installation_id and r.read_at = s.read_at and r.replaced_by_id is null
   and {_SAME}
"""  # noqa: S608 - built from constants of this file

_NEXT_ID = "nextval(pg_get_serial_sequence('readings_meterreading', 'id'))"
_NUMBER = f"""
update reading_stage s set id = {_NEXT_ID}
  from readings_meterreading r
 where r.installation_id = s.installation_id and r.read_at = s.read_at and r.replaced_by_id is null
"""  # noqa: S608 - built from constants of this file

_SUPERSEDE = """
update readings_meterreading r set replaced_by_id = s.id
  from reading_stage s
 where r.installation_id = s.installation_id and r.read_at = s.read_at and r.replaced_by_id is null
"""

_STORE = f"""
insert into readings_meterreading
      (id, installation_id, read_at, quality, source, batch, recorded_at, recorded_by, rolled_over, {_ALL})
select coalesce(id, {_NEXT_ID}), installation_id, read_at, quality, %(source)s, %(batch)s, %(at)s, %(login)s,
       rolled_over, {_ALL}
  from reading_stage
 order by installation_id, read_at
"""  # noqa: S608 - built from constants of this file
