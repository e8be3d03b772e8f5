"""Django app of metering."""

from django.apps import AppConfig


class MeteringConfig(AppConfig):
    """Tables of metering."""

    name = "dianke.domain.metering"
    label = "metering"
