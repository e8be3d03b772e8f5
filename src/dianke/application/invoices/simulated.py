"""
A tax platform that issues nothing: it remembers what it was handed in a folder, answers late, refuses and repeats.

It is for trials and tests. What it decides follows from the invoice alone: a buyer named "拒收" and an invoice whose
figures do not add up are refused, everything else is accepted when it is asked after the second time.
"""

import hashlib
import json
import os
from collections.abc import Mapping
from decimal import Decimal
from pathlib import Path
from typing import Any

from dianke.domain.invoicing.types import PlatformAnswer

REFUSED_BUYER = "拒收"
# How often it is asked, handing in counted, before it answers.
_ASKED_BEFORE_ANSWER = 2
_SERIAL_DIGITS = 15


class SimulatedTaxPlatform:
    """Answers as a platform does, and gives numbers of twenty digits that no tax office knows."""

    def __init__(self, folder: Path) -> None:
        """Remember in a folder, so that every process meets the same platform."""
        self._folder = folder

    def submit(self, document: Mapping[str, Any]) -> PlatformAnswer:
        """Take an invoice; the same one again is the same invoice, another one under its number is refused."""
        number = str(document["number"])
        digest = hashlib.sha256(_write(document).encode()).hexdigest()
        known = self._read(number)
        if known is None:
            known = {"digest": digest, "asked": 0, **self._judge(document)}
        elif known["digest"] != digest:
            return PlatformAnswer(is_refused=True, code="DUPLICATE", text="编号已用于内容不同的发票")
        return self._answer(number, known)

    def _answer(self, number: str, known: dict[str, Any]) -> PlatformAnswer:
        known["asked"] += 1
        self._keep(number, known)
        if known["asked"] < _ASKED_BEFORE_ANSWER:
            return PlatformAnswer()
        if known["code"]:
            return PlatformAnswer(is_refused=True, code=known["code"], text=known["text"])
        return PlatformAnswer(is_accepted=True, platform_number=known["platform_number"])

    def _judge(self, document: Mapping[str, Any]) -> dict[str, str]:
        totals = document["totals"]
        net, tax, total = (Decimal(totals[f"{name}_amount"]) for name in ("net", "tax", "total"))
        lines = sum((Decimal(line["total_amount"]) for line in document["lines"]), start=Decimal(0))
        if net + tax != total or lines != total:
            return {"code": "SUMS", "text": "金额、税额与价税合计不符", "platform_number": ""}
        if REFUSED_BUYER in document["buyer"]["name"]:
            return {"code": "BUYER", "text": "购买方名称与税号不符", "platform_number": ""}
        return {"code": "", "text": "", "platform_number": _make_number(document)}

    def _read(self, number: str) -> dict[str, Any] | None:
        path = self._find_path(number)
        found: dict[str, Any] | None = json.loads(path.read_text("utf-8")) if path.is_file() else None
        return found

    def _keep(self, number: str, known: dict[str, Any]) -> None:
        self._folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        path = self._find_path(number)
        aside = path.with_name(f"{path.name}.{os.getpid()}.part")
        aside.write_text(json.dumps(known, ensure_ascii=False), "utf-8")
        aside.replace(path)

    def _find_path(self, number: str) -> Path:
        return self._folder / f"{hashlib.sha256(number.encode()).hexdigest()}.json"


def _make_number(document: Mapping[str, Any]) -> str:
    """Return twenty digits: the year, a province that does not exist, and what follows from seller and number."""
    text = f"{document['seller']['tax_number']} {document['number']}"
    serial = int(hashlib.sha256(text.encode()).hexdigest(), 16) % 10**_SERIAL_DIGITS
    return f"{document['invoice_date'][2:4]}000{serial:0{_SERIAL_DIGITS}d}"


def _write(document: Mapping[str, Any]) -> str:
    # What we note of its way is not part of an invoice.
    own = {name: value for name, value in document.items() if name not in {"state", "platform_number"}}
    return json.dumps(own, sort_keys=True, ensure_ascii=False)
