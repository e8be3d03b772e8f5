"""The ladder in force: what the product brings, and what the utility put beside its data."""

from collections.abc import Sequence
from datetime import date

from django.conf import settings

from dianke.domain.collection.rules.ladder import Ladder, find_ladder, list_house_ladders, read_ladders

OWN_FILE = "dunning-ladder.toml"


def list_ladders() -> Sequence[Ladder]:
    """Return every ladder known, the utility's own after those of the product."""
    path = settings.DATA_DIR / OWN_FILE
    own = read_ladders(path.read_text("utf-8")) if path.is_file() else []
    return [*list_house_ladders(), *own]


def get_ladder(*, on: date) -> Ladder:
    """Return the ladder in force on a day."""
    return find_ladder(list_ladders(), on=on)
