"""Prove the books."""

from dianke.domain.receivables.queries import proof
from dianke.domain.receivables.types import Finding
from dianke.platform.audit.use_case import use_case
from dianke.platform.identity.types import Actor


@use_case(right="ledger.view")
def check_books(*, actor: Actor) -> list[Finding]:
    """Return what each proof of the books found."""
    return proof.prove_books()
