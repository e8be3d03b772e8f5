"""Which right each step of an order asks for."""

VIEW, ACCEPT, SURVEY = "orders.view", "orders.accept", "orders.survey"
APPROVE, SEAL, ARCHIVE, MANAGE = "orders.approve", "orders.seal", "orders.archive", "orders.manage"

# What the customer does is recorded by whoever takes applications.
_STEPS = {
    "accept": ACCEPT,
    "remedy": ACCEPT,
    "check_site": SURVEY,
    "inspect": SURVEY,
    "approve_change": APPROVE,
    "seal": SEAL,
    "unseal": SEAL,
    "archive": ARCHIVE,
}


def right_of_step(step: str) -> str | None:
    """Return the right that a step asks for, None for one that nobody can do here."""
    return _STEPS.get(step)


def list_steps_of(right: str) -> list[str]:
    """Return the steps that ask for a right."""
    return [step for step, needed in _STEPS.items() if needed == right]
