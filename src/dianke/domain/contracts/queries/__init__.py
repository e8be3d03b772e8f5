"""Reads of supply contracts."""

from dianke.domain.contracts.queries.contracts import (
    ContractUnknown,
    filter_versions,
    find_contract,
    get_version,
    in_force,
    list_ending,
    list_signatures,
    list_versions,
)
from dianke.domain.contracts.queries.templates import find_template, find_template_of, get_proposal, list_templates

__all__ = [
    "ContractUnknown",
    "filter_versions",
    "find_contract",
    "find_template",
    "find_template_of",
    "get_proposal",
    "get_version",
    "in_force",
    "list_ending",
    "list_signatures",
    "list_templates",
    "list_versions",
]
