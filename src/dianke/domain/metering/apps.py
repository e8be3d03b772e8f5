"""Django app of metering."""

from django.apps import AppConfig


class MeteringConfig(AppConfig):
    """Tables of metering."""

    name = "dianke.domain.metering"
    label = "metering"

    def ready(self) -> None:
        """Watch what a second person must look at."""
        from dianke.platform.audit.alarms import watch
        from dianke.platform.audit.types import AlarmKind

        watch("metering.MeterInstallation", ("multiplier",), AlarmKind.MULTIPLIER, per="usage_point")
