"""Which promises there are: read once from the dated data beside this file."""

import tomllib
from functools import cache
from importlib import resources
from types import MappingProxyType
from typing import Any

from dianke.domain.service_orders.rules.hours import parse_time_of_day
from dianke.domain.service_orders.types import Promise, PromiseBook, PromiseSet, PromiseTitle, PromiseUnit
from dianke.kernel.errors import DomainError


class UnknownPromiseSet(DomainError):
    """No promise set has this code."""

    code = "unknown_promise_set"
    message = "there is no promise set {promise_set!r}; there are {known}"


class PromiseNotInSet(DomainError):
    """The set promises nothing under this code."""

    code = "promise_not_in_set"
    message = "{promise_set} has no promise {promise!r}; it has {known}"


@cache
def load_promise_book() -> PromiseBook:
    """Return every promise set that ships with the product."""
    data = tomllib.loads(
        resources.files("dianke.domain.service_orders.rules").joinpath("promise_sets.toml").read_text("utf-8")
    )
    titles = {code: PromiseTitle(code=code, **words) for code, words in data["titles"].items()}
    return PromiseBook(
        sets=MappingProxyType({row["code"]: _promise_set(row) for row in data["promise_set"]}),
        titles=MappingProxyType(titles),
        working_day_end=parse_time_of_day(data["working_day_end"], field="working_day_end"),
    )


def get_promise_set(book: PromiseBook, *, promise_set: str) -> PromiseSet:
    """
    Return the promise set of a code.

    :raises UnknownPromiseSet: if there is none
    """
    if promise_set not in book.sets:
        raise UnknownPromiseSet(field="promise_set", promise_set=promise_set, known=", ".join(sorted(book.sets)))
    return book.sets[promise_set]


def get_promise(book: PromiseBook, *, promise_set: str, promise: str) -> Promise:
    """
    Return what a set promises under a code.

    :raises UnknownPromiseSet: if there is no such set
    :raises PromiseNotInSet: if the set is silent about it
    """
    promises = get_promise_set(book, promise_set=promise_set).promises
    if promise not in promises:
        raise PromiseNotInSet(field="promise", promise_set=promise_set, promise=promise, known=", ".join(promises))
    return promises[promise]


def _promise_set(row: dict[str, Any]) -> PromiseSet:
    promises = {
        code: Promise(code=code, **(figure | {"unit": PromiseUnit(figure["unit"])}))
        for code, figure in row["promises"].items()
    }
    return PromiseSet(
        code=row["code"],
        title_en=row["title_en"],
        title_zh=row["title_zh"],
        regulation=row["regulation"],
        valid_from=row.get("valid_from"),
        valid_to=row.get("valid_to"),
        validity_note=row["validity_note"],
        promises=MappingProxyType(promises),
    )
