"""Writes of the customer archive."""

from dianke.domain.customers.operations.belongings import (
    UnableToAddAlias,
    UnableToMarkAccount,
    UnableToSaveEquipment,
    add_alias,
    add_equipment,
    add_marks,
    attach_document,
    end_mark,
    record_check,
)
from dianke.domain.customers.operations.closing import close_account, hand_over_account
from dianke.domain.customers.operations.contacts import (
    UnableToRecordConsent,
    UnableToSaveContact,
    add_contacts,
    change_contact,
    end_contact,
    record_consent,
    withdraw_consent,
)
from dianke.domain.customers.operations.editing import change_customer, change_location
from dianke.domain.customers.operations.entering import (
    UnableToAddAccount,
    UnableToAddCustomer,
    UnableToAddLocation,
    add_account,
    add_accounts,
    add_customer,
    add_customers,
    add_location,
    add_locations,
)
from dianke.domain.customers.operations.key_data import (
    ChangeIsDecided,
    UnableToAskForChange,
    ValueChangedMeanwhile,
    approve_key_change,
    ask_key_change,
    read_key_value,
    reject_key_change,
    withdraw_key_change,
)
from dianke.domain.customers.operations.merging import UnableToMerge, UnableToUndoMerge, merge_customers, undo_merge
from dianke.domain.customers.operations.numbers import draw_customer_number, draw_location_code, draw_user_number
from dianke.domain.customers.operations.reaching import CustomerOutOfReach
from dianke.domain.customers.operations.suspicions import note_suspicion, settle_suspicion

__all__ = [
    "ChangeIsDecided",
    "CustomerOutOfReach",
    "UnableToAddAccount",
    "UnableToAddAlias",
    "UnableToAddCustomer",
    "UnableToAddLocation",
    "UnableToAskForChange",
    "UnableToMarkAccount",
    "UnableToMerge",
    "UnableToRecordConsent",
    "UnableToSaveContact",
    "UnableToSaveEquipment",
    "UnableToUndoMerge",
    "ValueChangedMeanwhile",
    "add_account",
    "add_accounts",
    "add_alias",
    "add_contacts",
    "add_customer",
    "add_customers",
    "add_equipment",
    "add_location",
    "add_locations",
    "add_marks",
    "approve_key_change",
    "ask_key_change",
    "attach_document",
    "change_contact",
    "change_customer",
    "change_location",
    "close_account",
    "draw_customer_number",
    "draw_location_code",
    "draw_user_number",
    "end_contact",
    "end_mark",
    "hand_over_account",
    "merge_customers",
    "note_suspicion",
    "read_key_value",
    "record_check",
    "record_consent",
    "reject_key_change",
    "settle_suspicion",
    "undo_merge",
    "withdraw_consent",
    "withdraw_key_change",
]
