"""Django app of preferences."""

from django.apps import AppConfig


class PreferencesConfig(AppConfig):
    """Views that people keep of lists, and the lists that they took out."""

    name = "dianke.platform.preferences"
    label = "preferences"
