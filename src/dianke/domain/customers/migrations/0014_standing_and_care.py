"""The standing of customers, written for whole fleets with room left in pages; relations, managers, visits, care."""

import dianke.platform.crypto.fields
import django.contrib.postgres.constraints
import django.contrib.postgres.fields.ranges
import django.db.models.deletion
import pgtrigger.compiler
import pgtrigger.migrations
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('customers', '0013_folded_addresses'),
        ('identity', '0005_history_by_statement'),
        ('org', '0003_history_by_statement'),
        ('pghistory', '0007_auto_20250421_0444'),
    ]

    operations = [
        migrations.CreateModel(
            name='AccountManagement',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('period', django.contrib.postgres.fields.ranges.DateRangeField()),
                ('reason', models.CharField(blank=True, db_default='', default='', max_length=200)),
                ('assigned_by', models.CharField(max_length=40)),
                ('assigned_at', models.DateTimeField()),
            ],
        ),
        migrations.CreateModel(
            name='AccountManagementScopedevent',
            fields=[
                ('pgh_created_at', models.DateTimeField(auto_now_add=True)),
                ('pgh_label', models.TextField(help_text='The event label.')),
                ('pgh_id', models.BigAutoField(primary_key=True, serialize=False)),
                ('id', models.BigIntegerField()),
                ('period', django.contrib.postgres.fields.ranges.DateRangeField()),
                ('reason', models.CharField(blank=True, db_default='', default='', max_length=200)),
                ('assigned_by', models.CharField(max_length=40)),
                ('assigned_at', models.DateTimeField()),
            ],
            options={
                'abstract': False,
            },
        ),
        migrations.CreateModel(
            name='CareRecord',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('kind', models.CharField(choices=[('BIRTHDAY', 'BIRTHDAY'), ('FESTIVAL', 'FESTIVAL'), ('OUTAGE', 'OUTAGE'), ('ANNIVERSARY', 'ANNIVERSARY'), ('HARDSHIP', 'HARDSHIP'), ('OTHER', 'OTHER')], max_length=12)),
                ('channel', models.CharField(choices=[('PHONE', 'PHONE'), ('MESSAGE', 'MESSAGE'), ('MAIL', 'MAIL'), ('LETTER', 'LETTER'), ('VISIT', 'VISIT')], max_length=10)),
                ('on_date', models.DateField()),
                ('note', models.CharField(max_length=300)),
                ('done_by', models.CharField(max_length=40)),
                ('entered_at', models.DateTimeField()),
            ],
        ),
        migrations.CreateModel(
            name='CareRecordScopedevent',
            fields=[
                ('pgh_created_at', models.DateTimeField(auto_now_add=True)),
                ('pgh_label', models.TextField(help_text='The event label.')),
                ('pgh_id', models.BigAutoField(primary_key=True, serialize=False)),
                ('id', models.BigIntegerField()),
                ('kind', models.CharField(choices=[('BIRTHDAY', 'BIRTHDAY'), ('FESTIVAL', 'FESTIVAL'), ('OUTAGE', 'OUTAGE'), ('ANNIVERSARY', 'ANNIVERSARY'), ('HARDSHIP', 'HARDSHIP'), ('OTHER', 'OTHER')], max_length=12)),
                ('channel', models.CharField(choices=[('PHONE', 'PHONE'), ('MESSAGE', 'MESSAGE'), ('MAIL', 'MAIL'), ('LETTER', 'LETTER'), ('VISIT', 'VISIT')], max_length=10)),
                ('on_date', models.DateField()),
                ('note', models.CharField(max_length=300)),
                ('done_by', models.CharField(max_length=40)),
                ('entered_at', models.DateTimeField()),
            ],
            options={
                'abstract': False,
            },
        ),
        migrations.CreateModel(
            name='CustomerRelation',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('kind', models.CharField(choices=[('PARENT', 'PARENT'), ('LANDLORD', 'LANDLORD'), ('GUARANTOR', 'GUARANTOR'), ('SUPPLIER', 'SUPPLIER'), ('SAME_GROUP', 'SAME_GROUP'), ('SAME_OWNER', 'SAME_OWNER'), ('SAME_CONTROLLER', 'SAME_CONTROLLER')], max_length=16)),
                ('share_e4', models.PositiveIntegerField(blank=True, null=True)),
                ('source', models.CharField(blank=True, db_default='', default='', max_length=60)),
                ('note', models.CharField(blank=True, db_default='', default='', max_length=200)),
                ('period', django.contrib.postgres.fields.ranges.DateRangeField()),
                ('entered_by', models.CharField(max_length=40)),
                ('entered_at', models.DateTimeField()),
            ],
        ),
        migrations.CreateModel(
            name='CustomerRelationScopedevent',
            fields=[
                ('pgh_created_at', models.DateTimeField(auto_now_add=True)),
                ('pgh_label', models.TextField(help_text='The event label.')),
                ('pgh_id', models.BigAutoField(primary_key=True, serialize=False)),
                ('id', models.BigIntegerField()),
                ('kind', models.CharField(choices=[('PARENT', 'PARENT'), ('LANDLORD', 'LANDLORD'), ('GUARANTOR', 'GUARANTOR'), ('SUPPLIER', 'SUPPLIER'), ('SAME_GROUP', 'SAME_GROUP'), ('SAME_OWNER', 'SAME_OWNER'), ('SAME_CONTROLLER', 'SAME_CONTROLLER')], max_length=16)),
                ('share_e4', models.PositiveIntegerField(blank=True, null=True)),
                ('source', models.CharField(blank=True, db_default='', default='', max_length=60)),
                ('note', models.CharField(blank=True, db_default='', default='', max_length=200)),
                ('period', django.contrib.postgres.fields.ranges.DateRangeField()),
                ('entered_by', models.CharField(max_length=40)),
                ('entered_at', models.DateTimeField()),
            ],
            options={
                'abstract': False,
            },
        ),
        migrations.CreateModel(
            name='ManagerHandOver',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('reason', models.CharField(max_length=200)),
                ('state', models.CharField(choices=[('PROPOSED', 'PROPOSED'), ('APPROVED', 'APPROVED'), ('REFUSED', 'REFUSED'), ('WITHDRAWN', 'WITHDRAWN')], default='PROPOSED', max_length=12)),
                ('proposed_by', models.CharField(max_length=40)),
                ('proposed_at', models.DateTimeField()),
                ('decided_by', models.CharField(blank=True, db_default='', default='', max_length=40)),
                ('decided_at', models.DateTimeField(blank=True, null=True)),
                ('decision_reason', models.CharField(blank=True, db_default='', default='', max_length=200)),
                ('moved', models.JSONField(default=dict)),
            ],
        ),
        migrations.CreateModel(
            name='ManagerHandOverItem',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
            ],
        ),
        migrations.CreateModel(
            name='ManagerHandOverItemScopedevent',
            fields=[
                ('pgh_created_at', models.DateTimeField(auto_now_add=True)),
                ('pgh_label', models.TextField(help_text='The event label.')),
                ('pgh_id', models.BigAutoField(primary_key=True, serialize=False)),
                ('id', models.BigIntegerField()),
            ],
            options={
                'abstract': False,
            },
        ),
        migrations.CreateModel(
            name='ManagerHandOverScopedevent',
            fields=[
                ('pgh_created_at', models.DateTimeField(auto_now_add=True)),
                ('pgh_label', models.TextField(help_text='The event label.')),
                ('pgh_id', models.BigAutoField(primary_key=True, serialize=False)),
                ('id', models.BigIntegerField()),
                ('reason', models.CharField(max_length=200)),
                ('state', models.CharField(choices=[('PROPOSED', 'PROPOSED'), ('APPROVED', 'APPROVED'), ('REFUSED', 'REFUSED'), ('WITHDRAWN', 'WITHDRAWN')], default='PROPOSED', max_length=12)),
                ('proposed_by', models.CharField(max_length=40)),
                ('proposed_at', models.DateTimeField()),
                ('decided_by', models.CharField(blank=True, db_default='', default='', max_length=40)),
                ('decided_at', models.DateTimeField(blank=True, null=True)),
                ('decision_reason', models.CharField(blank=True, db_default='', default='', max_length=200)),
                ('moved', models.JSONField(default=dict)),
            ],
            options={
                'abstract': False,
            },
        ),
        migrations.CreateModel(
            name='Visit',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('purpose', models.CharField(choices=[('ROUTINE', 'ROUTINE'), ('ARREARS', 'ARREARS'), ('COMPLAINT', 'COMPLAINT'), ('SAFETY', 'SAFETY'), ('EXPANSION', 'EXPANSION'), ('ENERGY', 'ENERGY'), ('OTHER', 'OTHER')], max_length=12)),
                ('state', models.CharField(choices=[('PLANNED', 'PLANNED'), ('DONE', 'DONE'), ('CANCELLED', 'CANCELLED')], default='PLANNED', max_length=12)),
                ('planned_date', models.DateField()),
                ('planned_time', models.TimeField(blank=True, null=True)),
                ('note', models.CharField(blank=True, db_default='', default='', max_length=200)),
                ('done_at', models.DateTimeField(blank=True, null=True)),
                ('longitude', models.DecimalField(blank=True, decimal_places=6, max_digits=9, null=True)),
                ('latitude', models.DecimalField(blank=True, decimal_places=6, max_digits=8, null=True)),
                ('outcome', models.CharField(blank=True, db_default='', default='', max_length=600)),
                ('next_step', models.CharField(blank=True, db_default='', default='', max_length=200)),
                ('next_due_date', models.DateField(blank=True, null=True)),
                ('next_done_date', models.DateField(blank=True, null=True)),
                ('entered_by', models.CharField(max_length=40)),
                ('entered_at', models.DateTimeField()),
            ],
        ),
        migrations.CreateModel(
            name='VisitScopedevent',
            fields=[
                ('pgh_created_at', models.DateTimeField(auto_now_add=True)),
                ('pgh_label', models.TextField(help_text='The event label.')),
                ('pgh_id', models.BigAutoField(primary_key=True, serialize=False)),
                ('id', models.BigIntegerField()),
                ('purpose', models.CharField(choices=[('ROUTINE', 'ROUTINE'), ('ARREARS', 'ARREARS'), ('COMPLAINT', 'COMPLAINT'), ('SAFETY', 'SAFETY'), ('EXPANSION', 'EXPANSION'), ('ENERGY', 'ENERGY'), ('OTHER', 'OTHER')], max_length=12)),
                ('state', models.CharField(choices=[('PLANNED', 'PLANNED'), ('DONE', 'DONE'), ('CANCELLED', 'CANCELLED')], default='PLANNED', max_length=12)),
                ('planned_date', models.DateField()),
                ('planned_time', models.TimeField(blank=True, null=True)),
                ('note', models.CharField(blank=True, db_default='', default='', max_length=200)),
                ('done_at', models.DateTimeField(blank=True, null=True)),
                ('longitude', models.DecimalField(blank=True, decimal_places=6, max_digits=9, null=True)),
                ('latitude', models.DecimalField(blank=True, decimal_places=6, max_digits=8, null=True)),
                ('outcome', models.CharField(blank=True, db_default='', default='', max_length=600)),
                ('next_step', models.CharField(blank=True, db_default='', default='', max_length=200)),
                ('next_due_date', models.DateField(blank=True, null=True)),
                ('next_done_date', models.DateField(blank=True, null=True)),
                ('entered_by', models.CharField(max_length=40)),
                ('entered_at', models.DateTimeField()),
            ],
            options={
                'abstract': False,
            },
        ),
        pgtrigger.migrations.RemoveTrigger(
            model_name='contact',
            name='update_update',
        ),
        pgtrigger.migrations.RemoveTrigger(
            model_name='contact',
            name='delete_delete',
        ),
        pgtrigger.migrations.RemoveTrigger(
            model_name='contact',
            name='insert_insert',
        ),
        pgtrigger.migrations.RemoveTrigger(
            model_name='customerequipment',
            name='update_update',
        ),
        pgtrigger.migrations.RemoveTrigger(
            model_name='customerequipment',
            name='delete_delete',
        ),
        pgtrigger.migrations.RemoveTrigger(
            model_name='customerequipment',
            name='insert_insert',
        ),
        migrations.AddField(
            model_name='contact',
            name='birthday',
            field=dianke.platform.crypto.fields.EncryptedTextField(blank=True, db_default=models.Value(b''), default='', editable=True, purpose='birthday'),
        ),
        migrations.AddField(
            model_name='contact',
            name='birthday_hash',
            field=dianke.platform.crypto.fields.KeyedHashField(blank=True, max_length=16, null=True),
        ),
        migrations.AddField(
            model_name='contact',
            name='channel',
            field=models.CharField(blank=True, choices=[('PHONE', 'PHONE'), ('MESSAGE', 'MESSAGE'), ('MAIL', 'MAIL'), ('LETTER', 'LETTER'), ('VISIT', 'VISIT')], db_default='', default='', max_length=10),
        ),
        migrations.AddField(
            model_name='contact',
            name='do_not_disturb',
            field=models.BooleanField(db_default=False, default=False),
        ),
        migrations.AddField(
            model_name='contact',
            name='is_decision_maker',
            field=models.BooleanField(db_default=False, default=False),
        ),
        migrations.AddField(
            model_name='contact',
            name='language',
            field=models.CharField(blank=True, choices=[('DIALECT', 'DIALECT'), ('MINORITY', 'MINORITY'), ('ENGLISH', 'ENGLISH'), ('SIGN', 'SIGN')], db_default='', default='', max_length=10),
        ),
        migrations.AddField(
            model_name='contact',
            name='quiet_from',
            field=models.TimeField(blank=True, null=True),
        ),
        migrations.AddField(
            model_name='contact',
            name='quiet_until',
            field=models.TimeField(blank=True, null=True),
        ),
        migrations.AddField(
            model_name='contactscopedevent',
            name='birthday',
            field=dianke.platform.crypto.fields.EncryptedTextField(blank=True, db_default=models.Value(b''), default='', editable=True, purpose='birthday'),
        ),
        migrations.AddField(
            model_name='contactscopedevent',
            name='birthday_hash',
            field=dianke.platform.crypto.fields.KeyedHashField(blank=True, max_length=16, null=True),
        ),
        migrations.AddField(
            model_name='contactscopedevent',
            name='channel',
            field=models.CharField(blank=True, choices=[('PHONE', 'PHONE'), ('MESSAGE', 'MESSAGE'), ('MAIL', 'MAIL'), ('LETTER', 'LETTER'), ('VISIT', 'VISIT')], db_default='', default='', max_length=10),
        ),
        migrations.AddField(
            model_name='contactscopedevent',
            name='do_not_disturb',
            field=models.BooleanField(db_default=False, default=False),
        ),
        migrations.AddField(
            model_name='contactscopedevent',
            name='is_decision_maker',
            field=models.BooleanField(db_default=False, default=False),
        ),
        migrations.AddField(
            model_name='contactscopedevent',
            name='language',
            field=models.CharField(blank=True, choices=[('DIALECT', 'DIALECT'), ('MINORITY', 'MINORITY'), ('ENGLISH', 'ENGLISH'), ('SIGN', 'SIGN')], db_default='', default='', max_length=10),
        ),
        migrations.AddField(
            model_name='contactscopedevent',
            name='quiet_from',
            field=models.TimeField(blank=True, null=True),
        ),
        migrations.AddField(
            model_name='contactscopedevent',
            name='quiet_until',
            field=models.TimeField(blank=True, null=True),
        ),
        migrations.AddField(
            model_name='customer',
            name='credit_grade',
            field=models.CharField(blank=True, choices=[('AAA', 'AAA'), ('AA', 'AA'), ('A', 'A'), ('B', 'B'), ('C', 'C'), ('D', 'D')], db_default='', default='', max_length=4),
        ),
        migrations.AddField(
            model_name='customer',
            name='service_table',
            field=models.CharField(blank=True, db_default='', default='', max_length=20),
        ),
        migrations.AddField(
            model_name='customer',
            name='value_class',
            field=models.CharField(blank=True, choices=[('VIP', 'VIP'), ('MAIN', 'MAIN'), ('ORDINARY', 'ORDINARY'), ('SMALL', 'SMALL')], db_default='', default='', max_length=10),
        ),
        migrations.AddField(
            model_name='customerequipment',
            name='interlock',
            field=models.CharField(blank=True, choices=[('MECHANICAL', 'MECHANICAL'), ('ELECTRICAL', 'ELECTRICAL'), ('BOTH', 'BOTH'), ('NONE', 'NONE')], db_default='', default='', max_length=12),
        ),
        migrations.AddField(
            model_name='customerequipment',
            name='start_seconds',
            field=models.PositiveIntegerField(blank=True, null=True),
        ),
        migrations.AddField(
            model_name='customerequipment',
            name='tested_date',
            field=models.DateField(blank=True, null=True),
        ),
        migrations.AddField(
            model_name='customerequipmentscopedevent',
            name='interlock',
            field=models.CharField(blank=True, choices=[('MECHANICAL', 'MECHANICAL'), ('ELECTRICAL', 'ELECTRICAL'), ('BOTH', 'BOTH'), ('NONE', 'NONE')], db_default='', default='', max_length=12),
        ),
        migrations.AddField(
            model_name='customerequipmentscopedevent',
            name='start_seconds',
            field=models.PositiveIntegerField(blank=True, null=True),
        ),
        migrations.AddField(
            model_name='customerequipmentscopedevent',
            name='tested_date',
            field=models.DateField(blank=True, null=True),
        ),
        migrations.AlterField(
            model_name='customerequipment',
            name='kind',
            field=models.CharField(choices=[('GENERATOR', 'GENERATOR'), ('UPS', 'UPS'), ('SECOND_SOURCE', 'SECOND_SOURCE'), ('SWITCHGEAR', 'SWITCHGEAR'), ('MOTOR', 'MOTOR'), ('FURNACE', 'FURNACE'), ('STORAGE', 'STORAGE'), ('PANELS', 'PANELS'), ('CHARGER', 'CHARGER'), ('LIFE_SUPPORT', 'LIFE_SUPPORT'), ('OTHER', 'OTHER')], max_length=20),
        ),
        migrations.AlterField(
            model_name='customerequipmentscopedevent',
            name='kind',
            field=models.CharField(choices=[('GENERATOR', 'GENERATOR'), ('UPS', 'UPS'), ('SECOND_SOURCE', 'SECOND_SOURCE'), ('SWITCHGEAR', 'SWITCHGEAR'), ('MOTOR', 'MOTOR'), ('FURNACE', 'FURNACE'), ('STORAGE', 'STORAGE'), ('PANELS', 'PANELS'), ('CHARGER', 'CHARGER'), ('LIFE_SUPPORT', 'LIFE_SUPPORT'), ('OTHER', 'OTHER')], max_length=20),
        ),
        migrations.AddIndex(
            model_name='contact',
            index=models.Index(condition=models.Q(('birthday_hash__isnull', False)), fields=['birthday_hash'], name='contact_birthday'),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='contact',
            trigger=pgtrigger.compiler.Trigger(name='insert_insert', sql=pgtrigger.compiler.UpsertTriggerSql(func='WITH _pgh_attached_context AS ( SELECT _pgh_attach_context() AS value ) INSERT INTO "customers_contactscopedevent" ("birthday", "birthday_hash", "channel", "customer_id", "do_not_disturb", "email", "id", "is_decision_maker", "language", "name", "note", "office", "period", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "phone", "phone_hash", "phone_mask_hash", "preferred", "quiet_from", "quiet_until", "role") SELECT new_values."birthday", new_values."birthday_hash", new_values."channel", new_values."customer_id", new_values."do_not_disturb", new_values."email", new_values."id", new_values."is_decision_maker", new_values."language", new_values."name", new_values."note", new_values."office", new_values."period", _pgh_attached_context.value, NOW(), \'insert\', new_values."id", new_values."phone", new_values."phone_hash", new_values."phone_mask_hash", new_values."preferred", new_values."quiet_from", new_values."quiet_until", new_values."role" FROM ( SELECT new_values.* FROM new_values  ) AS new_values, _pgh_attached_context; RETURN NULL;', hash='e01336db47a0d12c2be6f84040669d3b69a4a532', level='STATEMENT', operation='INSERT', pgid='pgtrigger_insert_insert_84620', referencing='REFERENCING NEW TABLE AS new_values ', table='customers_contact', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='contact',
            trigger=pgtrigger.compiler.Trigger(name='update_update', sql=pgtrigger.compiler.UpsertTriggerSql(condition='WHEN (OLD.* IS DISTINCT FROM NEW.*)', func='INSERT INTO "customers_contactscopedevent" ("birthday", "birthday_hash", "channel", "customer_id", "do_not_disturb", "email", "id", "is_decision_maker", "language", "name", "note", "office", "period", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "phone", "phone_hash", "phone_mask_hash", "preferred", "quiet_from", "quiet_until", "role") VALUES (NEW."birthday", NEW."birthday_hash", NEW."channel", NEW."customer_id", NEW."do_not_disturb", NEW."email", NEW."id", NEW."is_decision_maker", NEW."language", NEW."name", NEW."note", NEW."office", NEW."period", _pgh_attach_context(), NOW(), \'update\', NEW."id", NEW."phone", NEW."phone_hash", NEW."phone_mask_hash", NEW."preferred", NEW."quiet_from", NEW."quiet_until", NEW."role"); RETURN NULL;', hash='7a96c36182ca0c807f5ea69dc9ee04ecc56e2824', operation='UPDATE', pgid='pgtrigger_update_update_760d1', table='customers_contact', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='contact',
            trigger=pgtrigger.compiler.Trigger(name='delete_delete', sql=pgtrigger.compiler.UpsertTriggerSql(func='INSERT INTO "customers_contactscopedevent" ("birthday", "birthday_hash", "channel", "customer_id", "do_not_disturb", "email", "id", "is_decision_maker", "language", "name", "note", "office", "period", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "phone", "phone_hash", "phone_mask_hash", "preferred", "quiet_from", "quiet_until", "role") VALUES (OLD."birthday", OLD."birthday_hash", OLD."channel", OLD."customer_id", OLD."do_not_disturb", OLD."email", OLD."id", OLD."is_decision_maker", OLD."language", OLD."name", OLD."note", OLD."office", OLD."period", _pgh_attach_context(), NOW(), \'delete\', OLD."id", OLD."phone", OLD."phone_hash", OLD."phone_mask_hash", OLD."preferred", OLD."quiet_from", OLD."quiet_until", OLD."role"); RETURN NULL;', hash='2aab0f863a0e6931ee6cf13f3c89937ffe965757', operation='DELETE', pgid='pgtrigger_delete_delete_2a63b', table='customers_contact', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='customerequipment',
            trigger=pgtrigger.compiler.Trigger(name='insert_insert', sql=pgtrigger.compiler.UpsertTriggerSql(func='WITH _pgh_attached_context AS ( SELECT _pgh_attach_context() AS value ) INSERT INTO "customers_customerequipmentscopedevent" ("capacity_kw", "checked_date", "condition", "customer_id", "id", "interlock", "kind", "location_id", "name", "next_check_date", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "quantity", "start_seconds", "tested_date") SELECT new_values."capacity_kw", new_values."checked_date", new_values."condition", new_values."customer_id", new_values."id", new_values."interlock", new_values."kind", new_values."location_id", new_values."name", new_values."next_check_date", _pgh_attached_context.value, NOW(), \'insert\', new_values."id", new_values."quantity", new_values."start_seconds", new_values."tested_date" FROM ( SELECT new_values.* FROM new_values  ) AS new_values, _pgh_attached_context; RETURN NULL;', hash='22e3e7c9819aca2e7cc30314bc5c80285fbaa428', level='STATEMENT', operation='INSERT', pgid='pgtrigger_insert_insert_e086b', referencing='REFERENCING NEW TABLE AS new_values ', table='customers_customerequipment', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='customerequipment',
            trigger=pgtrigger.compiler.Trigger(name='update_update', sql=pgtrigger.compiler.UpsertTriggerSql(condition='WHEN (OLD.* IS DISTINCT FROM NEW.*)', func='INSERT INTO "customers_customerequipmentscopedevent" ("capacity_kw", "checked_date", "condition", "customer_id", "id", "interlock", "kind", "location_id", "name", "next_check_date", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "quantity", "start_seconds", "tested_date") VALUES (NEW."capacity_kw", NEW."checked_date", NEW."condition", NEW."customer_id", NEW."id", NEW."interlock", NEW."kind", NEW."location_id", NEW."name", NEW."next_check_date", _pgh_attach_context(), NOW(), \'update\', NEW."id", NEW."quantity", NEW."start_seconds", NEW."tested_date"); RETURN NULL;', hash='9901603fbe80d7a352d6e8e909eb26104844a7cf', operation='UPDATE', pgid='pgtrigger_update_update_c9fcd', table='customers_customerequipment', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='customerequipment',
            trigger=pgtrigger.compiler.Trigger(name='delete_delete', sql=pgtrigger.compiler.UpsertTriggerSql(func='INSERT INTO "customers_customerequipmentscopedevent" ("capacity_kw", "checked_date", "condition", "customer_id", "id", "interlock", "kind", "location_id", "name", "next_check_date", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "quantity", "start_seconds", "tested_date") VALUES (OLD."capacity_kw", OLD."checked_date", OLD."condition", OLD."customer_id", OLD."id", OLD."interlock", OLD."kind", OLD."location_id", OLD."name", OLD."next_check_date", _pgh_attach_context(), NOW(), \'delete\', OLD."id", OLD."quantity", OLD."start_seconds", OLD."tested_date"); RETURN NULL;', hash='8522267b8d0dcaa6e767f616304661ed5267c941', operation='DELETE', pgid='pgtrigger_delete_delete_cce6a', table='customers_customerequipment', when='AFTER')),
        ),
        migrations.AddConstraint(
            model_name='contact',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('quiet_from', None), ('quiet_until', None)), models.Q(('quiet_from__isnull', False), ('quiet_until__isnull', False)), _connector='OR'), name='contact_quiet_hours_begin_and_end'),
        ),
        migrations.AddField(
            model_name='accountmanagement',
            name='customer',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='managements', to='customers.customer'),
        ),
        migrations.AddField(
            model_name='accountmanagement',
            name='manager',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='identity.staff'),
        ),
        migrations.AddField(
            model_name='accountmanagementscopedevent',
            name='customer',
            field=models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='customers.customer'),
        ),
        migrations.AddField(
            model_name='accountmanagementscopedevent',
            name='manager',
            field=models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='identity.staff'),
        ),
        migrations.AddField(
            model_name='accountmanagementscopedevent',
            name='pgh_context',
            field=models.ForeignKey(db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='pghistory.context'),
        ),
        migrations.AddField(
            model_name='accountmanagementscopedevent',
            name='pgh_obj',
            field=models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='scoped_events', to='customers.accountmanagement'),
        ),
        migrations.AddField(
            model_name='carerecord',
            name='contact',
            field=models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='customers.contact'),
        ),
        migrations.AddField(
            model_name='carerecord',
            name='customer',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='care_records', to='customers.customer'),
        ),
        migrations.AddField(
            model_name='carerecordscopedevent',
            name='contact',
            field=models.ForeignKey(blank=True, db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='customers.contact'),
        ),
        migrations.AddField(
            model_name='carerecordscopedevent',
            name='customer',
            field=models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='customers.customer'),
        ),
        migrations.AddField(
            model_name='carerecordscopedevent',
            name='pgh_context',
            field=models.ForeignKey(db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='pghistory.context'),
        ),
        migrations.AddField(
            model_name='carerecordscopedevent',
            name='pgh_obj',
            field=models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='scoped_events', to='customers.carerecord'),
        ),
        migrations.AddField(
            model_name='customerrelation',
            name='customer',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='relations', to='customers.customer'),
        ),
        migrations.AddField(
            model_name='customerrelation',
            name='other',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='related_from', to='customers.customer'),
        ),
        migrations.AddField(
            model_name='customerrelationscopedevent',
            name='customer',
            field=models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='customers.customer'),
        ),
        migrations.AddField(
            model_name='customerrelationscopedevent',
            name='other',
            field=models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='customers.customer'),
        ),
        migrations.AddField(
            model_name='customerrelationscopedevent',
            name='pgh_context',
            field=models.ForeignKey(db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='pghistory.context'),
        ),
        migrations.AddField(
            model_name='customerrelationscopedevent',
            name='pgh_obj',
            field=models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='scoped_events', to='customers.customerrelation'),
        ),
        migrations.AddField(
            model_name='managerhandover',
            name='giver',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='identity.staff'),
        ),
        migrations.AddField(
            model_name='managerhandover',
            name='taker',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='identity.staff'),
        ),
        migrations.AddField(
            model_name='managerhandover',
            name='unit',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='org.unit'),
        ),
        migrations.AddField(
            model_name='managerhandoveritem',
            name='customer',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='customers.customer'),
        ),
        migrations.AddField(
            model_name='managerhandoveritem',
            name='hand_over',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='items', to='customers.managerhandover'),
        ),
        migrations.AddField(
            model_name='managerhandoveritem',
            name='taker',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='identity.staff'),
        ),
        migrations.AddField(
            model_name='managerhandoveritemscopedevent',
            name='customer',
            field=models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='customers.customer'),
        ),
        migrations.AddField(
            model_name='managerhandoveritemscopedevent',
            name='hand_over',
            field=models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='customers.managerhandover'),
        ),
        migrations.AddField(
            model_name='managerhandoveritemscopedevent',
            name='pgh_context',
            field=models.ForeignKey(db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='pghistory.context'),
        ),
        migrations.AddField(
            model_name='managerhandoveritemscopedevent',
            name='pgh_obj',
            field=models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='scoped_events', to='customers.managerhandoveritem'),
        ),
        migrations.AddField(
            model_name='managerhandoveritemscopedevent',
            name='taker',
            field=models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='identity.staff'),
        ),
        migrations.AddField(
            model_name='managerhandoverscopedevent',
            name='giver',
            field=models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='identity.staff'),
        ),
        migrations.AddField(
            model_name='managerhandoverscopedevent',
            name='pgh_context',
            field=models.ForeignKey(db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='pghistory.context'),
        ),
        migrations.AddField(
            model_name='managerhandoverscopedevent',
            name='pgh_obj',
            field=models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='scoped_events', to='customers.managerhandover'),
        ),
        migrations.AddField(
            model_name='managerhandoverscopedevent',
            name='taker',
            field=models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='identity.staff'),
        ),
        migrations.AddField(
            model_name='managerhandoverscopedevent',
            name='unit',
            field=models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='org.unit'),
        ),
        migrations.AddField(
            model_name='visit',
            name='contact',
            field=models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='customers.contact'),
        ),
        migrations.AddField(
            model_name='visit',
            name='customer',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='visits', to='customers.customer'),
        ),
        migrations.AddField(
            model_name='visit',
            name='next_owner',
            field=models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='identity.staff'),
        ),
        migrations.AddField(
            model_name='visit',
            name='visitor',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='identity.staff'),
        ),
        migrations.AddField(
            model_name='visitscopedevent',
            name='contact',
            field=models.ForeignKey(blank=True, db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='customers.contact'),
        ),
        migrations.AddField(
            model_name='visitscopedevent',
            name='customer',
            field=models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='customers.customer'),
        ),
        migrations.AddField(
            model_name='visitscopedevent',
            name='next_owner',
            field=models.ForeignKey(blank=True, db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='identity.staff'),
        ),
        migrations.AddField(
            model_name='visitscopedevent',
            name='pgh_context',
            field=models.ForeignKey(db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='pghistory.context'),
        ),
        migrations.AddField(
            model_name='visitscopedevent',
            name='pgh_obj',
            field=models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='scoped_events', to='customers.visit'),
        ),
        migrations.AddField(
            model_name='visitscopedevent',
            name='visitor',
            field=models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='identity.staff'),
        ),
        migrations.AddConstraint(
            model_name='accountmanagement',
            constraint=django.contrib.postgres.constraints.ExclusionConstraint(expressions=[('customer', '='), ('period', '&&')], name='account_management_one_at_a_time'),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='accountmanagement',
            trigger=pgtrigger.compiler.Trigger(name='insert_insert', sql=pgtrigger.compiler.UpsertTriggerSql(func='WITH _pgh_attached_context AS ( SELECT _pgh_attach_context() AS value ) INSERT INTO "customers_accountmanagementscopedevent" ("assigned_at", "assigned_by", "customer_id", "id", "manager_id", "period", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "reason") SELECT new_values."assigned_at", new_values."assigned_by", new_values."customer_id", new_values."id", new_values."manager_id", new_values."period", _pgh_attached_context.value, NOW(), \'insert\', new_values."id", new_values."reason" FROM ( SELECT new_values.* FROM new_values  ) AS new_values, _pgh_attached_context; RETURN NULL;', hash='de1abbef701f345e7c3b2f0e0603022f19ff4d62', level='STATEMENT', operation='INSERT', pgid='pgtrigger_insert_insert_23cc7', referencing='REFERENCING NEW TABLE AS new_values ', table='customers_accountmanagement', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='accountmanagement',
            trigger=pgtrigger.compiler.Trigger(name='update_update', sql=pgtrigger.compiler.UpsertTriggerSql(condition='WHEN (OLD.* IS DISTINCT FROM NEW.*)', func='INSERT INTO "customers_accountmanagementscopedevent" ("assigned_at", "assigned_by", "customer_id", "id", "manager_id", "period", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "reason") VALUES (NEW."assigned_at", NEW."assigned_by", NEW."customer_id", NEW."id", NEW."manager_id", NEW."period", _pgh_attach_context(), NOW(), \'update\', NEW."id", NEW."reason"); RETURN NULL;', hash='1a9645b7186936f65c273081f37e3978ed74b2a2', operation='UPDATE', pgid='pgtrigger_update_update_7f919', table='customers_accountmanagement', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='accountmanagement',
            trigger=pgtrigger.compiler.Trigger(name='delete_delete', sql=pgtrigger.compiler.UpsertTriggerSql(func='INSERT INTO "customers_accountmanagementscopedevent" ("assigned_at", "assigned_by", "customer_id", "id", "manager_id", "period", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "reason") VALUES (OLD."assigned_at", OLD."assigned_by", OLD."customer_id", OLD."id", OLD."manager_id", OLD."period", _pgh_attach_context(), NOW(), \'delete\', OLD."id", OLD."reason"); RETURN NULL;', hash='6f012a9f466f1ce61285573677e0f6a3a160ade0', operation='DELETE', pgid='pgtrigger_delete_delete_afefb', table='customers_accountmanagement', when='AFTER')),
        ),
        migrations.AddIndex(
            model_name='carerecord',
            index=models.Index(fields=['on_date', 'id'], name='care_record_day'),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='carerecord',
            trigger=pgtrigger.compiler.Trigger(name='insert_insert', sql=pgtrigger.compiler.UpsertTriggerSql(func='WITH _pgh_attached_context AS ( SELECT _pgh_attach_context() AS value ) INSERT INTO "customers_carerecordscopedevent" ("channel", "contact_id", "customer_id", "done_by", "entered_at", "id", "kind", "note", "on_date", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id") SELECT new_values."channel", new_values."contact_id", new_values."customer_id", new_values."done_by", new_values."entered_at", new_values."id", new_values."kind", new_values."note", new_values."on_date", _pgh_attached_context.value, NOW(), \'insert\', new_values."id" FROM ( SELECT new_values.* FROM new_values  ) AS new_values, _pgh_attached_context; RETURN NULL;', hash='7b0d89c264131ba49a8dcc897dfb92068b604ef9', level='STATEMENT', operation='INSERT', pgid='pgtrigger_insert_insert_d8e25', referencing='REFERENCING NEW TABLE AS new_values ', table='customers_carerecord', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='carerecord',
            trigger=pgtrigger.compiler.Trigger(name='update_update', sql=pgtrigger.compiler.UpsertTriggerSql(condition='WHEN (OLD.* IS DISTINCT FROM NEW.*)', func='INSERT INTO "customers_carerecordscopedevent" ("channel", "contact_id", "customer_id", "done_by", "entered_at", "id", "kind", "note", "on_date", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id") VALUES (NEW."channel", NEW."contact_id", NEW."customer_id", NEW."done_by", NEW."entered_at", NEW."id", NEW."kind", NEW."note", NEW."on_date", _pgh_attach_context(), NOW(), \'update\', NEW."id"); RETURN NULL;', hash='f2d4da084d5b327faaee1ecc8dbd4e86df963a50', operation='UPDATE', pgid='pgtrigger_update_update_f294d', table='customers_carerecord', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='carerecord',
            trigger=pgtrigger.compiler.Trigger(name='delete_delete', sql=pgtrigger.compiler.UpsertTriggerSql(func='INSERT INTO "customers_carerecordscopedevent" ("channel", "contact_id", "customer_id", "done_by", "entered_at", "id", "kind", "note", "on_date", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id") VALUES (OLD."channel", OLD."contact_id", OLD."customer_id", OLD."done_by", OLD."entered_at", OLD."id", OLD."kind", OLD."note", OLD."on_date", _pgh_attach_context(), NOW(), \'delete\', OLD."id"); RETURN NULL;', hash='0926e877bccad725129966a43874bee7af3dd553', operation='DELETE', pgid='pgtrigger_delete_delete_ee1f1', table='customers_carerecord', when='AFTER')),
        ),
        migrations.AddConstraint(
            model_name='customerrelation',
            constraint=django.contrib.postgres.constraints.ExclusionConstraint(expressions=[('customer', '='), ('other', '='), ('kind', '='), ('period', '&&')], name='customer_relation_once_at_a_time'),
        ),
        migrations.AddConstraint(
            model_name='customerrelation',
            constraint=models.CheckConstraint(condition=models.Q(('customer', models.F('other')), _negated=True), name='customer_relation_to_another'),
        ),
        migrations.AddConstraint(
            model_name='customerrelation',
            constraint=models.CheckConstraint(condition=models.Q(('share_e4', None), models.Q(('share_e4__gt', 0), ('share_e4__lte', 10000)), _connector='OR'), name='customer_relation_share_is_a_share'),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='customerrelation',
            trigger=pgtrigger.compiler.Trigger(name='insert_insert', sql=pgtrigger.compiler.UpsertTriggerSql(func='WITH _pgh_attached_context AS ( SELECT _pgh_attach_context() AS value ) INSERT INTO "customers_customerrelationscopedevent" ("customer_id", "entered_at", "entered_by", "id", "kind", "note", "other_id", "period", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "share_e4", "source") SELECT new_values."customer_id", new_values."entered_at", new_values."entered_by", new_values."id", new_values."kind", new_values."note", new_values."other_id", new_values."period", _pgh_attached_context.value, NOW(), \'insert\', new_values."id", new_values."share_e4", new_values."source" FROM ( SELECT new_values.* FROM new_values  ) AS new_values, _pgh_attached_context; RETURN NULL;', hash='e1aa8f7df5f35ae9a7459016cccd4961d3c11567', level='STATEMENT', operation='INSERT', pgid='pgtrigger_insert_insert_b9855', referencing='REFERENCING NEW TABLE AS new_values ', table='customers_customerrelation', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='customerrelation',
            trigger=pgtrigger.compiler.Trigger(name='update_update', sql=pgtrigger.compiler.UpsertTriggerSql(condition='WHEN (OLD.* IS DISTINCT FROM NEW.*)', func='INSERT INTO "customers_customerrelationscopedevent" ("customer_id", "entered_at", "entered_by", "id", "kind", "note", "other_id", "period", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "share_e4", "source") VALUES (NEW."customer_id", NEW."entered_at", NEW."entered_by", NEW."id", NEW."kind", NEW."note", NEW."other_id", NEW."period", _pgh_attach_context(), NOW(), \'update\', NEW."id", NEW."share_e4", NEW."source"); RETURN NULL;', hash='1fcf6fa39742dbadd9c6055dc0a91734e4768c11', operation='UPDATE', pgid='pgtrigger_update_update_6d422', table='customers_customerrelation', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='customerrelation',
            trigger=pgtrigger.compiler.Trigger(name='delete_delete', sql=pgtrigger.compiler.UpsertTriggerSql(func='INSERT INTO "customers_customerrelationscopedevent" ("customer_id", "entered_at", "entered_by", "id", "kind", "note", "other_id", "period", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "share_e4", "source") VALUES (OLD."customer_id", OLD."entered_at", OLD."entered_by", OLD."id", OLD."kind", OLD."note", OLD."other_id", OLD."period", _pgh_attach_context(), NOW(), \'delete\', OLD."id", OLD."share_e4", OLD."source"); RETURN NULL;', hash='154c653031462c8b0fe0a534029e8ea67ed00d17', operation='DELETE', pgid='pgtrigger_delete_delete_e492d', table='customers_customerrelation', when='AFTER')),
        ),
        migrations.AddIndex(
            model_name='managerhandover',
            index=models.Index(fields=['-proposed_at', '-id'], name='manager_hand_over_newest'),
        ),
        migrations.AddConstraint(
            model_name='managerhandover',
            constraint=models.UniqueConstraint(condition=models.Q(('state', 'PROPOSED')), fields=('giver',), name='one_open_hand_over_a_giver'),
        ),
        migrations.AddConstraint(
            model_name='managerhandover',
            constraint=models.CheckConstraint(condition=models.Q(('giver', models.F('taker')), _negated=True), name='manager_hand_over_to_another'),
        ),
        migrations.AddConstraint(
            model_name='managerhandover',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('state', 'APPROVED'), _negated=True), models.Q(('decided_by', models.F('proposed_by')), _negated=True), _connector='OR'), name='manager_hand_over_approved_by_another'),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='managerhandover',
            trigger=pgtrigger.compiler.Trigger(name='insert_insert', sql=pgtrigger.compiler.UpsertTriggerSql(func='WITH _pgh_attached_context AS ( SELECT _pgh_attach_context() AS value ) INSERT INTO "customers_managerhandoverscopedevent" ("decided_at", "decided_by", "decision_reason", "giver_id", "id", "moved", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "proposed_at", "proposed_by", "reason", "state", "taker_id", "unit_id") SELECT new_values."decided_at", new_values."decided_by", new_values."decision_reason", new_values."giver_id", new_values."id", new_values."moved", _pgh_attached_context.value, NOW(), \'insert\', new_values."id", new_values."proposed_at", new_values."proposed_by", new_values."reason", new_values."state", new_values."taker_id", new_values."unit_id" FROM ( SELECT new_values.* FROM new_values  ) AS new_values, _pgh_attached_context; RETURN NULL;', hash='122434fca4ca05096e6dff2b708c56d5422c07e2', level='STATEMENT', operation='INSERT', pgid='pgtrigger_insert_insert_e0b4b', referencing='REFERENCING NEW TABLE AS new_values ', table='customers_managerhandover', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='managerhandover',
            trigger=pgtrigger.compiler.Trigger(name='update_update', sql=pgtrigger.compiler.UpsertTriggerSql(condition='WHEN (OLD.* IS DISTINCT FROM NEW.*)', func='INSERT INTO "customers_managerhandoverscopedevent" ("decided_at", "decided_by", "decision_reason", "giver_id", "id", "moved", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "proposed_at", "proposed_by", "reason", "state", "taker_id", "unit_id") VALUES (NEW."decided_at", NEW."decided_by", NEW."decision_reason", NEW."giver_id", NEW."id", NEW."moved", _pgh_attach_context(), NOW(), \'update\', NEW."id", NEW."proposed_at", NEW."proposed_by", NEW."reason", NEW."state", NEW."taker_id", NEW."unit_id"); RETURN NULL;', hash='a975a5f160f24f424f8edf534ba046e071faa708', operation='UPDATE', pgid='pgtrigger_update_update_9fb1a', table='customers_managerhandover', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='managerhandover',
            trigger=pgtrigger.compiler.Trigger(name='delete_delete', sql=pgtrigger.compiler.UpsertTriggerSql(func='INSERT INTO "customers_managerhandoverscopedevent" ("decided_at", "decided_by", "decision_reason", "giver_id", "id", "moved", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "proposed_at", "proposed_by", "reason", "state", "taker_id", "unit_id") VALUES (OLD."decided_at", OLD."decided_by", OLD."decision_reason", OLD."giver_id", OLD."id", OLD."moved", _pgh_attach_context(), NOW(), \'delete\', OLD."id", OLD."proposed_at", OLD."proposed_by", OLD."reason", OLD."state", OLD."taker_id", OLD."unit_id"); RETURN NULL;', hash='9ef3bfcf1ff9cee474923b86cb09519aa9b1fb13', operation='DELETE', pgid='pgtrigger_delete_delete_baceb', table='customers_managerhandover', when='AFTER')),
        ),
        migrations.AddConstraint(
            model_name='managerhandoveritem',
            constraint=models.UniqueConstraint(fields=('hand_over', 'customer'), name='hand_over_item_once'),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='managerhandoveritem',
            trigger=pgtrigger.compiler.Trigger(name='insert_insert', sql=pgtrigger.compiler.UpsertTriggerSql(func='WITH _pgh_attached_context AS ( SELECT _pgh_attach_context() AS value ) INSERT INTO "customers_managerhandoveritemscopedevent" ("customer_id", "hand_over_id", "id", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "taker_id") SELECT new_values."customer_id", new_values."hand_over_id", new_values."id", _pgh_attached_context.value, NOW(), \'insert\', new_values."id", new_values."taker_id" FROM ( SELECT new_values.* FROM new_values  ) AS new_values, _pgh_attached_context; RETURN NULL;', hash='36ebc9c8b818a3c044c3b20dec8be301dcba3cfb', level='STATEMENT', operation='INSERT', pgid='pgtrigger_insert_insert_ca724', referencing='REFERENCING NEW TABLE AS new_values ', table='customers_managerhandoveritem', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='managerhandoveritem',
            trigger=pgtrigger.compiler.Trigger(name='update_update', sql=pgtrigger.compiler.UpsertTriggerSql(condition='WHEN (OLD.* IS DISTINCT FROM NEW.*)', func='INSERT INTO "customers_managerhandoveritemscopedevent" ("customer_id", "hand_over_id", "id", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "taker_id") VALUES (NEW."customer_id", NEW."hand_over_id", NEW."id", _pgh_attach_context(), NOW(), \'update\', NEW."id", NEW."taker_id"); RETURN NULL;', hash='99679a773dbd2b0cc5da88bee130ed23b5d55d29', operation='UPDATE', pgid='pgtrigger_update_update_83e2c', table='customers_managerhandoveritem', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='managerhandoveritem',
            trigger=pgtrigger.compiler.Trigger(name='delete_delete', sql=pgtrigger.compiler.UpsertTriggerSql(func='INSERT INTO "customers_managerhandoveritemscopedevent" ("customer_id", "hand_over_id", "id", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "taker_id") VALUES (OLD."customer_id", OLD."hand_over_id", OLD."id", _pgh_attach_context(), NOW(), \'delete\', OLD."id", OLD."taker_id"); RETURN NULL;', hash='001044fd61a0c9e3094a0e3a307482a815e99fbe', operation='DELETE', pgid='pgtrigger_delete_delete_b9251', table='customers_managerhandoveritem', when='AFTER')),
        ),
        migrations.AddIndex(
            model_name='visit',
            index=models.Index(condition=models.Q(('state', 'PLANNED')), fields=['visitor', 'planned_date'], name='visit_planned'),
        ),
        migrations.AddIndex(
            model_name='visit',
            index=models.Index(condition=models.Q(('next_done_date', None), ('next_due_date__isnull', False)), fields=['next_owner', 'next_due_date'], name='visit_next_open'),
        ),
        migrations.AddIndex(
            model_name='visit',
            index=models.Index(condition=models.Q(('state', 'DONE')), fields=['customer', '-done_at'], name='visit_done'),
        ),
        migrations.AddIndex(
            model_name='visit',
            index=models.Index(fields=['planned_date', 'id'], name='visit_day'),
        ),
        migrations.AddConstraint(
            model_name='visit',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('done_at__isnull', False), ('state', 'DONE')), models.Q(models.Q(('state', 'DONE'), _negated=True), ('done_at', None)), _connector='OR'), name='visit_done_when_it_was'),
        ),
        migrations.AddConstraint(
            model_name='visit',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('next_done_date', None), ('next_due_date', None), ('next_owner', None), ('next_step', '')), models.Q(('next_due_date__isnull', False), ('next_owner__isnull', False), models.Q(('next_step', ''), _negated=True)), _connector='OR'), name='visit_next_step_has_owner_and_day'),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='visit',
            trigger=pgtrigger.compiler.Trigger(name='insert_insert', sql=pgtrigger.compiler.UpsertTriggerSql(func='WITH _pgh_attached_context AS ( SELECT _pgh_attach_context() AS value ) INSERT INTO "customers_visitscopedevent" ("contact_id", "customer_id", "done_at", "entered_at", "entered_by", "id", "latitude", "longitude", "next_done_date", "next_due_date", "next_owner_id", "next_step", "note", "outcome", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "planned_date", "planned_time", "purpose", "state", "visitor_id") SELECT new_values."contact_id", new_values."customer_id", new_values."done_at", new_values."entered_at", new_values."entered_by", new_values."id", new_values."latitude", new_values."longitude", new_values."next_done_date", new_values."next_due_date", new_values."next_owner_id", new_values."next_step", new_values."note", new_values."outcome", _pgh_attached_context.value, NOW(), \'insert\', new_values."id", new_values."planned_date", new_values."planned_time", new_values."purpose", new_values."state", new_values."visitor_id" FROM ( SELECT new_values.* FROM new_values  ) AS new_values, _pgh_attached_context; RETURN NULL;', hash='cdec1c2f7040977c6e269b2d1924a07ecf282c3e', level='STATEMENT', operation='INSERT', pgid='pgtrigger_insert_insert_bb171', referencing='REFERENCING NEW TABLE AS new_values ', table='customers_visit', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='visit',
            trigger=pgtrigger.compiler.Trigger(name='update_update', sql=pgtrigger.compiler.UpsertTriggerSql(condition='WHEN (OLD.* IS DISTINCT FROM NEW.*)', func='INSERT INTO "customers_visitscopedevent" ("contact_id", "customer_id", "done_at", "entered_at", "entered_by", "id", "latitude", "longitude", "next_done_date", "next_due_date", "next_owner_id", "next_step", "note", "outcome", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "planned_date", "planned_time", "purpose", "state", "visitor_id") VALUES (NEW."contact_id", NEW."customer_id", NEW."done_at", NEW."entered_at", NEW."entered_by", NEW."id", NEW."latitude", NEW."longitude", NEW."next_done_date", NEW."next_due_date", NEW."next_owner_id", NEW."next_step", NEW."note", NEW."outcome", _pgh_attach_context(), NOW(), \'update\', NEW."id", NEW."planned_date", NEW."planned_time", NEW."purpose", NEW."state", NEW."visitor_id"); RETURN NULL;', hash='9828e8179534eb4ef99801d61730db4fbd287141', operation='UPDATE', pgid='pgtrigger_update_update_0baa3', table='customers_visit', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='visit',
            trigger=pgtrigger.compiler.Trigger(name='delete_delete', sql=pgtrigger.compiler.UpsertTriggerSql(func='INSERT INTO "customers_visitscopedevent" ("contact_id", "customer_id", "done_at", "entered_at", "entered_by", "id", "latitude", "longitude", "next_done_date", "next_due_date", "next_owner_id", "next_step", "note", "outcome", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "planned_date", "planned_time", "purpose", "state", "visitor_id") VALUES (OLD."contact_id", OLD."customer_id", OLD."done_at", OLD."entered_at", OLD."entered_by", OLD."id", OLD."latitude", OLD."longitude", OLD."next_done_date", OLD."next_due_date", OLD."next_owner_id", OLD."next_step", OLD."note", OLD."outcome", _pgh_attach_context(), NOW(), \'delete\', OLD."id", OLD."planned_date", OLD."planned_time", OLD."purpose", OLD."state", OLD."visitor_id"); RETURN NULL;', hash='c05730815b872ae03a4932c7e4bd00e8c1f0e098', operation='DELETE', pgid='pgtrigger_delete_delete_81250', table='customers_visit', when='AFTER')),
        ),
        migrations.RunSQL(
            "alter table customers_customer set (fillfactor = 90)", "alter table customers_customer reset (fillfactor)"
        ),
    ]
