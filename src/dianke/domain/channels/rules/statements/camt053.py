"""CAMT.053 of ISO 20022: the statement of a day, entries with their transactions, versions 02 and later."""

import re
from datetime import date
from decimal import Decimal, InvalidOperation

from dianke.domain.channels.rules.bank_files.types import Fault
from dianke.domain.channels.rules.safe_xml import Node, XmlRefused, walk
from dianke.domain.channels.rules.statements.types import Entry, Statement, check_balance, refuse

_NAMESPACE = re.compile(r"urn:iso:std:iso:20022:tech:xsd:camt\.053\.001\.(\d{2})", re.ASCII)
_CREDIT, _DEBIT, _BOOKED = "CRDT", "DBIT", "BOOK"
_OPENING, _CLOSING = ("OPBD", "PRCD"), ("CLBD",)
_REFERENCES = ("Refs/EndToEndId", "Refs/MndtId", "Refs/PmtInfId", "Refs/MsgId", "Refs/TxId")
_NOTHING = {"", "NOTPROVIDED"}


class _Unreadable(ValueError):
    """A part that cannot be read: fault code, column, value, line."""

    def __init__(self, code: str, column: str, node: Node, value: str) -> None:
        super().__init__(code)
        self.fault = Fault(code, node.line, column, value[:40])


def read_camt053(content: bytes) -> Statement:
    """Return the one statement of a file, with everything that is wrong with it."""
    entries: list[Entry] = []
    faults: list[Fault] = []

    def take(node: Node) -> None:
        try:
            entries.extend(_read_entry(node))
        except _Unreadable as error:
            faults.append(error.fault)

    try:
        root = walk(content, each=("Ntry",), take=take)
    except XmlRefused as refusal:
        return refuse(Fault(refusal.code, refusal.line))
    if not _NAMESPACE.fullmatch(root.namespace):
        return refuse(Fault("namespace_wrong", 1, "", root.namespace[:60]))
    statements = root.find("BkToCstmrStmt")
    found = statements.find_all("Stmt") if statements else []
    if len(found) != 1:
        return refuse(Fault("statement_not_one", 1, "", str(len(found))))
    try:
        read = _read_statement(found[0], entries, faults)
    except _Unreadable as error:
        return refuse(error.fault)
    return read if read.faults else check_balance(read)


def _read_statement(node: Node, entries: list[Entry], faults: list[Fault]) -> Statement:
    account = node.read("Acct/Id/Othr/Id", "Acct/Id/IBAN")
    if not account:
        raise _Unreadable("account_missing", "Acct", node, "")
    balances: dict[str, int] = {}
    for balance in node.find_all("Bal"):
        balances[balance.read("Tp/CdOrPrtry/Cd")] = _read_signed(balance)
    return Statement(
        account,
        node.read("Id", "ElctrncSeqNb"),
        entries,
        tuple(faults),
        next((balances[kind] for kind in _OPENING if kind in balances), None),
        next((balances[kind] for kind in _CLOSING if kind in balances), None),
    )


def _read_entry(node: Node) -> list[Entry]:
    """Return an entry as one, or each transaction that a batch entry lists, where they add up to it."""
    status = node.read("Sts/Cd", "Sts")
    if status and status != _BOOKED:
        return []
    amount = _read_signed(node)
    booked_on = _read_day(node)
    reference = node.read("AcctSvcrRef", "NtryRef")
    if not reference:
        raise _Unreadable("reference_missing", "NtryRef", node, "")
    batch = tuple(text for text in (node.read("NtryDtls/Btch/MsgId"), node.read("NtryDtls/Btch/PmtInfId")) if text)
    parts = [one for details in node.find_all("NtryDtls") for one in details.find_all("TxDtls")]
    if len(parts) <= 1:
        part = parts[0] if parts else node
        return [_build(reference, booked_on, amount, part, batch, node)]
    sign = -1 if amount < 0 else 1
    amounts = [_read_part(one) * sign for one in parts]
    if sum(amounts) != amount:
        raise _Unreadable("parts_do_not_add_up", "TxDtls", node, node.read("Amt"))
    return [
        _build(f"{reference}#{place}", booked_on, part_fen, one, batch, node)
        for place, (one, part_fen) in enumerate(zip(parts, amounts, strict=True), 1)
    ]


def _build(reference: str, booked_on: date, amount: int, part: Node, batch: tuple[str, ...], entry: Node) -> Entry:
    # Of what came in the other side is the debtor, of what went out the creditor.
    side = "Dbtr" if amount > 0 else "Cdtr"
    texts = [one.text for info in part.find_all("RmtInf") for one in info.find_all("Ustrd")]
    strict = [part.read("RmtInf/Strd/CdtrRefInf/Ref")]
    references = [text for path in _REFERENCES if (text := part.read(path)) not in _NOTHING]
    return Entry(
        reference=reference,
        booked_on=booked_on,
        amount_fen=amount,
        counterparty=part.read(f"RltdPties/{side}/Nm", f"RltdPties/{side}/Pty/Nm"),
        counterparty_account=part.read(f"RltdPties/{side}Acct/Id/Othr/Id", f"RltdPties/{side}Acct/Id/IBAN"),
        remittance=" ".join(text for text in (*texts, *strict, entry.read("AddtlNtryInf")) if text),
        references=tuple(dict.fromkeys((*references, *batch))),
        virtual_account=part.read("RltdPties/CdtrAcct/Id/Othr/Id") if amount > 0 else "",
        is_return=part.find("RtrInf") is not None or entry.read("RvslInd") == "true",
    )


def _read_signed(node: Node) -> int:
    way = node.read("CdtDbtInd")
    if way not in {_CREDIT, _DEBIT}:
        raise _Unreadable("way_unknown", "CdtDbtInd", node, way)
    amount = _read_amount(node, node.find("Amt"))
    return amount if way == _CREDIT else -amount


def _read_part(node: Node) -> int:
    return _read_amount(node, node.find("Amt") or node.find("AmtDtls/TxAmt/Amt"))


def _read_amount(at: Node, node: Node | None) -> int:
    if node is None or node.attributes.get("Ccy") != "CNY":
        raise _Unreadable("currency_wrong", "Amt", at, node.attributes.get("Ccy", "") if node else "")
    try:
        fen = Decimal(node.text) * 100
    except InvalidOperation:
        fen = Decimal("NaN")
    if not fen.is_finite() or fen < 0 or fen != fen.to_integral_value():
        raise _Unreadable("amount_unreadable", "Amt", node, node.text)
    return int(fen)


def _read_day(node: Node) -> date:
    text = node.read("BookgDt/Dt", "BookgDt/DtTm", "ValDt/Dt", "ValDt/DtTm")
    try:
        return date.fromisoformat(text[:10])
    except ValueError as error:
        raise _Unreadable("day_unreadable", "BookgDt", node, text) from error
