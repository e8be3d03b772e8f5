"""Columns that hold encrypted text; in Python the value is plain text, in the database it never is."""

from typing import Any

from django.db import models

from dianke.platform.crypto.cipher import HASH_BYTES, decrypt, encrypt


class EncryptedTextField(models.BinaryField):  # type: ignore[type-arg]
    """
    Text encrypted under the current key; empty text is stored as no bytes.

    It cannot be searched: keep a KeyedHashField beside it for equality.
    """

    description = "encrypted text"

    def __init__(self, *, purpose: str, **options: Any) -> None:
        self.purpose = purpose
        options.setdefault("editable", True)
        options.setdefault("default", "")
        options.setdefault("blank", True)
        super().__init__(**options)

    def deconstruct(self) -> Any:
        """Name the purpose in migrations."""
        name, path, args, options = super().deconstruct()
        return name, path, args, {**options, "purpose": self.purpose}

    def get_default(self) -> Any:
        """Return the empty text; a BinaryField would make bytes of it."""
        return "" if self.default == "" else super().get_default()

    def _check_str_default_value(self) -> list[Any]:
        # Django's check wants bytes as the default of a BinaryField; ours holds text in Python.
        return []

    def from_db_value(self, value: Any, *_: Any) -> str | None:
        """Return the plain text of a stored value."""
        if value is None:
            return None
        return decrypt(bytes(value), purpose=self.purpose) if value else ""

    def to_python(self, value: Any) -> Any:
        """Leave text as it is."""
        return value

    def get_db_prep_value(self, value: Any, connection: Any, prepared: bool = False) -> Any:
        """Return the stored form."""
        if isinstance(value, str):
            value = encrypt(value, purpose=self.purpose) if value else b""
        return super().get_db_prep_value(value, connection, prepared)

    def value_to_string(self, obj: Any) -> str:
        """Return nothing: serialisers must not write personal data into files."""
        return ""


class KeyedHashField(models.BinaryField):  # type: ignore[type-arg]
    """The keyed hash of an encrypted text beside it, None where the text is empty."""

    description = "keyed hash"

    def __init__(self, **options: Any) -> None:
        options.setdefault("null", True)
        options.setdefault("blank", True)
        options.setdefault("max_length", HASH_BYTES)
        super().__init__(**options)

    def from_db_value(self, value: Any, *_: Any) -> bytes | None:
        """Return bytes, not a memory view, so that values compare."""
        return None if value is None else bytes(value)
