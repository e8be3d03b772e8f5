"""What outcomes of steps and facts of conditions are called; a test asks for each that a process file names."""

from django.utils.translation import pgettext_lazy

from dianke.interfaces.web.components.page import Text

OUTCOMES: dict[str, Text] = {
    "DONE": pgettext_lazy("outcome", "Done"),
    "ACCEPTED": pgettext_lazy("outcome", "Accepted"),
    "AGREED": pgettext_lazy("outcome", "Agreed"),
    "APPROVED": pgettext_lazy("outcome", "Approved"),
    "CHANGE_ASKED": pgettext_lazy("outcome", "Change asked for"),
    "CLEAR": pgettext_lazy("outcome", "No debts"),
    "ISSUED": pgettext_lazy("outcome", "Issued"),
    "NO_OBJECTION": pgettext_lazy("outcome", "No objection"),
    "NOT_PROVED": pgettext_lazy("outcome", "Not proved"),
    "OBJECTED": pgettext_lazy("outcome", "Objected"),
    "OWING": pgettext_lazy("outcome", "Owing"),
    "PASSED": pgettext_lazy("outcome", "Passed"),
    "PROVED": pgettext_lazy("outcome", "Proved"),
    "REFUND_DUE": pgettext_lazy("outcome", "Balance to refund"),
    "REFUSED": pgettext_lazy("outcome", "Refused"),
    "RETURNED": pgettext_lazy("outcome", "Returned"),
    "REWORK": pgettext_lazy("outcome", "Rework"),
    "SETTLED": pgettext_lazy("outcome", "Settled"),
    "WITHDRAWN": pgettext_lazy("outcome", "Withdrawn"),
}

FACTS: dict[str, Text] = {
    "has_fees": pgettext_lazy("process fact", "whether fees are due"),
    "needs_design_review": pgettext_lazy("process fact", "whether the design must be reviewed"),
    "needs_meeting": pgettext_lazy("process fact", "whether a review meeting is needed"),
    "needs_mid_inspection": pgettext_lazy("process fact", "whether hidden works must be inspected"),
}
