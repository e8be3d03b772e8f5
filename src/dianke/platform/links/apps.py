"""Django app of secret links."""

from django.apps import AppConfig


class LinksConfig(AppConfig):
    """Ways to one thing each, by a secret in the address."""

    name = "dianke.platform.links"
    label = "links"
