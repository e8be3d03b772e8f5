"""When bills about to be issued fall due, for many at once."""

import json
from datetime import date

from django.db import connection

from dianke.domain.billing.models import Bill
from dianke.domain.billing.rules.due_dates import DueRule, find_due_date, get_standard_rule
from dianke.domain.billing.types import DueRuleKind
from dianke.domain.customers.types import UsageClass

_OWN = """
select d.account_id, t.due_rule, t.due_value
  from billing_accountterms t join billing_billdraft d on d.account_id = t.account_id
 where t.state = 'APPROVED' and t.due_rule <> '' and t.period @> %s::date and d.id >= %s and d.id < %s
"""
_OF_ACCOUNT = """
select due_rule, due_value from billing_accountterms
 where account_id = %s and state = 'APPROVED' and due_rule <> '' and period @> %s::date
"""
_BY_CLASS = "coalesce((%(due_by_class)s::jsonb ->> usage_class)::date, %(due_of_others)s::date)"
_BY_ACCOUNT = f"coalesce((%(due_by_account)s::jsonb ->> account_id::text)::date, {_BY_CLASS})"


def write_due_column(*, first_id: int, end_id: int, issued_on: date, is_final: bool) -> tuple[str, dict[str, str]]:
    """
    Return the expression that gives each draft of a range of keys its due date, and its values.

    The days are worked out here, one a class and one an account with own terms: the statement only looks them up.
    """

    def find(usage_class: str) -> str:
        rule = get_standard_rule(usage_class=usage_class, issued_on=issued_on, is_final=is_final)
        return str(find_due_date(rule, issued_on=issued_on))

    keys = {
        "due_by_class": json.dumps({one.value: find(one.value) for one in UsageClass}),
        "due_of_others": find(""),
    }
    with connection.cursor() as cursor:
        cursor.execute("select exists (select from billing_accountterms where state = 'APPROVED')")
        (has_own,) = cursor.fetchone()
        if not has_own:
            return _BY_CLASS, keys
        cursor.execute(_OWN, [issued_on, first_id, end_id])
        own = {
            str(account_id): str(find_due_date(DueRule(DueRuleKind(kind), value), issued_on=issued_on))
            for account_id, kind, value in cursor.fetchall()
        }
    return (_BY_ACCOUNT, keys | {"due_by_account": json.dumps(own)}) if own else (_BY_CLASS, keys)


def find_due_date_of_bill(*, bill: Bill, issued_on: date) -> date:
    """Return when one bill falls due that is issued by itself."""
    with connection.cursor() as cursor:
        cursor.execute(_OF_ACCOUNT, [bill.account_id, issued_on])
        own = cursor.fetchone()
    rule = (
        DueRule(DueRuleKind(own[0]), own[1])
        if own
        else get_standard_rule(usage_class=bill.usage_class, issued_on=issued_on)
    )
    return find_due_date(rule, issued_on=issued_on)
