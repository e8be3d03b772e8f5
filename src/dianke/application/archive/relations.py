"""How customers stand to one another: entered and ended at the counter."""

from datetime import date, datetime

from dianke.application.archive.entry import ENTER
from dianke.application.archive.narrowing import narrow
from dianke.domain.customers import operations
from dianke.domain.customers.models import CustomerRelation
from dianke.domain.customers.queries.relations import get_relation
from dianke.domain.customers.types import NewRelation
from dianke.platform.audit.use_case import use_case
from dianke.platform.identity.types import Actor


@use_case(right=ENTER)
def add_relation(*, actor: Actor, relation: NewRelation, at: datetime) -> CustomerRelation:
    """Enter how two customers stand to one another."""
    return operations.add_relation(actor=narrow(actor, ENTER), relation=relation, at=at)


@use_case(right=ENTER)
def end_relation(*, actor: Actor, key: int, on: date) -> CustomerRelation:
    """Let a relation hold until a day."""
    own = narrow(actor, ENTER)
    return operations.end_relation(actor=own, relation=get_relation(actor=own, key=key), on=on)
