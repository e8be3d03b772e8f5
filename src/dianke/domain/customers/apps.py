"""Django app of customers."""

from django.apps import AppConfig


class CustomersConfig(AppConfig):
    """Tables of customers."""

    name = "dianke.domain.customers"
    label = "customers"

    def ready(self) -> None:
        """Watch what a second person must look at."""
        from dianke.platform.audit.alarms import watch
        from dianke.platform.audit.types import AlarmKind

        watch("customers.Customer", ("name", "kind", "identity_kind", "identity_hash"), AlarmKind.IDENTITY)
        watch(
            "customers.BankAccount", ("bank_name", "bank_code", "holder", "number_hash"), AlarmKind.BANK, per="account"
        )
