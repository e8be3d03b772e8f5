"""Whether the reader may see a masked value whole."""

from typing import Any

from django import template

from dianke.application.protection import registry
from dianke.interfaces.web.requests import actor_of

register = template.Library()


@register.simple_tag(takes_context=True)
def may_unmask(context: dict[str, Any], kind: str) -> bool:
    """Tell whether the reader holds the right that a kind of personal data asks for."""
    request = context.get("request")
    actor = actor_of(request) if request else None
    return actor is not None and actor.may(registry.get_kind(kind).right)
