"""Django app of network."""

from django.apps import AppConfig


class NetworkConfig(AppConfig):
    """Tables of network."""

    name = "dianke.domain.network"
    label = "network"
