"""Where the next user number and the next customer number come from: two clerks never draw the same."""

from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("customers", "0006_archive")]

    operations = [
        migrations.RunSQL(
            """
            create sequence customers_user_number as bigint minvalue 100000000 maxvalue 999999999 start 100000001;
            create sequence customers_customer_number as bigint start 1;
            create sequence customers_location_code as bigint start 1;
            """,
            """
            drop sequence customers_user_number;
            drop sequence customers_customer_number;
            drop sequence customers_location_code;
            """,
        )
    ]
