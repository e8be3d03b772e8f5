"""The trail: looking changes up, the second look at sensitive ones, closing its days and proving them."""

from dianke.application.trail.decide_alarms import decide_alarm
from dianke.application.trail.prove import chain_trail, prove_trail

__all__ = ["chain_trail", "decide_alarm", "prove_trail"]
