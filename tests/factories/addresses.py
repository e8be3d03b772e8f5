"""Every address of the product, and what to write for its parts at a unit."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from django.apps import apps
from django.urls import URLPattern, get_resolver
from tests.factories.rows import RowFactory

_PART = re.compile(r"<(?:\w+:)?(\w+)>")


@dataclass(frozen=True)
class Address:
    """One address: its name, its route and the view behind it."""

    name: str
    route: str
    view: Any

    @property
    def parts(self) -> list[str]:
        """Return the names of its parts."""
        return _PART.findall(self.route)

    def mark(self, name: str) -> Any:
        """Return what a decorator wrote on the view."""
        return getattr(self.view, name, None)


# Which row a part of an address names: (pattern of the route, part) -> (table, column). The first that fits counts.
# An address whose part no line names fails the matrix by its name: add the line.
_ROWS: tuple[tuple[str, str, str, str], ...] = (
    (r"customers/accounts/", "number", "customers.CustomerAccount", "number"),
    (r"customers/by-number/", "customer_number", "customers.Customer", "number"),
    (r"archive/accounts/", "number", "customers.CustomerAccount", "number"),
    (r"archive/(customers|merge)/", "number|other", "customers.Customer", "number"),
    (r"archive/places/", "code", "customers.ServiceLocation", "code"),
    (r"archive/contacts/", "key", "customers.Contact", "pk"),
    (r"archive/consents/", "key", "customers.Consent", "pk"),
    (r"archive/marks/", "key", "customers.SpecialMark", "pk"),
    (r"archive/relations/", "key", "customers.CustomerRelation", "pk"),
    (r"care/customers/", "number", "customers.Customer", "number"),
    (r"care/visits/", "key", "customers.Visit", "pk"),
    (r"care/managers/", "key", "customers.AccountManagement", "pk"),
    (r"care/hand-overs/", "key", "customers.ManagerHandOver", "pk"),
    (r"archive/equipment/", "key", "customers.CustomerEquipment", "pk"),
    (r"archive/documents/", "key", "customers.CustomerDocument", "document_id"),
    (r"archive/key-changes/", "key", "customers.KeyChange", "pk"),
    (r"archive/duplicates/", "key", "customers.DuplicateSuspicion", "pk"),
    (r"archive/merges/", "key", "customers.CustomerMerge", "pk"),
    (r"billing/runs/", "number", "billing.BillRun", "number"),
    (r"billing/runs/", "suspicion_id", "billing.BillSuspicion", "pk"),
    (r"billing/runs/", "key", "billing.RunWork", "pk"),
    (r"service-orders/(?:new|propose)/", "number", "customers.CustomerAccount", "number"),
    (r"service-orders/firms/", "key", "service_orders.ListedFirm", "pk"),
    (r"service-orders/", "number", "service_orders.ServiceOrder", "number"),
    (r"service-orders/", "code", "service_orders.OrderPaper", "code"),
    (r"my/orders/", "secret", "links.SecretLink", "secret_hash"),
    (r"my/orders/", "code", "service_orders.OrderPaper", "code"),
    (r"billing/finals/new/", "number", "customers.CustomerAccount", "number"),
    (r"billing/finals/", "key", "billing.FinalBilling", "pk"),
    (r"api/v1/final-bills/", "number", "billing.FinalBilling", "pk"),
    (r"billing/corrections/new/", "bill_id", "billing.Bill", "pk"),
    (r"billing/corrections/reversal/", "bill_id", "billing.Bill", "pk"),
    (r"billing/corrections/back-billing/", "bill_id", "billing.Bill", "pk"),
    (r"billing/corrections/evidence/", "evidence_id", "billing.CorrectionEvidence", "pk"),
    (r"billing/corrections/", "key", "billing.BillCorrection", "pk"),
    (r"billing/review/parameters/proposals/", "key", "billing.ReviewParameterProposal", "pk"),
    (r"billing/statements/", "key", "billing.GroupStatement", "pk"),
    (r"billing/bills/", "bill_id", "billing.Bill", "pk"),
    (r"billing/trials/", "number", "billing.BillTrial", "number"),
    (r"billing/drafts/", "bill_id", "billing.BillDraft", "pk"),
    (r"counter/shifts/", "number", "channels.Shift", "number"),
    (r"payments/payers/changes/", "key", "receivables.PayerChange", "pk"),
    (r"payments/payers/", "number", "receivables.Payer", "number"),
    (r"payments/", "number", "receivables.Payment", "number"),
    (r"payments/", "key", "channels.PaymentChange", "pk"),
    (r"bank/withholding/answers/", "key", "channels.AnswerFile", "pk"),
    (r"bank/withholding/", "number", "channels.WithholdingBatch", "number"),
    (r"bank/mandates/", "number", "channels.Mandate", "number"),
    (r"bank/statements/undo/", "key", "channels.MatchUndo", "pk"),
    (r"bank/statements/", "key", "channels.StatementEntry", "pk"),
    (r"bank/reconciliation/differences/", "key", "channels.ReconciliationDifference", "pk"),
    (r"bank/reconciliation/", "key", "channels.ReconciliationDay", "pk"),
    (r"api/v1/contracts/", "key", "contracts.ContractVersion", "pk"),
    (r"contracts/new/", "number", "customers.CustomerAccount", "number"),
    (r"contracts/customers/", "number", "customers.Customer", "number"),
    (r"contracts/templates/", "key", "contracts.ContractTemplate", "pk"),
    (r"contracts/templates/", "kind", "contracts.ContractTemplate", "kind"),
    (r"contracts/", "key", "contracts.ContractVersion", "pk"),
    (r"agreements/(new|guarantees/new)/", "number", "customers.CustomerAccount", "number"),
    (r"agreements/stages/(decide|withdraw)/", "key", "receivables.StagedTerms", "pk"),
    (r"agreements/stages/", "number", "customers.CustomerAccount", "number"),
    (r"agreements/guarantees/papers/", "key", "receivables.GuaranteePaper", "pk"),
    (r"agreements/guarantees/", "key", "receivables.Guarantee", "pk"),
    (r"agreements/", "key", "receivables.Agreement", "pk"),
    (r"bank/acquirers/", "code", "channels.Acquirer", "code"),
    (r"bank/acquirer-keys/", "key", "channels.AcquirerKey", "pk"),
    (r"bank/orders/", "number", "channels.PaymentOrder", "number"),
    (r"bank/call-backs/", "key", "channels.CallBack", "pk"),
    (r"bank/collections/", "key", "channels.CollectionFile", "pk"),
    (r"claims/(accounts|terms)/", "number", "customers.CustomerAccount", "number"),
    (r"claims/terms/", "terms_id", "billing.AccountTerms", "pk"),
    (r"claims/", "claim_id", "receivables.Claim", "pk"),
    (r"invoices/requests/", "key", "invoicing.InvoiceRequest", "pk"),
    (r"invoices/bills/", "bill_id", "billing.Bill", "pk"),
    (r"invoices/runs/", "number", "billing.BillRun", "number"),
    (r"invoices/customers/", "customer_number", "customers.Customer", "number"),
    (r"invoices/sellers/", "code", "org.Unit", "code"),
    (r"invoices/by-number/", "number", "invoicing.InvoiceDelivery", "number"),
    (r"ledger/vouchers/", "number", "receivables.Voucher", "number"),
    (r"ledger/closing/reopen/", "key", "receivables.PeriodReopening", "pk"),
    (r"ledger/accounts/", "code", "receivables.LedgerAccount", "code"),
    (r"messages/", "key", "outbox.Message", "pk"),
    (r"credit/customers/", "number", "customers.Customer", "number"),
    (r"credit/facts/", "key", "credit.CustomerFact", "pk"),
    (r"credit/notices/", "key", "credit.GradeNotice", "pk"),
    (r"credit/measures/", "key", "credit.GradeDemand", "pk"),
    (r"credit/objections/", "key", "credit.Objection", "pk"),
    (r"collection/risk/accounts/", "number", "customers.CustomerAccount", "number"),
    (r"collection/risk/measures/", "key", "collection.RiskMeasure", "pk"),
    (r"profiles/tags/proposals/", "proposal_id", "profiles.TagProposal", "pk"),
    (r"profiles/tags/", "code", "profiles.TagProposal", "code"),
    (r"profiles/segments/", "segment_id", "profiles.Segment", "pk"),
    (r"watching/entries/", "key", "watching.WatchEntry", "pk"),
    (r"watching/thresholds/", "key", "watching.WatchThresholds", "pk"),
    (r"load-shapes/accounts/", "number", "customers.CustomerAccount", "number"),
    (r"value/weights/", "code", "valuation.WeightVersion", "code"),
    (r"value/service/", "code", "valuation.ServiceTableVersion", "code"),
    (r"value/appeals/", "key", "valuation.ValueAppeal", "pk"),
    (r"value/customers/", "customer_number", "customers.Customer", "number"),
    (r"fee-control/accounts/", "number", "customers.CustomerAccount", "number"),
    (r"fee-control/orders/", "key", "fee_control.SupplyOrder", "pk"),
    (r"fee-control/agreements/new/", "number", "customers.CustomerAccount", "number"),
    (r"fee-control/agreements/", "key", "fee_control.ControlAgreement", "pk"),
    (r"fee-control/exemptions/new/", "number", "customers.CustomerAccount", "number"),
    (r"fee-control/exemptions/", "key", "fee_control.ControlExemption", "pk"),
    (r"collection/steps/", "key", "collection.DunningStep", "pk"),
    (r"collection/pauses/", "key", "collection.DunningPause", "pk"),
    (r"collection/responsibility/", "key", "collection.Responsibility", "pk"),
    (r"collection/write-offs/evidence/", "key", "collection.BadWriteOffEvidence", "pk"),
    (r"collection/write-offs/new/", "number", "customers.CustomerAccount", "number"),
    (r"collection/write-offs/", "key", "collection.BadWriteOff", "pk"),
    (r"collection/accounts/", "number", "customers.CustomerAccount", "number"),
    (r"readings/calendar/cycles/", "code", "readings.ReadingCycle", "code"),
    (r"readings/calendar/days/", "day_id", "readings.PlannedDay", "pk"),
    (r"tariffs/plans/", "code", "tariffs.TariffPlan", "code"),
    (r"tariffs/versions/", "version_id", "tariffs.TariffVersion", "pk"),
    (r"quality/", "finding_id", "audits.QualityFinding", "pk"),
    (r"administration/staff/", "login", "identity.Staff", "login"),
    (r"administration/staff/", "assignment_id", "identity.PostAssignment", "pk"),
    (r"administration/staff/", "deputyship_id", "identity.Deputyship", "pk"),
    (r"administration/posts/", "code", "identity.Post", "code"),
    (r"administration/units/", "code", "org.Unit", "code"),
    (r"administration/tokens/", "token_id", "api_access.ApiToken", "pk"),
    (r"imports/", "batch_id", "import_batches.ImportBatch", "pk"),
    (r"protection/person/", "number", "customers.Customer", "number"),
    (r"trail/accounts/", "number", "customers.CustomerAccount", "number"),
    (r"trail/customers/", "customer_number", "customers.Customer", "number"),
    (r"trail/alarms/", "alarm_id", "audit.ChangeAlarm", "pk"),
    (r"trail/changes/", "event_id", "customers.CustomerScopedevent", "pgh_id"),
    (r"api/v1/customers/", "number", "customers.Customer", "number"),
    (r"api/v1/accounts/", "number", "customers.CustomerAccount", "number"),
    (r"api/v1/places/", "code", "customers.ServiceLocation", "code"),
    (r"api/v1/usage-points/", "code", "metering.UsagePoint", "code"),
    (r"api/v1/meters/", "asset_number", "metering.MeterAsset", "asset_number"),
    (r"api/v1/bill-runs/", "number", "billing.BillRun", "number"),
    (r"api/v1/bills/", "number", "billing.Bill", "pk"),
    (r"api/v1/combined-statements/", "number", "billing.GroupStatement", "pk"),
    (r"api/v1/trials/", "number", "billing.BillTrial", "number"),
    (r"api/v1/payment-orders/", "number", "channels.PaymentOrder", "number"),
    (r"api/v1/service-orders/", "number", "service_orders.ServiceOrder", "number"),
    (r"api/v1/watch-entries/", "entry_id", "watching.WatchEntry", "pk"),
    (r"api/v1/credit-objections/", "objection_id", "credit.Objection", "pk"),
    (r"api/v1/tags/", "code", "profiles.TagProposal", "code"),
    (r"api/v1/segments/", "segment_id", "profiles.Segment", "pk"),
    (r"api/v1/tariff-plans/", "code", "tariffs.TariffPlan", "code"),
    (r"api/v1/tariff-versions/", "version_id", "tariffs.TariffVersion", "pk"),
)
# Parts that name no row but one of some words.
_WORDS: tuple[tuple[str, str, str], ...] = (
    (r"administration/staff/", "act", "unlock"),
    (r"archive/customers/", "field", "name"),
    (r"billing/runs/", "act", "exempt"),
    (r"billing/runs/", "code", "zero_use"),
    (r"imports/templates/", "name", "customers"),
    (r"invoices/by-number/", "form", "xml"),
    (r"ledger/reports/", "name", "funds"),
    (r"imports/", "line|place", "1"),
    (r"service-orders/lists/", "name", "flats"),
    (r"service-orders/", "act", "draft"),
    (r"trail/changes/", "model_label", "customers.customer"),
)


class NoRecipe(LookupError):
    """Nobody has said what a part of an address names."""


def list_addresses() -> list[Address]:
    """Return every address of the product."""
    return list(_walk(get_resolver(), "", ""))


def find_row(address: Address, part: str) -> tuple[Any, str] | None:
    """Return the table and the column that a part of an address names; None for a word."""
    for pattern, named, label, column in _ROWS:
        if re.match(pattern, address.route) and part in named.split("|"):
            return apps.get_model(label), column
    if _find_word(address, part):
        return None
    msg = f"{address.name} ({address.route}): say in tests/factories/addresses.py what <{part}> names"
    raise NoRecipe(msg)


def _find_word(address: Address, part: str) -> str:
    fitting = (w for pattern, named, w in _WORDS if re.match(pattern, address.route) and part in named.split("|"))
    return next(fitting, "")


def write(address: Address, rows: RowFactory) -> str:
    """Return the address with its parts filled by rows of a unit."""

    def fill(match: re.Match[str]) -> str:
        part = match.group(1)
        found = find_row(address, part)
        if found is None:
            return _find_word(address, part)
        model, column = found
        # The second of two things of one kind, as in a merge, is another row.
        row = rows.make(model) if part == "other" else rows.get(model)
        return str(getattr(row, column))

    return "/" + _PART.sub(fill, address.route)


def list_unknown(known: list[Address]) -> list[str]:
    """Return the addresses with a part that no line here names."""
    unknown = []
    for address in known:
        try:
            is_of_one_unit(address)
        except LookupError as error:
            unknown.append(str(error))
    return unknown


def is_of_one_unit(address: Address) -> bool:
    """
    Tell whether the address leads to rows of a unit, not to what belongs to the whole utility.

    :raises NoRecipe: if nobody has said what a part names
    """
    found = [find_row(address, part) for part in address.parts]
    return any(row is not None and getattr(row[0], "unit_lookup", "unit") is not None for row in found)


def _walk(resolver: Any, prefix: str, space: str) -> Iterator[Address]:
    for pattern in resolver.url_patterns:
        route = prefix + str(pattern.pattern)
        if isinstance(pattern, URLPattern):
            yield Address(name=f"{space}{pattern.name or route}", route=route, view=pattern.callback)
        else:
            yield from _walk(pattern, route, f"{space}{pattern.namespace}:" if pattern.namespace else space)
