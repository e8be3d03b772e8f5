"""Which days take postings, and what stands in the way of closing and of reopening them."""

from calendar import monthrange
from collections.abc import Sequence
from datetime import date, timedelta

from dianke.domain.receivables.types import Books


def start_of_month(day: date) -> date:
    """Return the first day of the month."""
    return day.replace(day=1)


def end_of_month(day: date) -> date:
    """Return the last day of the month."""
    return day.replace(day=monthrange(day.year, day.month)[1])


def is_open(books: Books, day: date) -> bool:
    """Tell whether a day takes postings."""
    if start_of_month(day) in books.closed_months:
        return False
    return books.closed_until is None or day > books.closed_until or day in books.reopened


def find_booking_day(books: Books, *, occurred_on: date) -> date:
    """
    Return the day that business is booked on: its own while that is open, else the first after all closed days.

    A day that was reopened for one purpose takes nothing else that happened on another day.
    """
    if is_open(books, occurred_on) or books.closed_until is None:
        return occurred_on
    return max(books.closed_until + timedelta(days=1), occurred_on)


def list_days_to_close(books: Books, *, day: date, first_day: date) -> list[date]:
    """Return the days that closing a day closes: itself, and all open ones before it from the first on."""
    if books.closed_until is not None and day <= books.closed_until:
        return [day]
    start = books.closed_until + timedelta(days=1) if books.closed_until else min(first_day, day)
    return [start + timedelta(days=at) for at in range((day - start).days + 1)]


def find_day_obstacle(books: Books, *, day: date, today: date) -> str:
    """Return why a day cannot be closed, or nothing."""
    if day > today:
        return "not_over"
    if start_of_month(day) in books.closed_months:
        return "month_closed"
    return "" if is_open(books, day) else "closed_already"


def find_month_obstacle(books: Books, *, month: date, today: date, months_with_postings: Sequence[date]) -> str:
    """Return why a month cannot be closed, or nothing."""
    if end_of_month(month) > today:
        return "not_over"
    if month in books.closed_months:
        return "closed_already"
    if books.closed_until is None or books.closed_until < end_of_month(month):
        return "days_open"
    if any(start_of_month(day) == month for day in books.reopened):
        return "days_open"
    if any(one < month and one not in books.closed_months for one in months_with_postings):
        return "month_before_open"
    return ""


def find_reopening_obstacle(books: Books, *, start: date, is_month: bool) -> str:
    """Return why a closed day or month cannot be reopened, or nothing."""
    if is_month:
        if start not in books.closed_months:
            return "not_closed"
        return "later_month_closed" if any(one > start for one in books.closed_months) else ""
    if start_of_month(start) in books.closed_months:
        return "month_closed"
    return "not_closed" if is_open(books, start) else ""
