"""Files as a bank writes them, made without a line of the product: what the readers are checked with."""

import hashlib
from collections.abc import Iterable
from html import escape

CODES = {
    "PAID": ("0000", "PAID"), "PARTLY_PAID": ("0001", "PARTLY_PAID"), "INSUFFICIENT_FUNDS": ("1001", "AM04"),
    "ACCOUNT_CLOSED": ("2002", "AC04"),
}  # fmt: skip
# serial, user number, asked, paid, code, day, reference: amounts as texts.
Row = tuple[str, str, str, str, str, str, str]


def write_text_answer(
    rows: Iterable[Row], *, batch: str, bank: str = "102", client: str = "GZ001", number: str = "1",
    day: str = "20260215",
) -> bytes:  # fmt: skip
    """Return an answer in the text layout; the code is written as one of ours and looked up here."""
    lines = [f"H|DKBF1|ANSWER|{bank}|{client}|{batch}|{day}|CNY|{number}"]
    cents = 0
    for serial, user, asked, paid, code, paid_on, reference in rows:
        cells = ["D", serial, user, asked, paid, CODES.get(code, (code, code))[0], paid_on, reference]
        lines.append("|".join(cells))
        cents += round(float(paid) * 100)
    body = "".join(f"{line}\r\n" for line in lines).encode("gb18030")
    digest = hashlib.sha256(body).hexdigest()
    return body + f"T|{len(lines) - 1}|{cents // 100}.{cents % 100:02d}|{digest}\r\n".encode()


def write_xml_answer(
    rows: Iterable[Row], *, batch: str, bank: str = "102", client: str = "GZ001", number: str = "1",
    day: str = "20260215",
) -> bytes:  # fmt: skip
    """Return an answer in the XML layout."""
    names = ("OrgnlEndToEndId", "UsrNb", "OrgnlAmt", "PdAmt", "Rsn", "PdDt", "AcctSvcrRef")
    cents, digest, entries = 0, hashlib.sha256(), []
    for serial, user, asked, paid, code, paid_on, reference in rows:
        cells = (serial, user, asked, paid, CODES.get(code, (code, code))[1], paid_on, reference)
        digest.update(("|".join(cells) + "\n").encode())
        cents += round(float(paid) * 100)
        inner = "".join(f"<{name}>{escape(text)}</{name}>" for name, text in zip(names, cells, strict=True))
        entries.append(f"<TxInf>{inner}</TxInf>")
    head = {
        "InitgPty": bank, "RcvgPty": client, "MsgId": batch, "CreDt": day, "RptNb": number,
        "NbOfTxs": str(len(entries)), "CtrlSum": f"{cents // 100}.{cents % 100:02d}", "Dgst": digest.hexdigest(),
    }  # fmt: skip
    group = "".join(f"<{name}>{escape(text)}</{name}>" for name, text in head.items())
    return (
        '<?xml version="1.0" encoding="UTF-8"?><Document xmlns="urn:dianke:bank-file:1"><CstmrPmtStsRpt>'
        f"<GrpHdr>{group}</GrpHdr>{''.join(entries)}</CstmrPmtStsRpt></Document>"
    ).encode()


def write_camt(entries: Iterable[str], *, opening: str, closing: str, account: str = "3602000109000001") -> bytes:
    """Return a CAMT.053 statement around entries that are written out."""

    def balance(kind: str, amount: str) -> str:
        return (
            f"<Bal><Tp><CdOrPrtry><Cd>{kind}</Cd></CdOrPrtry></Tp><Amt Ccy='CNY'>{amount}</Amt>"
            "<CdtDbtInd>CRDT</CdtDbtInd><Dt><Dt>2026-02-15</Dt></Dt></Bal>"
        )

    return (
        '<?xml version="1.0" encoding="UTF-8"?><Document xmlns="urn:iso:std:iso:20022:tech:xsd:camt.053.001.08">'
        "<BkToCstmrStmt><GrpHdr><MsgId>M1</MsgId><CreDtTm>2026-02-15T23:00:00</CreDtTm></GrpHdr><Stmt><Id>S-0215</Id>"
        f"<Acct><Id><Othr><Id>{account}</Id></Othr></Id></Acct>{balance('OPBD', opening)}{balance('CLBD', closing)}"
        f"{''.join(entries)}</Stmt></BkToCstmrStmt></Document>"
    ).encode()


def write_entry(
    reference: str, amount: str, *, way: str = "CRDT", name: str = "", text: str = "", end_to_end: str = "",
    day: str = "2026-02-15", more: str = "",
) -> str:  # fmt: skip
    """Return one entry of a CAMT.053 statement."""
    side = "Dbtr" if way == "CRDT" else "Cdtr"
    party = f"<RltdPties><{side}><Pty><Nm>{escape(name)}</Nm></Pty></{side}></RltdPties>" if name else ""
    refs = f"<Refs><EndToEndId>{escape(end_to_end)}</EndToEndId></Refs>" if end_to_end else ""
    info = f"<RmtInf><Ustrd>{escape(text)}</Ustrd></RmtInf>" if text else ""
    return (
        f"<Ntry><NtryRef>{reference}</NtryRef><Amt Ccy='CNY'>{amount}</Amt><CdtDbtInd>{way}</CdtDbtInd>"
        f"<Sts><Cd>BOOK</Cd></Sts><BookgDt><Dt>{day}</Dt></BookgDt>"
        f"<NtryDtls><TxDtls>{refs}<Amt Ccy='CNY'>{amount}</Amt>{party}{info}{more}</TxDtls></NtryDtls></Ntry>"
    )
