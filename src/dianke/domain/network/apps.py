"""Django app of network."""

from django.apps import AppConfig


class NetworkConfig(AppConfig):
    """Tables of network."""

    name = "dianke.domain.network"
    label = "network"

    def ready(self) -> None:
        """Watch what a second person must look at."""
        from dianke.platform.audit.alarms import watch
        from dianke.platform.audit.types import AlarmKind

        watch("network.Transformer", ("capacity_kva",), AlarmKind.CAPACITY)
        watch("network.TransformerSpell", ("state",), AlarmKind.CAPACITY, per="transformer")
