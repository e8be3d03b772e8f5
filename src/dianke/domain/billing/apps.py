"""Django app of billing."""

from django.apps import AppConfig


class BillingConfig(AppConfig):
    """Tables of billing."""

    name = "dianke.domain.billing"
    label = "billing"

    def ready(self) -> None:
        """Watch what a second person must look at."""
        from dianke.platform.audit.alarms import watch
        from dianke.platform.audit.types import AlarmKind

        watch(
            "billing.BillingTerms",
            ("plan", "structure", "price_voltage", "time_of_use"),
            AlarmKind.PRICE,
            per="usage_point",
        )
        watch("billing.BillingTerms", ("basic_mode", "contract_kw"), AlarmKind.CAPACITY, per="usage_point")
