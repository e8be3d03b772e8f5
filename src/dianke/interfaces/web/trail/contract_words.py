"""What supply contracts are called in the trail."""

from collections.abc import Mapping

from django.utils.translation import pgettext_lazy

from dianke.interfaces.web.components.page import Text
from dianke.interfaces.web.contracts import words

ACTS: dict[str, Text] = {
    "contracts.orders.approve_contract": pgettext_lazy("act", "approve a supply contract"),
    "contracts.orders.change_contract": pgettext_lazy("act", "change the draft of a supply contract"),
    "contracts.orders.draft_contract": pgettext_lazy("act", "draft a supply contract"),
    "contracts.orders.end_contract": pgettext_lazy("act", "end a supply contract"),
    "contracts.orders.file_contract": pgettext_lazy("act", "file a supply contract"),
    "contracts.orders.propose_contract": pgettext_lazy("act", "propose a supply contract"),
    "contracts.orders.refuse_contract": pgettext_lazy("act", "refuse a supply contract"),
    "contracts.orders.renew_contract": pgettext_lazy("act", "renew a supply contract"),
    "contracts.orders.withdraw_contract": pgettext_lazy("act", "give a draft of a supply contract up"),
    "contracts.papers.write_contract": pgettext_lazy("act", "print a supply contract"),
    "contracts.signing.open_signed_copy": pgettext_lazy("act", "look at the signed copy of a supply contract"),
    "contracts.signing.prove_signatures": pgettext_lazy("act", "prove the signatures of a supply contract"),
    "contracts.signing.sign_on_paper": pgettext_lazy("act", "record that a supply contract was signed on paper"),
    "contracts.signing.sign_with_key": pgettext_lazy("act", "sign a supply contract electronically"),
    "contracts.templates.approve_template": pgettext_lazy("act", "approve a template of contracts"),
    "contracts.templates.propose_template": pgettext_lazy("act", "propose a template of contracts"),
    "contracts.templates.refuse_template": pgettext_lazy("act", "refuse a template of contracts"),
}

THINGS: dict[str, Text] = {
    "contracts.contract": pgettext_lazy("thing", "Supply contract"),
    "contracts.contractversion": pgettext_lazy("thing", "Version of a supply contract"),
    "contracts.contracttemplate": pgettext_lazy("thing", "Template of supply contracts"),
}

FIELDS: dict[str, Text] = {
    "clauses": pgettext_lazy("field", "Clauses"),
    "content_hash": pgettext_lazy("field", "Hash of the words"),
    "drafted_at": pgettext_lazy("field", "Drafted at"),
    "drafted_by": pgettext_lazy("field", "Drafted by"),
    "end_reason": pgettext_lazy("field", "Reason of the end"),
    "ended_by": pgettext_lazy("field", "Ended by"),
    "file_place": pgettext_lazy("field", "Where it lies"),
    "filed_at": pgettext_lazy("field", "Filed at"),
    "filed_by": pgettext_lazy("field", "Filed by"),
    "notice_days": pgettext_lazy("field", "Days of notice"),
    "parameters": pgettext_lazy("field", "Parameters"),
    "signed_at": pgettext_lazy("field", "Signed at"),
    "template": pgettext_lazy("field", "Template"),
}

VALUES: dict[tuple[str, str], Mapping[str, Text]] = {
    ("contracts.contract", "kind"): words.KINDS,
    ("contracts.contractversion", "kind"): words.KINDS,
    ("contracts.contracttemplate", "kind"): words.KINDS,
}
STATES: dict[tuple[str, str], str] = {
    ("contracts.contractversion", "state"): "contracts.version",
    ("contracts.contracttemplate", "state"): "contracts.template",
}
