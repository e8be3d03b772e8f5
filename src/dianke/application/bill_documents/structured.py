"""Issued bills as data, masked for who may not see the archive, with their messages."""

from collections.abc import Iterator, Sequence
from dataclasses import asdict
from typing import Any

from django.conf import settings

from dianke.domain.billing.models import Bill
from dianke.domain.billing.queries import bills as bill_queries
from dianke.domain.billing.queries.documents import open_bills
from dianke.domain.billing.rules.documents import messages
from dianke.domain.billing.rules.documents.structured_bill import (
    BillFacts,
    BillKind,
    Occasion,
    Relation,
    write_head,
    write_structured_bill,
)
from dianke.domain.billing.rules.documents.words import LANGUAGES, BillWords
from dianke.kernel.clock import to_shanghai
from dianke.kernel.errors import DomainError
from dianke.kernel.masks import mask_address, mask_name
from dianke.platform.audit.use_case import PermissionRefused
from dianke.platform.identity.types import Actor

VIEW = "billing.view"
# Whoever may not look into the archive reads no name and no address in a bill either.
SEE_WHOLE = "archive.view"
TEMPLATES_FILE = "message-templates.toml"


class LanguageUnknown(DomainError):
    """Bills are not written in this language."""

    code = "billing.language_unknown"
    message = "bills are written in zh-Hans and en, not in {language}"


def get_structured_bill(*, actor: Actor, number: str, language: str = LANGUAGES[0]) -> dict[str, Any]:
    """
    Return an issued bill of a printed number or key as data (data/bill.schema.json).

    :raises PermissionRefused: if the actor may not see bills
    :raises BillNotFound: if there is none within the actor's reach
    """
    if not actor.may(VIEW):
        raise PermissionRefused(field="actor", login=actor.login, right=VIEW)
    actor = actor.within(VIEW)
    bill = bill_queries.get_bill_by_number(actor=actor, number=number)
    return next(write_structured_bills(actor=actor, bills=[bill], language=language))


def write_structured_bills(
    *, actor: Actor, bills: Sequence[Bill], language: str = LANGUAGES[0]
) -> Iterator[dict[str, Any]]:
    """
    Yield bills that the actor may see as data, in the order given; bills of one shard in a row are read together.

    :raises LanguageUnknown: if the product has no words of the language
    """
    if language not in LANGUAGES:
        raise LanguageUnknown(field="language", language=language)
    words, templates = BillWords(language), list_templates()
    for opened in open_bills(actor=actor, bills=bills):
        facts = _write_facts(actor, opened.bill, opened.kind, opened.relations, opened.occasion)
        written = write_structured_bill(facts=facts, basis=opened.basis, explanation=opened.explanation, words=words)
        yield {**written, "messages": [asdict(one) for one in _write_messages(written, facts, templates)]}


def list_messages(
    *, actor: Actor, bill: Bill, kind: BillKind, relations: tuple[Relation, ...], occasion: Occasion | None
) -> list[messages.Message]:
    """Return the messages of a bill that the actor may see, in every language, without opening it."""
    facts = _write_facts(actor, bill, kind, relations, occasion)
    return _write_messages(write_head(facts, words=BillWords(LANGUAGES[0])), facts, list_templates())


def mask_for(actor: Actor, bill: Bill) -> tuple[str, str]:
    """Return name and address of a bill as the actor may read them."""
    if actor.may(SEE_WHOLE, bill.unit.path):
        return bill.customer_name, bill.address
    return mask_name(bill.customer_name), mask_address(bill.address)


def list_templates() -> list[messages.Template]:
    """Return the templates of messages: those of the house, then the utility's own of the data directory."""
    path = settings.DATA_DIR / TEMPLATES_FILE
    own = messages.read_templates(path.read_text("utf-8")) if path.is_file() else []
    return [*messages.list_house_templates(), *own]


def _write_messages(
    written: dict[str, Any], facts: BillFacts, templates: Sequence[messages.Template]
) -> list[messages.Message]:
    return messages.write_messages(written, templates=templates, on=to_shanghai(facts.issued_at).date())


def _write_facts(
    actor: Actor, bill: Bill, kind: BillKind, relations: tuple[Relation, ...], occasion: Occasion | None
) -> BillFacts:
    customer_name, address = mask_for(actor, bill)
    return BillFacts(
        number=bill.number,
        kind=kind,
        issued_at=to_shanghai(bill.issued_at),
        month=bill.month,
        period_start=bill.period_start,
        period_end=bill.period_end,
        account_number=bill.account_number,
        customer_name=customer_name,
        address=address,
        usage_class=bill.usage_class,
        unit_code=bill.unit.code,
        unit_name=bill.unit.name,
        energy_kwh_e2=bill.energy_kwh_e2,
        amount_fen=bill.amount_fen,
        relations=relations,
        occasion=occasion,
        due_date=bill.due_date,
    )
