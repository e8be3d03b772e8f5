"""Django app of the outbox."""

from django.apps import AppConfig


class OutboxConfig(AppConfig):
    """Messages out and the attempts to send them."""

    name = "dianke.platform.outbox"
    label = "outbox"
