"""Values of the trail in words: codes, lists of codes, periods, and values of several parts."""

import json
from collections.abc import Callable, Mapping
from typing import Any

from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from dianke.application.rights import RIGHTS
from dianke.interfaces.web.administration.words import DEPARTMENTS, UNIT_KINDS
from dianke.interfaces.web.agreements import words as agreement_words
from dianke.interfaces.web.bank import fault_words as bank_fault_words
from dianke.interfaces.web.bank import words as bank_words
from dianke.interfaces.web.billing import back_billing_words, parameter_words, review_words
from dianke.interfaces.web.billing import words as billing_words
from dianke.interfaces.web.claims import words as claim_words
from dianke.interfaces.web.collection import words as collection_words
from dianke.interfaces.web.components.page import Text
from dianke.interfaces.web.components.states import state_label
from dianke.interfaces.web.corrections import words as correction_words
from dianke.interfaces.web.counter import words as counter_words  # noqa: F401 - it says what states of shifts are
from dianke.interfaces.web.credit import words as credit_words
from dianke.interfaces.web.customers import duplicate_words
from dianke.interfaces.web.customers import words as customer_words
from dianke.interfaces.web.fee_control import words as fee_control_words
from dianke.interfaces.web.finals import words as final_words
from dianke.interfaces.web.invoices import words as invoice_words
from dianke.interfaces.web.ledger import words as ledger_words
from dianke.interfaces.web.online import words as online_words
from dianke.interfaces.web.payments import payer_words
from dianke.interfaces.web.payments import words as payment_words
from dianke.interfaces.web.profiles import words as profile_words
from dianke.interfaces.web.quality import words as quality_words
from dianke.interfaces.web.readings import words as reading_words
from dianke.interfaces.web.risk import words as risk_words
from dianke.interfaces.web.tariffs import words as tariff_words
from dianke.interfaces.web.trail import care_words, contract_words, service_order_words
from dianke.interfaces.web.trail.field_words import FIELDS
from dianke.interfaces.web.valuation import words as valuation_words
from dianke.interfaces.web.watching import words as watching_words

