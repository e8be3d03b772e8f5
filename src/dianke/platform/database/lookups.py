"""Lookups that PostgreSQL answers better than what Django writes for every database."""

from collections.abc import Iterable
from typing import Any

from django.db.models import Field, ForeignObject, Lookup


def write_keys(keys: Iterable[int]) -> str:
    """Return keys as the text of an array, which is made ten times as fast as the driver makes it."""
    return f"{{{','.join(map(str, keys))}}}"


@ForeignObject.register_lookup
@Field.register_lookup
class AnyOf(Lookup):
    """`in` for many plain values: they go as one array, not as a parameter each."""

    lookup_name = "any_of"
    prepare_rhs = False

    def get_db_prep_lookup(self, value: Any, connection: Any) -> Any:
        """Return the values as one parameter."""
        values = list(value)
        # The column says what the text is.
        return "%s", [write_keys(values) if all(type(one) is int for one in values) else values]

    def as_sql(self, compiler: Any, connection: Any) -> Any:
        """Return the comparison."""
        left, parameters = self.process_lhs(compiler, connection)
        right, values = self.process_rhs(compiler, connection)
        return f"{left} = any({right})", [*parameters, *values]
