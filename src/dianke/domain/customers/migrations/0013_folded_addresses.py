"""Addresses are searched without blanks: "12号3室" finds "12 号 3 室", and few places share its trigrams."""

import django.contrib.postgres.fields
import django.contrib.postgres.indexes
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('customers', '0012_history_by_statement'),
        ('org', '0003_history_by_statement'),
    ]

    operations = [
        migrations.RunSQL(
            """
            create function fold_address(value text) returns text
            language sql immutable strict parallel safe
            return lower(translate(normalize(value, NFKC), E'幢座 \\t', '栋栋'))
            """,
            "drop function fold_address(text)",
        ),
        migrations.RemoveIndex(
            model_name='servicelocation',
            name='location_address_trigram',
        ),
        migrations.RemoveIndex(
            model_name='servicelocation',
            name='location_address_bigrams',
        ),
        migrations.RemoveField(
            model_name='servicelocation',
            name='address_bigrams',
        ),
        migrations.AddField(
            model_name='servicelocation',
            name='address_folded',
            field=models.GeneratedField(db_persist=True, expression=models.Func(models.F('address'), function='fold_address'), output_field=models.TextField()),
        ),
        migrations.AddField(
            model_name='servicelocation',
            name='address_bigrams',
            field=models.GeneratedField(db_persist=True, expression=models.Func(models.Func(models.F('address'), function='fold_address'), function='text_bigrams'), output_field=django.contrib.postgres.fields.ArrayField(base_field=models.TextField(), size=None)),
        ),
        migrations.AddIndex(
            model_name='servicelocation',
            index=django.contrib.postgres.indexes.GinIndex(fields=['address_bigrams'], name='location_address_bigrams'),
        ),
        migrations.AddIndex(
            model_name='servicelocation',
            index=django.contrib.postgres.indexes.GinIndex(fields=['address_folded'], name='location_folded_trigram', opclasses=['gin_trgm_ops']),
        ),
        migrations.AddIndex(
            model_name='servicelocation',
            index=models.Index(fields=['address_folded'], name='location_folded_prefix', opclasses=['text_pattern_ops']),
        ),
    ]
