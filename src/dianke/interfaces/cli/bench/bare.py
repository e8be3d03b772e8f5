"""Tables without indexes and foreign keys while a measurement fills them; imported once Django is ready."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager

from django.db import connections

_FOUND = """
select format('alter table %%I drop constraint %%I', conrelid::regclass, conname),
       format('alter table %%I add constraint %%I %%s', conrelid::regclass, conname, pg_get_constraintdef(oid)),
       contype = 'f'
  from pg_constraint where contype in ('f', 'x') and conrelid = any(%(tables)s::regclass[])
 union all
select format('drop index %%I', indexrelid::regclass), pg_get_indexdef(indexrelid), false
  from pg_index i where indrelid = any(%(tables)s::regclass[]) and not indisunique and not indisexclusion
 order by 3 desc, 1
"""


@contextmanager
def bare_tables(tables: Sequence[str], *, look_up_keys: bool = True) -> Iterator[None]:
    """
    Take indexes and foreign keys off tables while they are filled, and put them back: a third of the time.

    Without `look_up_keys` the foreign keys hold from then on, and the rows that one formula made are not looked up.
    """
    with connections["owner"].cursor() as cursor:
        cursor.execute(_FOUND, {"tables": list(tables)})
        found = cursor.fetchall()
        for take_off, _put_back, _is_key in found:
            cursor.execute(take_off)
        yield
        # Indexes first: a foreign key is checked by them.
        for _take_off, put_back, is_key in reversed(found):
            cursor.execute(put_back + (" not valid" if is_key and not look_up_keys else ""))
        for table in tables:
            cursor.execute("select setval(pg_get_serial_sequence(%s, 'id'), max(id)) from " + table, [table])  # noqa: S608
