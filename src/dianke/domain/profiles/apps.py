"""Django app of profiles."""

from django.apps import AppConfig


class ProfilesConfig(AppConfig):
    """Tables of tag definitions, tags of customers and segments."""

    name = "dianke.domain.profiles"
    label = "profiles"
