"""Which proposals of tags a person may look at: those made of what their posts see."""

from typing import Any

from dianke.domain.profiles.queries import tags as queries
from dianke.domain.profiles.rules.catalogue import list_needed_rights, list_plain_facts
from dianke.domain.profiles.types import TagAct
from dianke.engine.tags.language import list_facts, read_condition
from dianke.platform.identity.types import Actor


def may_see_proposal(actor: Actor, row: Any) -> bool:
    """Tell whether a proposal speaks only of facts, or retires a tag, that the reader's posts see."""
    if row.act == TagAct.NEW.value:
        condition = read_condition(row.content["when"], facts=list_plain_facts())
        needed = list_needed_rights(list_facts(condition), tags={})
    else:
        needed = {one.right for one in queries.list_tags(actor=actor) if one.code == row.code}
    return all(actor.may(right) for right in needed)
