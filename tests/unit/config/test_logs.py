"""Log lines carry no personal number whole, wherever in the record it stands."""

import json
import logging

import pytest

from dianke.config.logs import JsonFormatter, PlainFormatter, mask_personal_data

IDENTITY, PHONE, BANK = "42010619880312123X", "13907214418", "6222021001112341234"


def make_record(message: str, *arguments: object, **extra: object) -> logging.LogRecord:
    """Return a record as a logger makes it."""
    record = logging.LogRecord("dianke", logging.INFO, "x.py", 1, message, arguments, None)
    vars(record).update(extra)
    return record


@pytest.mark.parametrize(
    ("text", "written"),
    [
        (f"identity {IDENTITY}.", "identity 4201**********123X."),
        ("身份证420106198803121234已存在", "身份证4201**********1234已存在"),
        (f"call {PHONE}", "call 139****4418"),
        ("call +86 139-0721-4418", "call +86**********4418"),
        (f"卡号 {BANK}", "卡号 ***************1234"),
        ("card 6222 0210 0111 2341 234", "card *******************" + " 234"),
        ("wang.xm@example.com wrote", "w***@example.com wrote"),
        ("account 1000000013, bill 202601000012", "account 1000000013, bill 202601000012"),
        ("request 0e6d13907214418fa0 took 139.07 ms", "request 0e6d13907214418fa0 took 139.07 ms"),
        ("meter 2026-11-22 02:41:12,123", "meter 2026-11-22 02:41:12,123"),
    ],
)
def test_personal_numbers_are_masked_and_others_are_not(text: str, written: str) -> None:
    assert mask_personal_data(text) == written


def test_plain_line_masks_arguments_and_traceback() -> None:
    try:
        raise ValueError(IDENTITY)
    except ValueError as error:
        record = make_record("phone %s", PHONE)
        record.exc_info = (type(error), error, error.__traceback__)

    line = PlainFormatter("%(levelname)s %(message)s").format(record)

    assert line.startswith("INFO phone 139****4418\n")
    assert IDENTITY not in line


def test_json_line_masks_message_and_extra_fields_of_any_form() -> None:
    record = make_record("bank %s", BANK, row={"phone": PHONE, "n": 7}, numbers=(int(PHONE), 12), ok=True, none=None)

    fields = json.loads(JsonFormatter().format(record))

    assert fields["message"] == "bank ***************1234"
    assert fields["row"] == {"phone": "139****4418", "n": 7}
    assert fields["numbers"] == ["139****4418", 12]
    assert (fields["ok"], fields["none"]) == (True, None)
