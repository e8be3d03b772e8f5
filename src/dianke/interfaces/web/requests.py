"""What our middleware adds to a request."""

from ipaddress import ip_address
from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme

from dianke.platform.identity.models import Staff
from dianke.platform.identity.types import Actor


class StaffRequest(HttpRequest):
    """The request of a person who has logged in, as every view of a page receives it."""

    actor: Actor
    person: Staff
    request_id: str
    htmx: Any


def actor_of(request: HttpRequest) -> Actor | None:
    """Return who acts, or None before the log-in and on pages of errors that came before the session."""
    return getattr(request, "actor", None)


def safe_address(request: HttpRequest, address: str) -> str:
    """Return an address to go on to, or the home when it leads out of the site."""
    safe = url_has_allowed_host_and_scheme(
        address, allowed_hosts={request.get_host()}, require_https=request.is_secure()
    )
    return address if safe else reverse("web:home")


def address_of(request: HttpRequest) -> str:
    """
    Return where a request comes from.

    Behind the proxy that ends TLS every connection is the proxy's own, so the last address it wrote is taken; what
    stands before it came from outside and may be invented.
    """
    direct = str(request.META.get("REMOTE_ADDR", ""))
    if settings.SECURE_PROXY_SSL_HEADER is None:
        return direct
    told = request.headers.get("X-Forwarded-For", "").rpartition(",")[2].strip()
    try:
        return str(ip_address(told))
    except ValueError:
        return direct
