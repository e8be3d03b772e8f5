"""
The standing of customers, written for whole fleets: value class, credit grade and the service table in force.

What judged them keeps the reasons and the history; here stands what window, orders and contact centre read.
"""

from collections.abc import Sequence
from typing import Any

from django.db import connection

from dianke.domain.customers.types import CreditGrade, ValueClass
from dianke.kernel.errors import DomainError

# A customer whose row another transaction removed meanwhile is none of ours; its key joins to nothing.
_CLASSES = """
update customers_customer c
   set value_class = n.class, service_table = %(service_table)s
  from unnest(%(ids)s::bigint[], %(codes)s::text[]) as n (id, class)
 where c.id = n.id and (c.value_class <> n.class or c.service_table <> %(service_table)s)
"""
_GRADES = """
update customers_customer c
   set credit_grade = n.grade
  from unnest(%(ids)s::bigint[], %(codes)s::text[]) as n (id, grade)
 where c.id = n.id and c.credit_grade <> n.grade
"""
_LONGEST_TABLE = 20


class UnableToPutStanding(DomainError):
    """The standing cannot be written as it was handed over."""

    code = "customers.unable_to_put_standing"
    message = "the standing of customers cannot be written: {reason}"


def put_value_classes(*, customer_ids: Sequence[int], classes: Sequence[ValueClass | str], service_table: str) -> int:
    """
    Write the value class of each customer, "" for none, and the service table that holds for all of them.

    Only rows that differ are written. Return how many did.

    :raises UnableToPutStanding: if the lists differ in length, a class is unknown or a customer comes twice
    """
    if len(service_table) > _LONGEST_TABLE:
        raise UnableToPutStanding(field="service_table", reason=f"{service_table} is longer than {_LONGEST_TABLE}")
    given = _list_pairs(customer_ids, classes, {"", *ValueClass})
    return _write(_CLASSES, {**given, "service_table": service_table})


def put_credit_grades(*, customer_ids: Sequence[int], grades: Sequence[CreditGrade | str]) -> int:
    """
    Write the credit grade of each customer, "" for none.

    Only rows that differ are written. Return how many did.

    :raises UnableToPutStanding: if the lists differ in length, a grade is unknown or a customer comes twice
    """
    return _write(_GRADES, _list_pairs(customer_ids, grades, {"", *CreditGrade}))


def _list_pairs(customer_ids: Sequence[int], codes: Sequence[str], known: set[str]) -> dict[str, Any]:
    # Numbers of numpy, which the database driver does not take, become Python's own.
    ids, words = [int(one) for one in customer_ids], [str(one) for one in codes]
    if len(ids) != len(words):
        raise UnableToPutStanding(reason=f"{len(ids)} customers, but {len(words)} codes")
    if unknown := set(words) - known:
        raise UnableToPutStanding(reason=f"{min(unknown)} is not a code")
    if len(set(ids)) != len(ids):
        raise UnableToPutStanding(reason="a customer comes twice")
    return {"ids": ids, "codes": words}


def _write(statement: str, values: dict[str, Any]) -> int:
    with connection.cursor() as cursor:
        cursor.execute(statement, values)
        return int(cursor.rowcount)
