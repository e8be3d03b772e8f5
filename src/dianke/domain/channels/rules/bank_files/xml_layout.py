"""
The XML layout: the same content under names of ISO 20022 (pain.008 asks, pain.002 answers), in a namespace of our own.

Header: count, total, and the SHA-256 of the cells of every entry joined as in the text layout, in UTF-8.
"""

import hashlib
from collections.abc import Iterable, Sequence
from typing import Any
from xml.sax.saxutils import escape

from dianke.domain.channels.rules.bank_files.rows import (
    COLUMNS,
    WRITERS,
    clean_text,
    get_total_cell,
    read_amount,
    read_day,
    read_row,
    write_amount,
)
from dianke.domain.channels.rules.bank_files.types import BadRow, BankFile, Fault, FileKind, Head, Layout
from dianke.domain.channels.rules.safe_xml import Node, XmlRefused, walk

NAMESPACE = "urn:dianke:bank-file:1"
ENTRY = "TxInf"
MESSAGES = {
    FileKind.REQUEST: "CstmrDrctDbtInitn",
    FileKind.ANSWER: "CstmrPmtStsRpt",
}
# Names of the elements of an entry, in the order of the columns.
ELEMENTS = {
    FileKind.REQUEST: ("EndToEndId", "MndtId", "UsrNb", "DbtrAcct", "DbtrNm", "InstdAmt", "Ustrd"),
    FileKind.ANSWER: ("OrgnlEndToEndId", "UsrNb", "OrgnlAmt", "PdAmt", "Rsn", "PdDt", "AcctSvcrRef"),
}
_HEAD = ("InitgPty", "RcvgPty", "MsgId", "CreDt", "RptNb", "NbOfTxs", "CtrlSum", "Dgst")


def write_xml(head: Head, lines: Iterable[Any]) -> bytes:
    """Return a file; texts lose bars and control characters, so that both layouts hold the same."""
    write, total_cell = WRITERS[head.kind], get_total_cell(head.kind)
    names = ELEMENTS[head.kind]
    digest, total, entries = hashlib.sha256(), 0, []
    for line in lines:
        cells = write(line, Layout.XML)
        digest.update(_join(cells))
        total += read_amount(cells[total_cell])
        inner = "".join(f"<{name}>{escape(text)}</{name}>" for name, text in zip(names, cells, strict=True))
        entries.append(f"<{ENTRY}>{inner}</{ENTRY}>\n")
    values = (head.sender, head.receiver, head.batch, f"{head.made_on:%Y%m%d}", head.number, str(len(entries)),
              write_amount(total), digest.hexdigest())  # fmt: skip
    group = "".join(f"<{name}>{escape(clean_text(text))}</{name}>" for name, text in zip(_HEAD, values, strict=True))
    message = MESSAGES[head.kind]
    parts = [
        f'<?xml version="1.0" encoding="UTF-8"?>\n<Document xmlns="{NAMESPACE}"><{message}>\n',
        f"<GrpHdr>{group}</GrpHdr>\n",
        *entries,
        f"</{message}></Document>\n",
    ]
    return "".join(parts).encode()


def read_xml(content: bytes, *, kind: FileKind) -> BankFile[Any]:
    """Return a file as it came, with everything that is wrong with it."""
    reader = _Reader(kind)
    if not content:
        return BankFile(None, (), (), (), (Fault("file_empty"),))
    try:
        root = walk(content, each=(ENTRY, "GrpHdr"), take=reader.take)
    except XmlRefused as refusal:
        # A file that breaks off is unreadable at its end: what was read before is of no use.
        return BankFile(None, (), (), (), (Fault(refusal.code, refusal.line),))
    if root.namespace != NAMESPACE or root.tag != "Document":
        return BankFile(None, (), (), (), (Fault("namespace_wrong", 1, "", root.namespace[:40]),))
    if [one.tag for one in root.children] != [MESSAGES[kind]]:
        found = root.children[0].tag if root.children else ""
        return BankFile(None, (), (), (), (Fault("kind_wrong", 1, "kind", found[:40], {"wanted": kind.value}),))
    return reader.conclude()


class _Reader:
    """What was read so far."""

    def __init__(self, kind: FileKind) -> None:
        self._kind = kind
        self._names = ELEMENTS[kind]
        self._total_cell = get_total_cell(kind)
        self._head: Node | None = None
        self._lines: list[Any] = []
        self._places: list[int] = []
        self._bad_rows: list[BadRow] = []
        self._digest = hashlib.sha256()
        self._count = 0
        self._total = 0

    def take(self, node: Node) -> None:
        """Read an entry, or the header."""
        if node.tag != ENTRY:
            self._head = node
            return
        self._count += 1
        cells = [one.text for one in node.children]
        self._digest.update(_join(cells))
        if tuple(one.tag for one in node.children) != self._names:
            fault = Fault("columns_wrong", node.line, "", "", {
                "found": str(len(cells)), "wanted": str(len(COLUMNS[self._kind]))})  # fmt: skip
            self._bad_rows.append(BadRow(node.line, cells, (fault,)))
            return
        row = read_row(self._kind, cells, layout=Layout.XML, place=node.line)
        if isinstance(row, BadRow):
            self._bad_rows.append(row)
        else:
            self._lines.append(row)
            self._places.append(node.line)
        try:
            self._total += read_amount(cells[self._total_cell])
        except ValueError:
            return

    def conclude(self) -> BankFile[Any]:
        """Compare what was read with what the header says."""
        if self._head is None or tuple(one.tag for one in self._head.children) != _HEAD:
            return BankFile(None, (), (), (), (Fault("head_unreadable", self._head.line if self._head else 1),))
        sender, receiver, batch, day, number, count, total, digest = (one.text for one in self._head.children)
        place = self._head.line
        try:
            head = Head(self._kind, sender, receiver, batch, read_day(day), number)
        except ValueError:
            return BankFile(None, (), (), (), (Fault("day_unreadable", place, "day", day[:40]),))
        found = write_amount(self._total)
        faults = []
        if count != str(self._count):
            faults.append(Fault("count_wrong", place, "count", count[:40], {"found": str(self._count)}))
        if total != found:
            faults.append(Fault("total_wrong", place, "total", total[:40], {"found": found}))
        if digest.lower() != self._digest.hexdigest():
            faults.append(Fault("checksum_wrong", place, "checksum", digest[:40]))
        return BankFile(head, self._lines, self._places, self._bad_rows, tuple(faults))


def _join(cells: Sequence[str]) -> bytes:
    return ("|".join(cells) + "\n").encode()
