"""
The context of history (who, from where, why) is closed with its transaction, and found by person and time.

The service must be able to update it: a use case inside another one adds to the context of the outer one.
After the transaction nobody adds anything, and a trigger says so.
"""

from typing import ClassVar

from django.db import migrations

_CLOSE = """
create function audit_close_context() returns trigger language plpgsql as $$
begin
    if tg_op = 'DELETE' or old.created_at <> now() then
        raise exception 'the context of a change is closed with its transaction';
    end if;
    return new;
end $$;
create trigger audit_context_is_closed before update or delete on pghistory_context
    for each row execute function audit_close_context();
"""
_OPEN = "drop trigger audit_context_is_closed on pghistory_context; drop function audit_close_context();"
_INDEX = """
create index pghistory_context_created_at on pghistory_context (created_at, id);
create index pghistory_context_actor on pghistory_context ((metadata ->> 'actor'), created_at);
"""
_NO_INDEX = "drop index pghistory_context_created_at; drop index pghistory_context_actor;"


class Migration(migrations.Migration):
    """Close and index the context."""

    dependencies: ClassVar = [("audit", "0002_trail_and_alarms"), ("pghistory", "0007_auto_20250421_0444")]
    operations: ClassVar = [migrations.RunSQL(_CLOSE, _OPEN), migrations.RunSQL(_INDEX, _NO_INDEX)]
