"""The policy in force: what the product brings, and what the utility put beside its data."""

from collections.abc import Sequence
from datetime import date

from django.conf import settings

from dianke.domain.fee_control.rules.policy import Policy, find_policy, list_house_policies, read_policies

OWN_FILE = "fee-control.toml"


def list_policies() -> Sequence[Policy]:
    """Return every version known, the utility's own after those of the product."""
    path = settings.DATA_DIR / OWN_FILE
    own = read_policies(path.read_text("utf-8")) if path.is_file() else []
    return [*list_house_policies(), *own]


def get_policy(*, on: date) -> Policy:
    """Return what is in force on a day."""
    return find_policy(list_policies(), on=on)
