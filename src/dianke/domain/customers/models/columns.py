"""Columns that the tables of the archive share."""

from typing import Any

from django.contrib.postgres.fields import ArrayField
from django.db import models


def list_choices(enum: type) -> list[tuple[str, str]]:
    """Return the members of an enumeration as a column's choices."""
    return [(member.value, member.value) for member in enum]  # type: ignore[attr-defined]


def text_column(length: int, **options: Any) -> Any:
    """Return a text column that is empty unless given, in the database too: bulk loads leave it out."""
    return models.CharField(max_length=length, blank=True, default="", db_default="", **options)


def bigrams_of(text: str | models.Func) -> models.GeneratedField:
    """Return the stored pairs of neighbouring characters of a column that two-character searches go by."""
    return models.GeneratedField(
        expression=models.Func(models.F(text) if isinstance(text, str) else text, function="text_bigrams"),
        output_field=ArrayField(models.TextField()),
        db_persist=True,
    )


def folded_address_of(field: str) -> models.GeneratedField:
    """Return the stored form of an address that searches go by, as `rules.fold_address` makes it of what is typed."""
    return models.GeneratedField(
        expression=models.Func(models.F(field), function="fold_address"),
        output_field=models.TextField(),
        db_persist=True,
    )