# How the ends of a period and the entries of a list come from the history.
_BETWEEN = " → "
_COMMA = ", "
_YES_NO: dict[str, Text] = {"true": _("yes"), "false": _("no")}
_SHEET_KINDS: dict[str, Text] = {
    "AGENCY_PURCHASE_MONTHLY": pgettext_lazy("sheet", "Monthly agency purchase"),
    "RESIDENTIAL": pgettext_lazy("sheet", "Residential sales price"),
    "AGRICULTURAL": pgettext_lazy("sheet", "Agricultural sales price"),
    "PARTIAL": pgettext_lazy("sheet", "Single prices"),
}
# What is approved is in force on its days: the page of a version tells those apart, the trail cannot.
_VERSION_STATES: dict[str, Text] = {
    "PROPOSED": _("To be approved"),
    "ACTIVE": pgettext_lazy("version", "Approved"),
    "SUPERSEDED": pgettext_lazy("version", "Superseded"),
    "REJECTED": _("Rejected"),
    "WITHDRAWN": _("Withdrawn"),
}
_LAYOUTS: dict[str, Text] = {**bank_words.LAYOUTS, "XML": pgettext_lazy("layout", "XML file")}
VALUES: dict[str, Mapping[str, Text]] = {
    "usage_class": billing_words.USAGE_CLASSES,
    "structure": billing_words.STRUCTURES,
    "basic_mode": billing_words.BASIC_MODES,
    "loss_method": billing_words.LOSS_METHODS,
    "metering_side": billing_words.SIDES,
    "importance": customer_words.IMPORTANCES,
    "identity_kind": customer_words.IDENTITY_KINDS,
    "role": customer_words.ROLES,
}
VALUES_OF_TABLE: dict[tuple[str, str], Mapping[str, Text]] = {
    ("audits.qualityfinding", "rule"): quality_words.RULES,
    ("audits.qualityfinding", "subject_label"): quality_words.SUBJECTS,
    ("billing.accountterms", "allocation_order"): claim_words.ORDERS,
    ("billing.accountterms", "due_rule"): claim_words.DUE_RULES,
    ("billing.billcorrection", "cause"): correction_words.CAUSES,
    ("billing.billcorrection", "kind"): correction_words.KINDS,
    ("billing.billcorrection", "level"): correction_words.LEVELS,
    ("billing.billrun", "kind"): billing_words.RUN_KINDS,
    ("billing.billsuspicion", "code"): review_words.NAMES,
    ("billing.finalbilling", "kind"): final_words.KINDS,
    ("billing.billsuspicion", "severity"): review_words.SEVERITIES,
    ("billing.reviewparameter", "code"): review_words.NAMES,
    ("billing.reviewparameterproposal", "code"): review_words.NAMES,
    ("channels.bank", "layout"): _LAYOUTS,
    ("channels.acquirer", "kind"): online_words.KINDS,
    ("channels.paymentchange", "kind"): payment_words.CHANGES,
    ("channels.reconciliationday", "channel"): bank_words.DAYS,
    ("channels.reconciliationdifference", "kind"): bank_words.DIFFERENCES,
    ("channels.reconciliationdifference", "remedy"): bank_words.ASKED,
    ("channels.statemententry", "match_reason"): bank_words.REASONS,
    ("collection.badwriteoff", "kind"): collection_words.WRITE_OFF_KINDS,
    ("collection.badwriteoff", "level"): collection_words.LEVELS,
    ("credit.customerfact", "source"): credit_words.SOURCES,
    ("credit.customerfact", "type"): credit_words.FACTS,
    ("credit.gradedemand", "measure"): credit_words.MEASURES,
    ("collection.dunningpause", "kind"): collection_words.PAUSES,
    ("collection.dunningstep", "hold_reason"): collection_words.HOLDS,
    ("collection.dunningstep", "kind"): collection_words.KINDS,
    ("collection.dunningstep", "result"): collection_words.RESULTS,
    ("collection.riskmeasure", "kind"): risk_words.MEASURES,
    ("collection.riskmeasure", "thing_kind"): {one.value: text for one, text in risk_words.THINGS.items()},
    ("profiles.segment", "purpose"): profile_words.PURPOSES,
    ("profiles.tagproposal", "act"): profile_words.ACTS,
    ("valuation.weightversion", "basis"): valuation_words.BASES,
    ("valuation.weightversion", "policy_priced"): valuation_words.POLICY_PRICED,
    ("valuation.valueappeal", "class_then"): valuation_words.CLASSES,
    ("valuation.valueappeal", "asked_class"): valuation_words.CLASSES,
    ("collection.riskmeasure", "outcome"): risk_words.OUTCOMES,
    ("watching.watchentry", "action"): watching_words.ACTIONS,
    ("watching.watchentry", "list_code"): watching_words.LISTS,
    ("watching.watchentry", "result"): watching_words.RESULTS,
    **care_words.VALUES,
    **service_order_words.VALUES,
    **contract_words.VALUES,
    ("customers.consent", "channel"): customer_words.CHANNELS,
    ("customers.consent", "purpose"): customer_words.PURPOSES,
    ("customers.customer", "kind"): customer_words.KINDS,
    ("customers.customerequipment", "kind"): customer_words.EQUIPMENT_KINDS,
    ("customers.duplicatesuspicion", "decision"): duplicate_words.DECISIONS,
    ("customers.keychange", "field"): customer_words.KEY_FIELDS,
    ("customers.specialmark", "kind"): customer_words.MARKS,
    ("documents.document", "kind"): customer_words.DOCUMENT_KINDS,
    ("fee_control.controlagreement", "kind"): fee_control_words.AGREEMENT_KINDS,
    ("fee_control.controlexemption", "kind"): fee_control_words.EXEMPTION_KINDS,
    ("fee_control.supplyorder", "cause"): fee_control_words.CAUSES,
    ("fee_control.supplyorder", "kind"): fee_control_words.ORDER_KINDS,
    ("fee_control.supplyorder", "way"): fee_control_words.WAYS,
    ("identity.post", "department"): DEPARTMENTS,
    ("invoicing.invoiceprofile", "kind"): invoice_words.KINDS,
    ("invoicing.invoicerequest", "colour"): invoice_words.COLOURS,
    ("invoicing.invoicerequest", "kind"): invoice_words.KINDS,
    ("invoicing.invoicerequest", "origin"): invoice_words.ORIGINS,
    ("invoicing.invoicerequest", "red_reason"): invoice_words.RED_REASONS,
    ("org.unit", "kind"): UNIT_KINDS,
    ("receivables.accountingperiod", "kind"): ledger_words.PERIOD_KINDS,
    ("receivables.agreement", "after_break"): agreement_words.AFTER_BREAK,
    ("receivables.agreement", "late_fees"): agreement_words.MEANWHILE,
    ("receivables.agreement", "level"): agreement_words.LEVELS,
    ("receivables.guarantee", "asked_state"): agreement_words.CHANGES,
    ("receivables.guarantee", "kind"): agreement_words.GUARANTEE_KINDS,
    ("receivables.stagedterms", "basis"): agreement_words.BASES,
    ("receivables.claim", "kind"): claim_words.KINDS,
    ("receivables.claim", "level"): claim_words.LEVELS,
    ("receivables.ledgeraccount", "category"): ledger_words.CATEGORIES,
    ("receivables.payer", "spread"): payer_words.SPREADS,
    ("receivables.payerchange", "kind"): payer_words.KINDS,
    ("receivables.payerchange", "spread"): payer_words.SPREADS,
    ("readings.calendartemplate", "shift"): reading_words.SHIFTS,
    ("readings.calendartemplate", "step"): reading_words.STEPS,
    ("readings.plannedday", "step"): reading_words.STEPS,
    ("tariffs.tariffplan", "kind"): {kind.value: word for kind, word in tariff_words.KINDS.items()},
    ("tariffs.tariffversion", "sheet_kind"): _SHEET_KINDS,
    ("tariffs.tariffversion", "status"): _VERSION_STATES,
}
STATES_OF_TABLE: dict[tuple[str, str], str] = {
    ("audits.qualityfinding", "severity"): "finding_severity",
    ("audits.qualityfinding", "state"): "finding",
    ("billing.accountterms", "state"): "account_terms",
    ("billing.billcorrection", "state"): "correction",
    ("billing.billrun", "status"): "bill_run",
    ("billing.billsuspicion", "state"): "suspicion",
    ("billing.finalbilling", "state"): "final_billing",
    ("billing.reviewparameterproposal", "state"): "review_proposal",
    ("channels.acquirerkey", "state"): "online.key",
    ("channels.answerfile", "state"): "bank.answer",
    ("channels.collectionfile", "state"): "online.file",
    ("channels.paymentorder", "state"): "online.order",
    ("channels.paymentchange", "state"): "payment.change",
    ("channels.reconciliationday", "state"): "bank.day",
    ("channels.reconciliationdifference", "state"): "bank.difference",
    ("channels.matchundo", "state"): "payment.change",
    ("channels.matchundo", "was_state"): "bank.entry",
    ("channels.shift", "state"): "counter.shift",
    ("channels.statemententry", "state"): "bank.entry",
    ("channels.withholdingbatch", "state"): "bank.batch",
    ("collection.badwriteoff", "state"): "collection.write_off",
    ("credit.customerfact", "state"): "credit.fact",
    ("credit.gradedemand", "state"): "credit.demand",
    ("credit.gradenotice", "state"): "credit.notice",
    ("credit.measuretable", "state"): "credit.measures",
    ("credit.objection", "state"): "credit.objection",
    ("collection.dunningstep", "state"): "collection.step",
    ("collection.paymentpromise", "state"): "collection.promise",
    ("profiles.tagproposal", "state"): "profiles.tag",
    ("collection.riskmeasure", "state"): "collection.risk_measure",
    ("watching.watchentry", "level"): "watching.level",
    ("watching.watchentry", "state"): "watching.entry",
    ("watching.watchthresholds", "state"): "watching.thresholds",
    ("valuation.weightversion", "state"): "valuation.version",
    ("valuation.servicetableversion", "state"): "valuation.version",
    ("valuation.valueappeal", "state"): "valuation.appeal",
    **care_words.STATES,
    **service_order_words.STATES,
    **contract_words.STATES,
    ("customers.customeraccount", "status"): "account",
    ("customers.customerequipment", "condition"): "equipment",
    ("customers.keychange", "state"): "key_change",
    ("fee_control.controlagreement", "state"): "fee_control.proposal",
    ("fee_control.controlexemption", "state"): "fee_control.proposal",
    ("fee_control.supplyorder", "state"): "fee_control.order",
    ("invoicing.invoicedelivery", "state"): "invoice",
    ("invoicing.invoicerequest", "state"): "invoice_request",
    ("metering.usagepoint", "status"): "usage_point",
    ("network.transformerspell", "state"): "transformer",
    ("receivables.accountingperiod", "state"): "ledger.period",
    ("receivables.agreement", "state"): "agreement",
    ("receivables.claim", "state"): "claim",
    ("receivables.guarantee", "state"): "guarantee",
    ("receivables.payerchange", "state"): "payment.change",
    ("receivables.stagedterms", "state"): "staged_terms",
    ("receivables.ledgeraccount", "state"): "ledger.account",
    ("receivables.periodreopening", "state"): "ledger.reopening",
}


