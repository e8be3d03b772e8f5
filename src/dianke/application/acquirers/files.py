"""Files of days: a gateway's is there to compare, an agent's is booked too."""

from datetime import datetime
from pathlib import Path

from dianke.domain.channels.models import CollectionFile
from dianke.domain.channels.operations import collections
from dianke.domain.channels.operations.collections import CollectionOutOfState
from dianke.domain.channels.queries import collections as queries
from dianke.domain.channels.queries.acquirers import get_acquirer
from dianke.domain.channels.rules.bank_files.text_layout import read_text
from dianke.domain.channels.rules.bank_files.types import FileKind
from dianke.domain.channels.rules.gateway.interface import find_gateway
from dianke.domain.channels.rules.gateway.types import AcquirerKind
from dianke.platform.audit.use_case import use_case
from dianke.platform.identity.types import Actor
from dianke.platform.import_batches import files

_RECONCILE = "payments.reconcile"
MOST_BYTES = 8 * 1024 * 1024


@use_case(right=_RECONCILE)
def bring_file(
    *, actor: Actor, code: str, file_name: str, content: bytes, at: datetime, data_dir: Path
) -> CollectionFile:
    """
    Check the file of a day whole and keep it; nothing is booked yet.

    :raises AcquirerUnknown: if there is no such gateway or agent
    :raises CollectionOutOfState: if it is a card terminal, which has no files
    """
    # Held, so that of two equal files the second finds the first.
    acquirer = get_acquirer(actor=actor, code=code, lock=True)
    if acquirer.is_terminal:
        raise CollectionOutOfState(field="code", file=file_name, reason="a card terminal has no files")
    kept = files.keep_file(data_dir=data_dir, name=file_name, content=content)
    gateway = find_gateway(AcquirerKind(acquirer.kind))
    read = gateway.read_daily_file(content) if gateway else read_text(content, kind=FileKind.COLLECTION)
    return collections.take_file(acquirer=acquirer, file=kept, read=read, login=actor.login, at=at)


@use_case(right=_RECONCILE)
def book_file(*, actor: Actor, key: int, at: datetime) -> CollectionFile:
    """
    Book the good lines of an agent's file.

    :raises CollectionOutOfState: if it was booked, is refused, or is a gateway's
    """
    file = queries.get_file(actor=actor, key=key, lock=True)
    if file is None:
        raise CollectionOutOfState(field="key", file=str(key), reason="there is none")
    return collections.book_file(actor=actor, file=file, login=actor.login, at=at)
