"""What stands at the head of a bill that ends an account's days with somebody, or begins them."""

from django.urls import reverse
from django.utils.translation import gettext as _

from dianke.domain.billing.rules.documents.structured_bill import Occasion, OccasionCode
from dianke.interfaces.web.billing.correction_bands import Band
from dianke.interfaces.web.components import formats


def draw(occasion: Occasion | None) -> list[Band]:
    """Return the band of a closing or hand-over with the way to its order; nothing for every other bill."""
    if occasion is None:
        return []
    text = _name(occasion.code) % {"day": formats.day(occasion.day)}
    return [Band(text=text, order=occasion.order, order_url=reverse("web:final", args=[occasion.order_id]))]


def _name(code: OccasionCode) -> str:
    if code is OccasionCode.CLOSING:
        return _("Final bill: the account is closed on %(day)s and billed up to the day before:")
    if code is OccasionCode.HANDOVER:
        return _("Final bill: the account is handed over on %(day)s and billed up to the day before:")
    return _("First bill after the hand-over of %(day)s, billed from that day on:")
