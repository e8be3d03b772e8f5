"""Django app of programs' access."""

from django.apps import AppConfig


class ApiAccessConfig(AppConfig):
    """Tokens of programs and the answers kept under idempotency keys."""

    name = "dianke.platform.api_access"
    label = "api_access"
