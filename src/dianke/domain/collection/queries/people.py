"""Whom a message about debt goes to, who must not be dunned by a machine, and who sees to an account."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date

from django.db import connection

from dianke.domain.collection.models import DunningPause, Responsibility
from dianke.domain.collection.types import StepKind
from dianke.domain.customers.models import Consent, Contact, CustomerAccount, SpecialMark
from dianke.domain.customers.types import ConsentPurpose, ContactLanguage, ContactRole, Importance, MarkKind
from dianke.kernel.errors import DomainError
from dianke.platform.identity.types import Actor
from dianke.platform.outbox.types import Consent as MessageConsent
from dianke.platform.outbox.types import QuietHours


class ResponsibilityUnknown(DomainError):
    """There is no such responsibility within the actor's units."""

    code = "collection.responsibility_unknown"
    message = "there is no responsibility {key}"


_SYSTEM = Actor.system("finding whom dunning concerns")
# Who is asked for money first; an emergency contact never is.
_ROLES = [
    ContactRole.BILLING.value, ContactRole.OWNER.value, ContactRole.AGENT.value, ContactRole.LEGAL.value,
    ContactRole.TENANT.value,
]  # fmt: skip
VULNERABLE_MARKS = [MarkKind.LOW_INCOME.value, MarkKind.FIVE_GUARANTEE.value, MarkKind.MEDICAL.value]
_COLLECTORS = """
select distinct on (w.account_id) w.account_id, s.login
  from (select r.account_id, r.staff_id, r.share_e4, 0 as rank, r.id from collection_responsibility r
         where r.account_id = any(%(accounts)s) and r.period @> %(on)s::date
        union all
        select up.account_id, r.staff_id, r.share_e4, 1, r.id
          from metering_usagepoint up
          join readings_routepoint rp on rp.usage_point_id = up.id
          join collection_responsibility r on r.route_id = rp.route_id and r.period @> %(on)s::date
         where up.account_id = any(%(accounts)s)) w
  join identity_staff s on s.id = w.staff_id
 where s.active order by w.account_id, w.rank, w.share_e4 desc, w.id
"""


@dataclass(frozen=True)
class Reach:
    """How a customer can be written to, and when whoever has the number or the mail wants to hear nothing."""

    phone: str = ""
    email: str = ""
    phone_quiet: QuietHours | None = None
    email_quiet: QuietHours | None = None
    consent: MessageConsent = MessageConsent.NOT_NEEDED
    # Whether an agreement to bill notices stands; without one nobody is written to by WeChat.
    has_agreed: bool = False
    # Whether whoever has the number is spoken to in English.
    speaks_english: bool = False

    def find_address(self, kind: StepKind) -> str:
        """Return where a message of a kind goes, WeChat by the number that is bound to it; empty if nowhere."""
        if kind is StepKind.EMAIL:
            return self.email
        return self.phone if kind is StepKind.SMS or self.has_agreed else ""

    def find_quiet(self, kind: StepKind) -> QuietHours | None:
        """Return when whoever gets a message of a kind wants to hear nothing."""
        return self.email_quiet if kind is StepKind.EMAIL else self.phone_quiet

    def find_consent(self, kind: StepKind) -> MessageConsent:
        """Return what the message of a kind may go by."""
        return MessageConsent.GIVEN if kind is StepKind.WECHAT and self.has_agreed else self.consent


def find_reach(*, customer_id: int, on: date) -> Reach:
    """Return phone and mail of who is asked for money, and whether they took back that they may be written to."""
    rows = list(
        Contact.objects.for_actor(_SYSTEM)
        .filter(customer_id=customer_id, role__in=_ROLES, period__contains=on)
        .order_by("-preferred", "id")
    )
    rows.sort(key=lambda one: (_ROLES.index(one.role), not one.preferred))
    consents = Consent.objects.for_actor(_SYSTEM).filter(
        customer_id=customer_id, purpose=ConsentPurpose.BILL_NOTICE.value
    )
    has_agreed = consents.filter(withdrawn_at=None).exists()
    was_withdrawn = not has_agreed and consents.exists()
    called = next((one for one in rows if one.phone), None)
    mailed = next((one for one in rows if one.email), None)
    return Reach(
        phone=called.phone if called else "",
        email=mailed.email if mailed else "",
        phone_quiet=_get_quiet(called),
        email_quiet=_get_quiet(mailed),
        consent=MessageConsent.WITHDRAWN if was_withdrawn else MessageConsent.NOT_NEEDED,
        has_agreed=has_agreed,
        speaks_english=called is not None and called.language == ContactLanguage.ENGLISH.value,
    )


def _get_quiet(contact: Contact | None) -> QuietHours | None:
    if contact is None or contact.quiet_from is None or contact.quiet_until is None:
        return None
    return QuietHours(contact.quiet_from, contact.quiet_until)


def find_protected(*, account_ids: Collection[int], on: date) -> dict[int, str]:
    """Return accounts that only a person may decide on: vulnerable ones and important users."""
    accounts = CustomerAccount.objects.for_actor(_SYSTEM).filter(pk__in=account_ids)
    important = accounts.exclude(customer__importance=Importance.NONE.value).values_list("pk", flat=True)
    marks = SpecialMark.objects.for_actor(_SYSTEM).filter(
        account_id__in=account_ids, kind__in=VULNERABLE_MARKS, period__contains=on
    )
    vulnerable = marks.order_by("account_id").values_list("account_id", flat=True)
    return dict.fromkeys(important, "important") | dict.fromkeys(vulnerable, "vulnerable")


def find_paused(*, account_ids: Collection[int], on: date) -> set[int]:
    """Return accounts that are not dunned on a day."""
    rows = DunningPause.objects.for_actor(_SYSTEM).filter(account_id__in=account_ids, since_date__lte=on)
    open_ones = rows.filter(until_date=None) | rows.filter(until_date__gte=on)
    return set(open_ones.values_list("account_id", flat=True))


def find_collectors(*, account_ids: Collection[int], on: date) -> dict[int, str]:
    """Return the login of who sees to each account: named for it or for its route, the largest share first."""
    with connection.cursor() as cursor:
        cursor.execute(_COLLECTORS, {"accounts": list(account_ids), "on": on})
        return dict(cursor.fetchall())


def get_responsibility(*, actor: Actor, key: int) -> Responsibility:
    """
    Return a responsibility.

    :raises ResponsibilityUnknown: if there is none within the actor's units
    """
    found: Responsibility | None = Responsibility.objects.for_actor(actor).filter(pk=key).first()
    if found is None:
        raise ResponsibilityUnknown(field="responsibility", key=key)
    return found


def list_responsibilities(*, actor: Actor, on: date) -> list[Responsibility]:
    """Return who sees to what on a day, by person."""
    rows = Responsibility.objects.for_actor(actor).filter(period__contains=on)
    return list(rows.select_related("staff", "account__customer", "route", "unit").order_by("staff__login", "id"))
