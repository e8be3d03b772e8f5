"""Django app of channels."""

from django.apps import AppConfig


class ChannelsConfig(AppConfig):
    """Tables of the ways that money comes."""

    name = "dianke.domain.channels"
    label = "channels"
