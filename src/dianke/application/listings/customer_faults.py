"""What is held to be wrong at a customer: findings of the archive, and sensitive changes nobody has looked at yet."""

from typing import Any

from django.db.models import Q, QuerySet

from dianke.domain.audits import rules
from dianke.domain.audits.models import UNSETTLED, QualityFinding
from dianke.domain.audits.queries.findings import VIEW
from dianke.domain.audits.types import FindingState, Subject
from dianke.domain.billing.models import BillingTerms
from dianke.domain.customers.models import BankAccount, Customer, CustomerAccount
from dianke.domain.metering.models import MeterInstallation
from dianke.domain.network.models import Transformer, TransformerSpell
from dianke.platform.audit.models import ChangeAlarm
from dianke.platform.audit.types import AlarmState
from dianke.platform.identity.types import Actor

REVIEW = "alarms.review"


def filter_findings(*, actor: Actor, customer: Customer, account: CustomerAccount | None) -> QuerySet[Any]:
    """Return the unsettled findings of a customer and of what hangs on an account, for whoever may see findings."""
    # By rule, for the index of unsettled findings begins with it.
    of_customers = [rule.code for rule in rules.list_rules() if rule.subject is Subject.CUSTOMER]
    mine = Q(rule__in=of_customers, subject_key=customer.pk)
    if account is not None:
        mine |= Q(account_number=account.number)
    rows: QuerySet[Any] = QualityFinding.objects.for_actor(actor, VIEW).filter(UNSETTLED, mine)
    return rows.exclude(state=FindingState.EXEMPT.value)


def filter_change_alarms(*, actor: Actor, customer: Customer, account: CustomerAccount | None) -> QuerySet[Any]:
    """Return the open alarms of sensitive changes of a customer and an account, for whoever reviews alarms."""
    mine = Q(model_label="customers.customer", key=customer.pk)
    if account is not None:
        for model, lookup in _HANG_ON_ACCOUNT.items():
            keys = model.objects.for_actor(actor).filter(**{lookup: account}).order_by()
            mine |= Q(model_label=model._meta.label_lower, key__in=keys.values("pk"))
    rows: QuerySet[Any] = ChangeAlarm.objects.for_actor(actor, REVIEW).filter(mine, state=AlarmState.OPEN.value)
    return rows


# The watched tables and their way to an account.
_HANG_ON_ACCOUNT: dict[Any, str] = {
    BankAccount: "account",
    MeterInstallation: "usage_point__account",
    BillingTerms: "usage_point__account",
    Transformer: "account",
    TransformerSpell: "transformer__account",
}
