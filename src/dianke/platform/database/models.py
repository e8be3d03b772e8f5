"""What the database remembers of the keys that its personal data was written under."""

from typing import Any

from django.db import models

from dianke.platform.org.scoping import ScopedManager


class KnownKey(models.Model):
    """A key that values of this database may stand under: its id and a mark that shows nothing of it."""

    unit_lookup = None

    key_id = models.CharField(max_length=40, unique=True)
    mark = models.CharField(max_length=32)
    since = models.DateTimeField()

    objects: Any = ScopedManager()

    def __str__(self) -> str:
        return self.key_id
