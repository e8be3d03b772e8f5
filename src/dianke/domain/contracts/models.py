"""Tables of supply contracts: contracts, versions, signatures, templates of a utility."""

from typing import Any, ClassVar

import pghistory
import pgtrigger
from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import DateRangeField, RangeOperators
from django.db import models

from dianke.domain.contracts.types import (
    HOLDING,
    UNDER_WAY,
    Clause,
    ContractKind,
    Party,
    SignatureWay,
    TemplateState,
    VersionState,
)
from dianke.domain.customers.models import CustomerAccount
from dianke.platform.database.grants import declare_append_only
from dianke.platform.documents.models import Document
from dianke.platform.org.models import Unit
from dianke.platform.org.scoping import ScopedModel

declare_append_only("contracts_contractsignature")

_HOLDS = models.Q(state__in=[state.value for state in HOLDING])
# Columns that say what was agreed on: from approval on nobody changes them, whoever writes the statement.
_AGREED = ("contract_id", "account_id", "kind", "number", "template", "title", "parameters", "clauses", "content_hash")


def _choices(enum: type) -> list[tuple[str, str]]:
    return [(member.value, member.value) for member in enum]  # type: ignore[attr-defined]


def _login() -> Any:
    return models.CharField(max_length=40, blank=True, default="")


@pghistory.track()
class Contract(ScopedModel):
    """A contract of an account, of which there are versions (供用电合同)."""

    unit = models.ForeignKey(Unit, models.PROTECT, related_name="+")
    account = models.ForeignKey(CustomerAccount, models.PROTECT, related_name="+")
    kind = models.CharField(max_length=16, choices=_choices(ContractKind))
    made_by = models.CharField(max_length=40)
    made_at = models.DateTimeField()

    class Meta:
        """One of a kind an account: a renewal and a change are versions of it."""

        constraints: ClassVar = [models.UniqueConstraint(fields=["account", "kind"], name="contract_once_a_kind")]

    def __str__(self) -> str:
        return self.number

    @property
    def number(self) -> str:
        """Return the number that people know it by."""
        return f"HT-{self.pk:08d}"


@pghistory.track()
class ContractVersion(ScopedModel):
    """What a contract says, as it was drafted, approved, signed and filed (合同版本)."""

    unit = models.ForeignKey(Unit, models.PROTECT, related_name="+")
    contract = models.ForeignKey(Contract, models.PROTECT, related_name="versions")
    # As of the contract, for the rule that one of a kind holds at a time.
    account = models.ForeignKey(CustomerAccount, models.PROTECT, related_name="+")
    kind = models.CharField(max_length=16, choices=_choices(ContractKind))
    number = models.PositiveSmallIntegerField()
    state = models.CharField(max_length=10, choices=_choices(VersionState), default=VersionState.DRAFT.value)
    template = models.CharField(max_length=40)
    title = models.CharField(max_length=60)
    notice_days = models.PositiveSmallIntegerField(default=0)
    # Strings by name of the parameter.
    parameters = models.JSONField(default=dict)
    # [{"code", "heading", "text", "basis": []}], filled.
    clauses = models.JSONField(default=list)
    content_hash = models.CharField(max_length=64, blank=True, default="")
    period: Any = DateRangeField()
    drafted_by = models.CharField(max_length=40)
    drafted_at = models.DateTimeField()
    proposed_by = _login()
    proposed_at = models.DateTimeField(null=True, blank=True)
    decided_by = _login()
    decided_at = models.DateTimeField(null=True, blank=True)
    decision_reason = models.CharField(max_length=400, blank=True, default="")
    signed_at = models.DateTimeField(null=True, blank=True)
    filed_by = _login()
    filed_at = models.DateTimeField(null=True, blank=True)
    # Where the paper lies.
    file_place = models.CharField(max_length=80, blank=True, default="")
    ended_by = _login()
    end_reason = models.CharField(max_length=400, blank=True, default="")

    class Meta:
        """Newest first, by day of the end; one holds at a time; who drafted or proposed never approves."""

        indexes: ClassVar = [models.Index(fields=["drafted_at", "id"], name="contract_version_newest")]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["contract", "number"], name="contract_version_number"),
            models.UniqueConstraint(
                fields=["contract"],
                condition=models.Q(state__in=[state.value for state in UNDER_WAY]),
                name="one_contract_version_under_way",
            ),
            ExclusionConstraint(
                name="one_contract_of_a_kind_at_a_time",
                expressions=[
                    ("account", RangeOperators.EQUAL),
                    ("kind", RangeOperators.EQUAL),
                    ("period", RangeOperators.OVERLAPS),
                ],
                condition=_HOLDS,
            ),
            models.CheckConstraint(
                condition=models.Q(decided_by="")
                | (~models.Q(decided_by=models.F("proposed_by")) & ~models.Q(decided_by=models.F("drafted_by"))),
                name="contract_version_decided_by_another",
            ),
        ]
        triggers: ClassVar = [
            pgtrigger.Protect(
                name="agreed_stays",
                operation=pgtrigger.Update,
                condition=pgtrigger.Condition(
                    "OLD.state IN ('APPROVED', 'SIGNED', 'FILED') AND ("
                    + " OR ".join(f"OLD.{name} IS DISTINCT FROM NEW.{name}" for name in _AGREED)
                    + ")"
                ),
            )
        ]

    def __str__(self) -> str:
        return f"{self.contract.number}/{self.number}"

    def list_clauses(self) -> list[Clause]:
        """Return its clauses."""
        return [Clause(one["code"], one["heading"], one["text"], tuple(one["basis"])) for one in self.clauses]


