"""Django app of tariffs."""

from django.apps import AppConfig


class TariffsConfig(AppConfig):
    """Tables of tariffs."""

    name = "dianke.domain.tariffs"
    label = "tariffs"

    def ready(self) -> None:
        """Watch what a second person must look at."""
        from dianke.platform.audit.alarms import watch
        from dianke.platform.audit.types import AlarmKind

        watch("tariffs.TariffVersion", ("status", "period"), AlarmKind.PRICE)
        watch("tariffs.PolicyValue", ("number", "text", "period"), AlarmKind.PRICE)
