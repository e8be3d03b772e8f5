"""The function behind stored bigrams: generated columns want an immutable one."""

from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("customers", "0002_initial")]

    operations = [
        migrations.RunSQL(
            """
            create function text_bigrams(value text) returns text[]
            language sql immutable strict parallel safe
            as $$
                select coalesce(array_agg(distinct substr(lower(value), i, 2)), '{}')
                  from generate_series(1, length(value)) i
            $$
            """,
            "drop function text_bigrams(text)",
        )
    ]
