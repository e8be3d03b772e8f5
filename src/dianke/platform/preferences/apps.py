"""Django app of preferences."""

from django.apps import AppConfig


class PreferencesConfig(AppConfig):
    """What people set for themselves."""

    name = "dianke.platform.preferences"
    label = "preferences"
