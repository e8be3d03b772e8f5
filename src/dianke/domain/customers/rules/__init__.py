"""Decisions of the customer archive."""

from dianke.domain.customers.rules.addresses import fold_address
from dianke.domain.customers.rules.names import (
    INITIALS_LENGTH,
    PINYIN_LENGTH,
    SearchWay,
    choose_search_way,
    fold_pinyin,
    fold_search_text,
    is_pinyin,
    spell_name,
)
from dianke.domain.customers.rules.obstacles import find_account_obstacle, find_location_obstacle
from dianke.domain.customers.rules.personal import (
    find_identity_obstacle,
    find_phone_obstacle,
    fold_bank_account,
    fold_identity_number,
    fold_masked_phone,
    fold_phone,
    mask_folded_phone,
)

__all__ = [
    "INITIALS_LENGTH",
    "PINYIN_LENGTH",
    "SearchWay",
    "choose_search_way",
    "find_account_obstacle",
    "find_identity_obstacle",
    "find_location_obstacle",
    "find_phone_obstacle",
    "fold_address",
    "fold_bank_account",
    "fold_identity_number",
    "fold_masked_phone",
    "fold_phone",
    "fold_pinyin",
    "fold_search_text",
    "is_pinyin",
    "mask_folded_phone",
    "spell_name",
]
