"""Why a row cannot stand as described."""

import re

from dianke.domain.customers.rules.personal import find_phone_obstacle, fold_phone
from dianke.domain.customers.types import (
    OWN_SUPPLY,
    MarkKind,
    NewAccount,
    NewContact,
    NewEquipment,
    NewLocation,
    NewMark,
)

# From five persons on the tiers of a home grow (一户多人口).
MANY_PERSONS = 5
_EMAIL = re.compile(r"[^@\s]{1,64}@[^@\s]+\.[^@\s]{2,}")


def find_account_obstacle(account: NewAccount) -> str | None:
    """Return why an account cannot stand as described, or None."""
    if account.closed_date is not None and account.closed_date < account.opened_date:
        return "it closes before it opens"
    return None


def find_location_obstacle(location: NewLocation) -> str | None:
    """Return why a place cannot stand as described, or None."""
    if (location.longitude is None) != (location.latitude is None):
        return "longitude and latitude come together"
    if location.longitude is not None and not -180 <= location.longitude <= 180:
        return "longitude lies between -180 and 180"
    if location.latitude is not None and not -90 <= location.latitude <= 90:
        return "latitude lies between -90 and 90"
    return None


def find_contact_obstacle(contact: NewContact) -> str | None:
    """Return why a contact cannot stand as described, or None."""
    if not contact.name.strip():
        return "the name is empty"
    if contact.phone and (obstacle := find_phone_obstacle(fold_phone(contact.phone))):
        return obstacle
    if contact.email and not _EMAIL.fullmatch(contact.email):
        return "a mail address has one @ between name and domain"
    if contact.birthday is not None and contact.birthday > contact.start_date:
        return "the birthday lies ahead"
    if (contact.quiet_from is None) != (contact.quiet_until is None):
        return "quiet hours begin and end"
    return None


def find_equipment_obstacle(equipment: NewEquipment) -> str | None:
    """Return why a thing of the customer's cannot stand as described, or None."""
    if not equipment.name.strip():
        return "the name is empty"
    if equipment.capacity_kw is not None and equipment.capacity_kw < 0:
        return "the capacity is not below zero"
    if equipment.checked_date and equipment.next_check_date and equipment.next_check_date <= equipment.checked_date:
        return "the next check lies after the last"
    if (equipment.start_seconds is not None or equipment.interlock or equipment.tested_date) and (
        equipment.kind not in OWN_SUPPLY
    ):
        return "only own supply starts, is interlocked and is tested on load"
    return None


def find_mark_obstacle(mark: NewMark) -> str | None:
    """Return why an entitlement cannot stand as described, or None."""
    if mark.end_date is not None and mark.end_date <= mark.start_date:
        return "it ends before it starts"
    if mark.kind is MarkKind.MANY_PERSONS and mark.persons < MANY_PERSONS:
        return "a household of many persons has five or more"
    return None
