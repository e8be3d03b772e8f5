"""Personal data as it is shown to whoever has no leave to see it whole."""

_STAR = "*"


def mask_identity_number(text: str) -> str:
    """Return an identity number with its first and last four characters: 4201**********1234."""
    return _keep_ends(text, head=4, tail=4)


def mask_phone(text: str) -> str:
    """Return a phone number with its first three and last four digits: 139****4418."""
    return _keep_ends(text, head=3, tail=4)


def mask_bank_account(text: str) -> str:
    """Return a bank account with its last four digits: ***************1234."""
    return _keep_ends(text, head=0, tail=4)


def mask_birthday(text: str) -> str:
    """Return a birthday with nothing of it: ****-**-**."""
    return "".join(sign if sign == "-" else _STAR for sign in text)


def mask_email(text: str) -> str:
    """Return a mail address with the first letter before the @: l***@example.com."""
    name, at, domain = text.partition("@")
    return f"{name[:1]}***{at}{domain}" if at else _keep_ends(text, head=1, tail=0)


def _keep_ends(text: str, *, head: int, tail: int) -> str:
    # A third at least is hidden; a text too short for its ends keeps at most a third of itself.
    if len(text) * 2 < (head + tail) * 3:
        head, tail = 0, min(tail, len(text) // 3)
    return text[:head] + _STAR * (len(text) - head - tail) + text[len(text) - tail :]


def mask_name(text: str) -> str:
    """Return a name with its first character: 张**; of a company too, for many are named after their owner."""
    return _keep_ends(text, head=1, tail=0)


def mask_address(text: str) -> str:
    """Return an address with its first half at most, as far as a road: 云泽市东工******."""
    return _keep_ends(text, head=min(6, len(text) // 2), tail=0)
