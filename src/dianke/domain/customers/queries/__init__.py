"""Reads of the customer archive."""

from dianke.domain.customers.queries.accounts import get_account, get_customer, list_accounts
from dianke.domain.customers.queries.details import (
    get_key_change,
    list_consents,
    list_contacts,
    list_documents,
    list_equipment,
    list_key_changes,
    list_marks,
    list_merges,
)
from dianke.domain.customers.queries.hashes import (
    hash_bank_account,
    hash_identity_number,
    hash_masked_phone,
    hash_phone,
    hash_phone_mask,
)
from dianke.domain.customers.queries.search import (
    Typed,
    find_keys,
    list_customers_by_key,
    match_customers,
    match_locations,
)

__all__ = [
    "Typed",
    "find_keys",
    "get_account",
    "get_customer",
    "get_key_change",
    "hash_bank_account",
    "hash_identity_number",
    "hash_masked_phone",
    "hash_phone",
    "hash_phone_mask",
    "list_accounts",
    "list_consents",
    "list_contacts",
    "list_customers_by_key",
    "list_documents",
    "list_equipment",
    "list_key_changes",
    "list_marks",
    "list_merges",
    "match_customers",
    "match_locations",
]
