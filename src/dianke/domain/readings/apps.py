"""Django app of readings."""

from django.apps import AppConfig


class ReadingsConfig(AppConfig):
    """Tables of readings."""

    name = "dianke.domain.readings"
    label = "readings"