class ContractSignature(ScopedModel):
    """That a party signed a version: who, when, how, and the hash of what was signed (签署)."""

    unit_lookup = "version__unit"

    version = models.ForeignKey(ContractVersion, models.PROTECT, related_name="signatures")
    party = models.CharField(max_length=10, choices=_choices(Party))
    way = models.CharField(max_length=10, choices=_choices(SignatureWay))
    signer = models.CharField(max_length=60)
    document = models.ForeignKey(Document, models.PROTECT, related_name="+")
    # Of the file: the signed copy, or the PDF that an electronic signature was made over.
    file_hash = models.CharField(max_length=64)
    # Base64 of an electronic signature and of the key that proves it; empty on paper.
    signature = models.CharField(max_length=400, blank=True, default="")
    public_key = models.CharField(max_length=400, blank=True, default="")
    recorded_by = models.CharField(max_length=40)
    recorded_at = models.DateTimeField()

    class Meta:
        """Each party once."""

        constraints: ClassVar = [
            models.UniqueConstraint(fields=["version", "party"], name="contract_signed_once_a_party"),
            models.CheckConstraint(
                condition=models.Q(way=SignatureWay.PAPER.value, signature="")
                | (models.Q(way=SignatureWay.ELECTRONIC.value) & ~models.Q(signature="") & ~models.Q(public_key="")),
                name="contract_signature_has_its_proof",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.version_id} {self.party}"


@pghistory.track()
class ContractTemplate(ScopedModel):
    """Clauses of a utility's own, from a day on: proposed by one person, approved by another (合同模板)."""

    unit_lookup = None

    kind = models.CharField(max_length=16, choices=_choices(ContractKind))
    valid_from = models.DateField()
    content = models.JSONField()
    note = models.CharField(max_length=400, blank=True, default="")
    state = models.CharField(max_length=10, choices=_choices(TemplateState), default=TemplateState.PROPOSED.value)
    proposed_by = models.CharField(max_length=40)
    proposed_at = models.DateTimeField()
    decided_by = _login()
    decided_at = models.DateTimeField(null=True, blank=True)
    decision_reason = models.CharField(max_length=400, blank=True, default="")

    class Meta:
        """One proposal a kind; one in force a kind and day; who proposed never approves."""

        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["kind"],
                condition=models.Q(state=TemplateState.PROPOSED.value),
                name="one_proposed_contract_template",
            ),
            models.UniqueConstraint(
                fields=["kind", "valid_from"],
                condition=models.Q(state=TemplateState.APPROVED.value),
                name="one_contract_template_a_day",
            ),
            models.CheckConstraint(
                condition=models.Q(decided_by="") | ~models.Q(decided_by=models.F("proposed_by")),
                name="contract_template_decided_by_another",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.valid_from}"