def _name_right(code: str) -> Text:
    return _now(RIGHTS.get(code, code))


def _name_in(words: dict[str, Text]) -> Callable[[str], Text]:
    return lambda code: words.get(code, code)


_LISTS: dict[tuple[str, str], Callable[[str], Text]] = {
    ("api_access.apitoken", "scopes"): _name_right,
    ("customers.duplicatesuspicion", "reasons"): _name_in(duplicate_words.LIKENESSES),
    ("identity.post", "rights"): _name_right,
    ("metering.meterasset", "registers"): _name_in(billing_words.FIELDS),
    ("tariffs.tariffplan", "usage_classes"): _name_in(billing_words.USAGE_CLASSES),
}


def _write_part(name: str, value: Any) -> tuple[Text, Any]:
    label = billing_words.FIELDS.get(name) or billing_words.PERIODS.get(name) or FIELDS.get(name, name)
    return label, value


def _write_parameter(name: str, value: Any) -> tuple[Text, Any]:
    return parameter_words.name_value(name), parameter_words.write_value(name, value)


def _write_case(name: str, value: Any) -> tuple[Text, Any]:
    return back_billing_words.FIELDS.get(name, name), value


def _write_exclusion(name: str, value: Any) -> tuple[Text, Any]:
    return bank_words.EXCLUSIONS.get(name, name), value


