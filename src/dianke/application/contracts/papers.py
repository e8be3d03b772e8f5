"""The contract as paper: the sides, what they agreed on, clause by clause, and where they sign."""

from importlib import resources
from typing import Any

from dianke.application.contracts.reading import require_whole
from dianke.domain.contracts import queries
from dianke.domain.contracts.models import ContractVersion
from dianke.domain.contracts.rules.templates import list_parameters
from dianke.platform.audit.use_case import use_case
from dianke.platform.documents.typesetting import set_pdf
from dianke.platform.identity.types import Actor


@use_case(right="contracts.view")
def write_contract(*, actor: Actor, key: int) -> bytes:
    """Return a version as PDF; equal versions give equal bytes, which a signature is made over."""
    version = queries.get_version(actor=actor, key=key)
    require_whole(actor=actor, version=version)
    return set_contract(version)


def set_contract(version: ContractVersion) -> bytes:
    """Return a version as PDF."""
    template = (resources.files("dianke.application.contracts") / "contract.typ").read_bytes()
    return set_pdf(template=template, content=_write_content(version))


def _write_content(version: ContractVersion) -> dict[str, Any]:
    labels = list_parameters()
    return {
        "title": version.title,
        "number": str(version),
        # Until it is approved it may change, and says so.
        "mark": "" if version.content_hash else "草稿，未经审批，不得签署",
        "hash": version.content_hash,
        "facts": [[one.label, version.parameters.get(name) or ""] for name, one in labels.items()
                  if version.parameters.get(name) and name != "basic_mode"],
        "clauses": [[one.heading, one.text] for one in version.list_clauses()],
        "signatures": ["供电人（盖章）：", "用电人（签章）："],
        "signed": "签订日期：　　　　年　　月　　日",
    }  # fmt: skip
