"""The grid of value and credit, and what each field of it asks for."""

from dianke.domain.valuation.rules.policy import GridTerms
from dianke.domain.valuation.types import GridField


def find_field(value_class: str, grade: str, *, terms: GridTerms) -> GridField:
    """Return the field of a class and a grade; without a grade nothing can be told of the credit."""
    if not grade:
        return GridField.NOT_JUDGED
    is_high, is_sure = value_class in terms.high_classes, grade in terms.high_grades
    if is_high:
        return GridField.KEEP if is_sure else GridField.GUARD
    return GridField.GROW if is_sure else GridField.STANDARD
