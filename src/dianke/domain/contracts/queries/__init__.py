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
from dianke.domain.contracts.queries.templates import (
    TemplateUnknown,
    find_template,
    find_template_of,
    get_template,
    list_templates,
)

__all__ = [
    "ContractUnknown",
    "TemplateUnknown",
    "filter_versions",
    "find_contract",
    "find_template",
    "find_template_of",
    "get_template",
    "get_version",
    "in_force",
    "list_ending",
    "list_signatures",
    "list_templates",
    "list_versions",
]
