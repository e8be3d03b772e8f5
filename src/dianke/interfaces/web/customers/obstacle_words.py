"""Reasons that the rules of the archive refuse with, so that the catalogue knows them: the rules know no pages."""

from django.utils.translation import gettext_lazy as _

REASONS = (
    _("an identity card has 18 characters: area, day of birth, serial and check digit"),
    _("a unified social credit code has 18 characters without I, O, S, V and Z"),
    _("the check digit does not fit"),
    _("the number has between 5 and 20 characters"),
    _("a phone number has 7 to 15 digits"),
    _("a mobile number has 11 digits"),
    _("a bank account has 8 to 30 digits"),
    _("a mail address has one @ between name and domain"),
    _("the name is empty"),
    _("the capacity is not below zero"),
    _("the next check lies after the last"),
    _("it ends before it starts"),
    _("a household of many persons has five or more"),
    _("a division code has six digits"),
    _("the whole address is longer than 200 characters"),
    _("the code is unknown"),
    _("a name has 1 to 120 characters"),
    _("persons are a whole number from 0 to 99"),
    _("bank and holder must be named"),
    _("the code of a bank's branch has 12 digits"),
    _("both are the same customer"),
    _("one of them was merged before"),
    _("a reason is needed"),
    _("their identity numbers differ"),
    _("a change of its key data waits for a decision"),
    _("longitude and latitude come together"),
    _("longitude lies between -180 and 180"),
    _("latitude lies between -90 and 90"),
)
