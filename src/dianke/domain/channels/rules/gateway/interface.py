"""
What a gateway must be able to do for us, and which of them this product knows.

A real gateway is a class that keeps to `Gateway`, a member of `AcquirerKind` and a line in `GATEWAYS`.
"""

from collections.abc import Mapping
from typing import Protocol

from dianke.domain.channels.rules.bank_files.types import BankFile, CollectionLine
from dianke.domain.channels.rules.gateway.plain import PlainGateway
from dianke.domain.channels.rules.gateway.types import AcquirerKind, Notice, OrderTerms, SignedCall


class Gateway(Protocol):
    """A gateway as its interface describes it: no network, no database, no clock."""

    def make_order_address(self, terms: OrderTerms, *, page: str, private_pem: str, key_id: str) -> str:
        """Return the address at which a payer pays an order, signed by us."""
        ...

    def find_call(self, *, headers: Mapping[str, str], body: bytes) -> SignedCall:
        """Return what of a request is signed, by which key; headers by lower-case name."""
        ...

    def read_call_back(self, call: SignedCall) -> Notice:
        """
        Return what a call-back whose signature is right tells.

        :raises CallBackUnreadable: if it cannot be read
        """
        ...

    def read_daily_file(self, content: bytes) -> BankFile[CollectionLine]:
        """Return the file of a day as it came, with everything that is wrong with it."""
        ...


GATEWAYS: Mapping[AcquirerKind, Gateway] = {AcquirerKind.SIMULATED: PlainGateway()}


def find_gateway(kind: AcquirerKind) -> Gateway | None:
    """Return how a gateway is spoken to; None for an agent, which sends files only."""
    return GATEWAYS.get(kind)