_PARTS: dict[tuple[str, str], Callable[[str, Any], tuple[Text, Any]]] = {
    ("billing.billcorrection", "case"): _write_case,
    ("channels.withholdingbatch", "exclusions"): _write_exclusion,
    ("billing.reviewparameter", "values"): _write_parameter,
    ("billing.reviewparameterproposal", "values"): _write_parameter,
}


def _write_proposal(entry: dict[str, Any]) -> str:
    return f"{entry['target']} {bank_words.REASONS.get(entry['reason'], entry['reason'])}"


def _write_fault(entry: dict[str, Any]) -> str:
    return str(bank_fault_words.describe_fault(entry)["text"])


# What is a list of things of several parts.
_ENTRIES: dict[tuple[str, str], Callable[[dict[str, Any]], str]] = {
    ("channels.answerfile", "file_faults"): _write_fault,
    ("channels.collectionfile", "file_faults"): _write_fault,
    ("channels.statemententry", "proposals"): _write_proposal,
}


def write_value(model_label: str, name: str, value: str) -> Text:
    """Return the value of a field of a table in words; what has none stays as it is."""
    place = (model_label, name)
    if place in STATES_OF_TABLE:
        return state_label(STATES_OF_TABLE[place], value)
    if place in _LISTS:
        return _now(", ").join(str(_LISTS[place](code)) for code in value.split(_COMMA))
    if place in _ENTRIES:
        return _now(", ").join(map(_ENTRIES[place], json.loads(f"[{value}]")))
    if _BETWEEN in value:
        return _write_period(value)
    if value.startswith("{"):
        return _write_parts(value, _PARTS.get(place, _write_part))
    words = VALUES_OF_TABLE.get(place) or VALUES.get(name) or _YES_NO
    return words.get(value, value)


def _write_period(value: str) -> str:
    """Return a period without the arrow that stands between before and after."""
    start, _arrow, end = value.partition(_BETWEEN)
    if not end:
        return _now("from %(start)s") % {"start": start}
    return _now("%(start)s to %(end)s") % {"start": start, "end": end}


def _write_parts(value: str, write: Callable[[str, Any], tuple[Text, Any]]) -> str:
    """Return a value of several parts, as the readings of a meter, part by part."""
    try:
        parts = json.loads(value)
    except ValueError:
        return value
    return _now(", ").join(f"{label} {part}" for label, part in (write(*one) for one in parts.items()))
