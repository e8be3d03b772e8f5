"""What a reader sees of a contract: who may not see the archive sees no name and no address in it."""

from dataclasses import replace

from dianke.domain.contracts.models import ContractVersion
from dianke.domain.contracts.types import Clause
from dianke.kernel.masks import mask_name
from dianke.platform.audit.use_case import PermissionRefused
from dianke.platform.identity.types import Actor

SEE_WHOLE = "archive.view"
_PERSONAL = ("customer", "address")


def read_words(*, actor: Actor, version: ContractVersion) -> tuple[dict[str, str], list[Clause]]:
    """Return the parameters and clauses of a version, name and address masked where the archive may not be seen."""
    clauses = version.list_clauses()
    if sees_whole(actor=actor, version=version):
        return dict(version.parameters), clauses
    hidden = [value for name in _PERSONAL if (value := version.parameters.get(name, ""))]
    parameters = {name: _hide(value, hidden) for name, value in version.parameters.items()}
    return parameters, [replace(one, text=_hide(one.text, hidden)) for one in clauses]


def sees_whole(*, actor: Actor, version: ContractVersion) -> bool:
    """Tell whether somebody may see whom a contract is with."""
    return actor.may(SEE_WHOLE, version.unit.path)


def require_whole(*, actor: Actor, version: ContractVersion) -> None:
    """
    Refuse whoever may not see whom a contract is with: a paper cannot be masked.

    :raises PermissionRefused: if the archive of its unit may not be seen
    """
    if not sees_whole(actor=actor, version=version):
        raise PermissionRefused(field="actor", login=actor.login, right=SEE_WHOLE)


def _hide(text: str, hidden: list[str]) -> str:
    for value in hidden:
        text = text.replace(value, mask_name(value))
    return text
