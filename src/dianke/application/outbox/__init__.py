"""Messages out: send what is due, take reports of delivery, hold and release."""

from dianke.application.outbox.deciding import hold_message, release_message
from dianke.application.outbox.sending import Sent, send_due

VIEW, HOLD = "outbox.view", "outbox.hold"

__all__ = ["HOLD", "VIEW", "Sent", "hold_message", "release_message", "send_due"]
