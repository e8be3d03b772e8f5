"""Prove the books."""

from dianke.domain.channels.queries.proof import prove_channels
from dianke.domain.collection.queries.write_off_proof import prove_decided_write_offs
from dianke.domain.receivables.queries import proof
from dianke.domain.receivables.types import Finding
from dianke.platform.audit.use_case import use_case
from dianke.platform.identity.types import Actor


@use_case(right="ledger.view")
def check_books(*, actor: Actor) -> list[Finding]:
    """Return what each proof of the books found."""
    return [*proof.prove_books(), *prove_channels(), prove_decided_write_offs()]
