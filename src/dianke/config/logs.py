"""Log lines for people or as JSON for machines; either way personal numbers are masked before they are written."""

import json
import logging
import re
from datetime import UTC, datetime
from typing import Any

from dianke.kernel import masks

_OWN = frozenset(vars(logging.LogRecord("", 0, "", 0, "", None, None))) | {"message", "asctime"}

_NOT_WITHIN = r"(?<![0-9A-Za-z])"
_NOT_BEFORE = r"(?![0-9A-Za-z])"
# Eighteen characters of an identity card; sixteen to nineteen digits of a bank card; a mobile number of eleven
# digits, as people break it up; a mail address.
_IDENTITY = re.compile(_NOT_WITHIN + r"[1-9][0-9]{16}[0-9Xx]" + _NOT_BEFORE)
_BANK = re.compile(_NOT_WITHIN + r"[1-9][0-9]{3}(?:[ -]?[0-9]{4}){3}(?:[ -]?[0-9]{1,3})?" + _NOT_BEFORE)
_MOBILE = re.compile(_NOT_WITHIN + r"(?:\+?86[ -]?)?1[3-9][0-9][ -]?[0-9]{4}[ -]?[0-9]{4}" + _NOT_BEFORE)
_MAIL = re.compile(r"[A-Za-z0-9._%+-]+@[A-Za-z0-9-]+(?:\.[A-Za-z0-9-]+)+")


def mask_personal_data(text: str) -> str:
    """Return the text with every identity number, bank account, mobile number and mail address masked."""
    text = _IDENTITY.sub(lambda found: masks.mask_identity_number(found[0]), text)
    text = _BANK.sub(lambda found: masks.mask_bank_account(found[0]), text)
    text = _MOBILE.sub(lambda found: masks.mask_phone(found[0]), text)
    return _MAIL.sub(lambda found: masks.mask_email(found[0]), text)


class PlainFormatter(logging.Formatter):
    """Formats a record as a line to read, its traceback too."""

    def format(self, record: logging.LogRecord) -> str:
        """Return the record with personal numbers masked."""
        return mask_personal_data(super().format(record))


class JsonFormatter(logging.Formatter):
    """Formats a record with time, level, logger, message and every extra field."""

    def format(self, record: logging.LogRecord) -> str:
        """Return the record as one line with personal numbers masked."""
        fields = {
            "at": datetime.fromtimestamp(record.created, tz=UTC).isoformat(),
            "level": record.levelname,
            "logger": record.name,
            "message": record.getMessage(),
            **{key: value for key, value in vars(record).items() if key not in _OWN},
        }
        if record.exc_info:
            fields["exception"] = self.formatException(record.exc_info)
        return json.dumps(_mask_within(fields), ensure_ascii=False)


def _mask_within(value: Any) -> Any:
    if isinstance(value, dict):
        return {str(key): _mask_within(one) for key, one in value.items()}
    if isinstance(value, list | tuple | set | frozenset):
        return [_mask_within(one) for one in value]
    if value is None or isinstance(value, bool | float):
        return value
    text = mask_personal_data(str(value))
    # A number that is nobody's stays a number.
    return value if isinstance(value, int) and text == str(value) else text
