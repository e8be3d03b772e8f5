"""Django app of identity."""

from django.apps import AppConfig


class IdentityConfig(AppConfig):
    """Staff, posts, rights."""

    name = "dianke.platform.identity"
    label = "identity"
