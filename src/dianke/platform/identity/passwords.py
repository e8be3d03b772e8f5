"""What a password must be, and the ones a person had."""

import secrets
from datetime import datetime

from django.contrib.auth.hashers import check_password
from django.contrib.auth.password_validation import (
    CommonPasswordValidator,
    MinimumLengthValidator,
    UserAttributeSimilarityValidator,
    validate_password,
)
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from dianke.kernel.errors import DomainError
from dianke.platform.identity.models import PasswordRecord, Staff
from dianke.platform.identity.types import Actor

REMEMBERED_PASSWORDS = 5

# Without 0, O, 1, l and I, which are read wrongly from a screen.
_LETTERS = "abcdefghijkmnpqrstuvwxyz23456789"
_SYSTEM = Actor.system("comparing a new password with those a person had")


class PasswordRefused(DomainError):
    """The password breaks a rule; the reasons come from the validators, in the reader's language."""

    code = "identity.password_refused"
    message = "the password cannot be taken: {reasons}"


# Django's own rules, in the reader's language: its catalogue belongs to an app that is not installed here.
class LongEnough(MinimumLengthValidator):
    """A validator: the password is not too short."""

    def get_error_message(self) -> str:
        """Return why a password is refused: the rule itself."""
        return self.get_help_text()

    def get_help_text(self) -> str:
        """Return the rule in words."""
        text = ngettext(
            "It must hold at least %(count)d character.", "It must hold at least %(count)d characters.", self.min_length
        )
        return text % {"count": self.min_length}


class UnlikeThePerson(UserAttributeSimilarityValidator):
    """A validator: the password does not resemble the person's name or staff number."""

    def get_error_message(self) -> str:
        """Return why a password is refused: the rule itself."""
        return self.get_help_text()

    def get_help_text(self) -> str:
        """Return the rule in words."""
        return _("It must not resemble your name or your staff number.")


class NotACommonOne(CommonPasswordValidator):
    """A validator: the password is none of those that are tried first."""

    def get_error_message(self) -> str:
        """Return why a password is refused: the rule itself."""
        return self.get_help_text()

    def get_help_text(self) -> str:
        """Return the rule in words."""
        return _("It must not be one of the passwords that many people use.")


class NotAmongTheLast:
    """A validator: none of the last passwords is taken again."""

    def __init__(self, count: int = REMEMBERED_PASSWORDS) -> None:
        self.count = count

    def validate(self, password: str, user: Staff | None = None) -> None:
        """
        Refuse a password that the person has or had lately.

        :raises ValidationError: if it is one of the last
        """
        if user is None or user.pk is None:
            return
        records = PasswordRecord.objects.for_actor(_SYSTEM).filter(staff=user).order_by("-set_at", "-id")
        known = [user.password, *records.values_list("password", flat=True)[: self.count]]
        if any(check_password(password, one) for one in dict.fromkeys(known)):
            raise ValidationError(self.get_help_text(), code="password_used_before")

    def get_help_text(self) -> str:
        """Return the rule in words."""
        text = ngettext(
            "It must differ from the last password.", "It must differ from the last %(count)d passwords.", self.count
        )
        return text % {"count": self.count}


class NotOneKindOfCharacter:
    """A validator: letters and digits both, so that neither a word nor a number is a password."""

    def validate(self, password: str, user: Staff | None = None) -> None:
        """
        Refuse a password of letters only or of digits only.

        :raises ValidationError: if one kind is missing
        """
        if not any(sign.isalpha() for sign in password) or not any(sign.isdigit() for sign in password):
            raise ValidationError(self.get_help_text(), code="password_of_one_kind")

    def get_help_text(self) -> str:
        """Return the rule in words."""
        return _("It must hold letters and digits.")


def draw_password() -> str:
    """Return a first password, easy to read out and to type, drawn at random."""
    while True:
        password = "-".join("".join(secrets.choice(_LETTERS) for _ in range(4)) for _ in range(3))
        if any(sign.isdigit() for sign in password) and any(sign.isalpha() for sign in password):
            return password


def require_good_password(*, staff: Staff, password: str) -> None:
    """
    Refuse a password that breaks a rule of the settings.

    :raises PasswordRefused: with every rule that it breaks
    """
    try:
        validate_password(password, user=staff)
    except ValidationError as error:
        raise PasswordRefused(field="password", reasons=" ".join(error.messages)) from error


def remember_password(*, staff: Staff, at: datetime) -> None:
    """Keep the hash of the password a person now has, and forget those beyond the last few."""
    PasswordRecord(staff=staff, password=staff.password, set_at=at).save()
    records = PasswordRecord.objects.for_actor(_SYSTEM).filter(staff=staff).order_by("-set_at", "-id")
    beyond = list(records.values_list("id", flat=True)[REMEMBERED_PASSWORDS:])
    records.filter(id__in=beyond).delete()
