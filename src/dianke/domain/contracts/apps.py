"""Django app of supply contracts."""

from django.apps import AppConfig


class ContractsConfig(AppConfig):
    """Tables of contracts, their versions, signatures and templates."""

    name = "dianke.domain.contracts"
    label = "contracts"
