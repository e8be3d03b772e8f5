"""
The tax platform as invoices see it.

An invoice is known there by our number, so that handing it in again gives the same invoice and asks what became of it.
A platform that is connected is a class with this one method; which one is in use, `get_platform` decides.
"""

from collections.abc import Mapping
from typing import Any, Protocol

from django.conf import settings

from dianke.application.invoices.simulated import SimulatedTaxPlatform
from dianke.domain.invoicing.types import PlatformAnswer


class TaxPlatform(Protocol):
    """What takes invoices (税务数字账户, 乐企)."""

    def submit(self, document: Mapping[str, Any]) -> PlatformAnswer:
        """Hand an invoice in, or again, and return what became of it, which may be nothing yet."""
        ...


def get_platform() -> TaxPlatform | None:
    """Return the tax platform that invoices go to, or None where none is connected: they wait."""
    if settings.SIMULATED_TAX_PLATFORM:
        return SimulatedTaxPlatform(settings.DATA_DIR / "simulated-tax-platform")
    return None
