"""Django app of watching."""

from django.apps import AppConfig


class WatchingConfig(AppConfig):
    """Tables of weekly watch lists and what became of their entries."""

    name = "dianke.domain.watching"
    label = "watching"
