"""Where the time line reads how a customer stands: grade and class, facts, tags, watch lists, visits and care."""

from django.db.models import F

from dianke.application.listings.time_line_sources import Reader, Rows, Sight, Source, Subject, shape_rows
from dianke.domain.credit.models import CreditScore, CustomerFact
from dianke.domain.credit.types import SENSITIVE_TYPES, FactState
from dianke.domain.customers.models import CareRecord, Visit
from dianke.domain.customers.types import VisitState
from dianke.domain.profiles.models import TagSpell
from dianke.domain.valuation.models import CustomerRating
from dianke.domain.watching.models import WatchEntry
from dianke.platform.org.scoping import Scope

_ACCUSING = sorted(one.value for one in SENSITIVE_TYPES)


def _list_visits(scope: Scope, subject: Subject, _sight: Sight) -> Rows:
    rows = Visit.objects.for_actor(scope).filter(customer=subject.customer_id, state=VisitState.DONE.value)
    return shape_rows(
        rows, Source.VISIT, at=F("done_at"), visit="id", purpose="purpose", by="visitor__login", reason="outcome",
    )  # fmt: skip


def _list_care_records(scope: Scope, subject: Subject, _sight: Sight) -> Rows:
    rows = CareRecord.objects.for_actor(scope).filter(customer=subject.customer_id)
    return shape_rows(rows, Source.CARE_RECORD, at=F("on_date"), kind="kind", by="done_by", reason="note")


def _list_facts(scope: Scope, subject: Subject, sight: Sight) -> Rows:
    """Return the facts that stand; what accuses is not told of at all to who may not see it, not even its day."""
    rows = CustomerFact.objects.for_actor(scope).filter(customer=subject.customer_id, state=FactState.STANDING.value)
    if not sight.sees_accusations:
        rows = rows.exclude(type__in=_ACCUSING)
    return shape_rows(rows, Source.FACT, at=F("on_date"), fact="id", type="type", by="entered_by")


def _list_grades(scope: Scope, subject: Subject, _sight: Sight) -> Rows:
    rows = CreditScore.objects.for_actor(scope).filter(customer=subject.customer_id).exclude(steps=0)
    return shape_rows(
        rows, Source.GRADE, at=F("as_of_date"), grade="grade", before="grade_before", steps="steps",
    )  # fmt: skip


def _list_classes(scope: Scope, subject: Subject, _sight: Sight) -> Rows:
    rows = CustomerRating.objects.for_actor(scope).filter(customer=subject.customer_id, is_changed=True)
    return shape_rows(
        rows, Source.VALUE_CLASS, at=F("run__month"), value_class="value_class", before="previous_class",
    )  # fmt: skip


def _list_watched(scope: Scope, subject: Subject, _sight: Sight) -> Rows:
    rows = WatchEntry.objects.for_actor(scope).filter(customer=subject.customer_id)
    return shape_rows(
        rows, Source.WATCHED, at=F("opened_on"), entry="id", watch_list="list_code", level="level", state="state",
    )  # fmt: skip


def _list_tags(scope: Scope, subject: Subject, sight: Sight) -> Rows:
    rows = TagSpell.objects.for_actor(scope).filter(customer=subject.customer_id, slot__in=sight.tag_slots, value__gt=0)
    return shape_rows(
        rows, Source.TAG_ENDED, at=F("until_date"), slot="slot", value="value", since="since_date",
    )  # fmt: skip


OF_CUSTOMER: dict[Source, Reader] = {
    Source.VISIT: _list_visits,
    Source.CARE_RECORD: _list_care_records,
    Source.FACT: _list_facts,
    Source.GRADE: _list_grades,
    Source.VALUE_CLASS: _list_classes,
    Source.WATCHED: _list_watched,
    Source.TAG_ENDED: _list_tags,
}
