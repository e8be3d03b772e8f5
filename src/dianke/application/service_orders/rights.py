"""Which right each step of an order asks for."""

VIEW, ACCEPT, SURVEY = "orders.view", "orders.accept", "orders.survey"
APPROVE, SEAL, ARCHIVE, MANAGE = "orders.approve", "orders.seal", "orders.archive", "orders.manage"

# Work of other modules that an order asks for is done by whoever may do it there.
READ, REMOVE, CONTRACT = "readings.record", "archive.edit", "contracts.draft"
BILL, OPEN, ISSUE = "billing.ask_final", "billing.run", "billing.issue"
SETTLE, REFUND = "payments.receive", "payments.ask"

# Plans of supply, and what other departments say to them.
PLAN, SIGN_GRID, SIGN_DISPATCH = "orders.plan", "orders.sign_grid", "orders.sign_dispatch"
SIGN_SAFETY = "orders.sign_safety"

# What the customer does is recorded by whoever takes applications.
_STEPS = {
    "accept": ACCEPT,
    "remedy": ACCEPT,
    "check_debts": ACCEPT,
    "pay_debts": ACCEPT,
    "propose": SURVEY,
    "check_site": SURVEY,
    "check_window": SURVEY,
    "inspect": SURVEY,
    "approve_change": APPROVE,
    "seal": SEAL,
    "unseal": SEAL,
    "archive": ARCHIVE,
    "archive_closing": ARCHIVE,
    "prove_no_use": READ,
    "read_final": READ,
    "remove_meter": REMOVE,
    "remove_temporarily": REMOVE,
    "reinstall": REMOVE,
    "survey": SURVEY,
    "draft_plan": PLAN,
    "sign_grid": SIGN_GRID,
    "sign_dispatch": SIGN_DISPATCH,
    "sign_safety": SIGN_SAFETY,
    "approve_plan": APPROVE,
    "review_meeting": APPROVE,
    "answer_plan": PLAN,
    "confirm_plan": ACCEPT,
    "collect_fee": SETTLE,
    "design": ACCEPT,
    "review_design": PLAN,
    "build": ACCEPT,
    "inspect_mid": SURVEY,
    "report_completion": ACCEPT,
    "inspect_completion": SURVEY,
    "sign_dispatch_agreement": SIGN_DISPATCH,
    "sign_dual_agreement": CONTRACT,
    "install_meter": REMOVE,
    "energise": SEAL,
    "open_parts": PLAN,
    "finish_parts": CONTRACT,
    "exchange_meter": REMOVE,
    "join_grid": SEAL,
    "notify_customer": CONTRACT,
    "sign_contract": CONTRACT,
    "end_contract": CONTRACT,
    "bill_final": BILL,
    "open_account": OPEN,
    "issue_final": ISSUE,
    "settle": SETTLE,
    "refund": REFUND,
    "file_claim": REFUND,
}
# After these the archive or the books are no longer what they were.
LASTING = (
    "seal",
    "unseal",
    "remove_meter",
    "remove_temporarily",
    "reinstall",
    "issue_final",
    "energise",
    "open_parts",
    "install_meter",
    "exchange_meter",
)


def right_of_step(step: str) -> str | None:
    """Return the right that a step asks for, None for one that nobody can do here."""
    return _STEPS.get(step)


def list_steps_of(right: str) -> list[str]:
    """Return the steps that ask for a right."""
    return [step for step, needed in _STEPS.items() if needed == right]


def list_rights() -> list[str]:
    """Return the rights that steps ask for, each once."""
    return list(dict.fromkeys(_STEPS.values()))
