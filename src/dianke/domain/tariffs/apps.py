"""Django app of tariffs."""

from django.apps import AppConfig


class TariffsConfig(AppConfig):
    """Tables of tariffs."""

    name = "dianke.domain.tariffs"
    label = "tariffs"
