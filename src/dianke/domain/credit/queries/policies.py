"""The policy in force: what the product brings, and what the utility put beside its data."""

from datetime import date

from django.conf import settings

from dianke.domain.credit.rules.policy import Policy, find_policy, list_house_policies, read_policies

OWN_FILE = "credit-policy.toml"


def get_policy(*, on: date) -> Policy:
    """
    Return the policy in force on a day.

    :raises PolicyUnreadable: if the utility's own file cannot be used, or the day lies before the first policy
    """
    path = settings.DATA_DIR / OWN_FILE
    own = read_policies(path.read_text("utf-8")) if path.is_file() else []
    return find_policy([*list_house_policies(), *own], on=on)
