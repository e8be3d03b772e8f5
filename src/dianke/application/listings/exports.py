"""A list leaves the house."""

from datetime import datetime

from dianke.platform.audit.use_case import use_case
from dianke.platform.identity.types import Actor
from dianke.platform.preferences import operations
from dianke.platform.preferences.models import ListExport
from dianke.platform.preferences.types import FileFormat


@use_case(right="archive.export")
def record_export(
    *,
    actor: Actor,
    page: str,
    file_format: FileFormat,
    query: str,
    columns: str,
    row_count: int,
    is_cut: bool,
    at: datetime,
    purpose: str = "",
) -> ListExport:
    """
    Enter a list that is taken out into the book of exports and into the trail, and number it.

    :param purpose: what the rows may be used for; it stands in the trail and in the file
    """
    return operations.add_export(
        actor=actor,
        page=page,
        file_format=file_format,
        query=query,
        columns=columns.split(","),
        row_count=row_count,
        is_cut=is_cut,
        at=at,
    )
