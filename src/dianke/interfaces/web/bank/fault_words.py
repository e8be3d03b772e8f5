"""What can be wrong with files of banks, and what to do about it."""

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from dianke.interfaces.web.components.page import Text

COLUMNS: dict[str, Text] = {
    "serial": _("Serial"),
    "user_number": _("Account"),
    "asked": _("Asked (yuan)"),
    "paid": _("Paid (yuan)"),
    "code": _("Bank's answer"),
    "paid_on": _("Paid on"),
    "reference": _("Reference"),
}

COLLECTION_COLUMNS: dict[str, Text] = {
    "number": _("Number of the other side"),
    "target": _("Account or order"),
    "way": pgettext_lazy("money", "Way"),
    "amount": _("Amount (yuan)"),
    "fee": _("Commission (yuan)"),
    "paid_at": _("Paid at"),
    "sender": _("Sender"),
    "receiver": _("Receiver"),
    "day": _("Day"),
}
_AGAIN = _("Ask for the file again; nothing of it is taken.")
_ROW = _("Ask the bank for the row; the others can be taken.")
FAULTS: dict[str, tuple[Text, Text]] = {
    "file_empty": (_("the file is empty"), _AGAIN),
    "head_unreadable": (_("the header cannot be read"), _("Choose a file of a bank in one of the two layouts.")),
    "kind_wrong": (
        _("the file is of another kind; wanted {wanted}"),
        _("Choose the file that the bank answered with."),
    ),
    "namespace_wrong": (_("the file is no file of a bank"), _("Choose a file of a bank in one of the two layouts.")),
    "xml_unreadable": (_("the file breaks off or is no XML"), _AGAIN),
    "xml_has_document_type": (_("the file has a document type, which no file of a bank needs"), _AGAIN),
    "xml_too_deep": (_("the file is nested too deep"), _AGAIN),
    "xml_text_too_long": (_("a text in the file is too long"), _AGAIN),
    "truncated": (_("the file breaks off: it has no trailer"), _AGAIN),
    "count_wrong": (_("the file tells of another count of rows; found {found}"), _AGAIN),
    "total_wrong": (_("the file tells of another total; found {found}"), _AGAIN),
    "checksum_wrong": (_("the checksum is wrong: the file was changed on its way"), _AGAIN),
    "batch_unknown": (_("there is no such batch"), _("Check which utility the answer is for.")),
    "bank_wrong": (_("the sender is not the bank of the batch"), _("Check which bank the answer is from.")),
    "receiver_wrong": (_("the file is for somebody else"), _("Check which utility the answer is for.")),
    "batch_not_sent": (_("the batch was not sent, or was taken back"), _("An answer to it is refused; ask the bank.")),
    "answered_already": (_("this answer was taken already"), _("Nothing was changed and nothing is to be done.")),
    "layout_wrong": (_("the layout is not that of the bank"), _("Ask for the file in the layout agreed on.")),
    "acquirer_wrong": (_("the sender is not the gateway or agent chosen"), _("Choose whose file it is.")),
    "file_taken_already": (
        _("the file of this day and number was taken already"),
        _("Nothing was changed and nothing is to be done."),
    ),
    "number_twice": (
        _("the number stands in the file twice"),
        _("None of the rows is taken; ask which is right."),
    ),
    "number_known": (
        _("the number stood in another file"),
        _("It was taken once and is not taken again; ask if it means another payment."),
    ),
    "amount_nothing": (_("the amount is nothing"), _ROW),
    "fee_too_much": (_("the commission is more than the amount"), _ROW),
    "day_differs": (_("the row is of another day than the file: {wanted}"), _ROW),
    "way_unreadable": (_("the way is neither PAID nor REVERSED"), _ROW),
    "moment_unreadable": (_("a time is written 20260131093000"), _ROW),
    "columns_wrong": (_("{found} columns instead of {wanted}"), _ROW),
    "characters_bad": (_("characters that cannot be read, from byte {byte} on"), _ROW),
    "row_kind_unknown": (_("neither header nor row nor trailer"), _ROW),
    "serial_unreadable": (_("the serial is no number"), _ROW),
    "number_unreadable": (_("the number is empty, too long or has unknown characters"), _ROW),
    "value_unreadable": (_("the value cannot be read"), _ROW),
    "amount_unreadable": (_("an amount is written with two decimals: 123.45"), _ROW),
    "day_unreadable": (_("a day is written 20260131"), _ROW),
    "code_unknown": (
        _("the bank's code is unknown"),
        _("Ask the bank what it means; the row stays without an answer."),
    ),
    "serial_unknown": (_("the batch has no such serial"), _ROW),
    "serial_twice": (
        _("the serial stands in the file twice"),
        _("None of the rows is taken; ask the bank which is right."),
    ),
    "line_answered": (
        _("the line was answered before"),
        _("It keeps its first answer; ask the bank if that was wrong."),
    ),
    "user_differs": (_("the batch has user {wanted} under this serial"), _ROW),
    "asked_differs": (_("the batch asked for {wanted}"), _ROW),
    "paid_too_much": (_("more was paid than was asked: {wanted}"), _("Ask the bank to return it, then take the row.")),
    "paid_does_not_fit": (_("amount and code contradict each other"), _ROW),
    "day_missing": (_("what was paid needs its day"), _ROW),
    "day_ahead": (_("the day is still to come"), _ROW),
    "balance_wrong": (_("the bookings lead to {found}, not to the closing balance"), _AGAIN),
    "parts_do_not_add_up": (_("the parts of a booking do not add up to it"), _AGAIN),
    "statement_not_one": (_("the file holds no statement, or several"), _("Load a file a statement.")),
    "account_missing": (_("it does not say one account of ours"), _("Ask for a statement of one account.")),
    "reference_missing": (_("a booking has no number"), _("Without it a booking could be loaded twice; ask the bank.")),
    "currency_wrong": (_("another currency than CNY"), _("Only accounts in CNY are loaded.")),
    "way_unknown": (_("it does not say whether money came or left"), _AGAIN),
    "title_missing": (
        _("a column is missing"),
        _("Day, number of the booking and amounts are needed; name the columns so."),
    ),
}


def describe_fault(kept: Mapping[str, Any]) -> dict[str, Any]:
    """Return a fault that was kept in the reader's words: place, column, value, what is wrong, what to do."""
    text, remedy = FAULTS[kept["code"]]
    return {
        "line": kept["line"] or "",
        "column": COLUMNS.get(kept["column"]) or COLLECTION_COLUMNS.get(kept["column"], kept["column"]),
        "value": kept["value"],
        "text": str(text).format(**kept["facts"]),
        "remedy": str(remedy),
    }
