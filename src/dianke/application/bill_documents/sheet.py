"""A structured bill as the paper shows it: groups with sums, figures with thousands marks, texts that are cited."""

from collections.abc import Iterator, Sequence
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

from dianke.application.bill_documents.citations import cite
from dianke.domain.billing.rules.documents.structured_bill import BillKind, OccasionCode
from dianke.domain.billing.rules.documents.words import BillWords
from dianke.domain.billing.rules.explanations import money, plain
from dianke.platform.documents.typesetting import draw_qr

Row = dict[str, Any]
_PERCENT_UNIT = "CNY"
_NOTES = {BillKind.REVERSAL.value: "reverses", BillKind.BACK_BILLING.value: "adds"}


def lay_out_sheet(bill: Row) -> Row:
    """Return a structured bill as texts, ready to be set."""
    words = BillWords(bill["language"])
    texts = _list_texts(bill)
    return {
        "number": bill["number"],
        "title": _write_title(bill, words),
        "issuer": bill["issuer"]["name"],
        "customer": bill["account"]["customer_name"],
        "facts": [[words.word("labels", label), value] for label, value in _list_facts(bill, words) if value],
        "figures": [[words.word("labels", label), value] for label, value in _list_figures(bill)],
        "due": _money(bill["total"]["amount"]),
        "in_words": bill["total"]["in_words"],
        "notes": _list_notes(bill, words),
        "meters": [_draw_meter(meter) for meter in bill["meters"]],
        "groups": [_draw_group(group, bill, texts, words) for group in bill["subtotals"]],
        "explanations": list(_list_explanations(bill, words)),
        "texts": [cite(one, language=bill["language"]) for one in texts],
        "qr": draw_qr(bill["number"]),
    }


def _write_title(bill: Row, words: BillWords) -> str:
    year, month = bill["month"].split("-")
    shown = f"{year}年{int(month)}月" if bill["language"] == "zh-Hans" else bill["month"]
    occasion = bill["occasion"]
    is_final = occasion is not None and occasion["code"] != OccasionCode.OPENING.value
    return f"{shown} {words.word('labels', 'title_final' if is_final else 'title')}"


def _list_facts(bill: Row, words: BillWords) -> Iterator[tuple[str, str]]:
    account, supply, period = bill["account"], bill["supply"], bill["period"]
    last = date.fromisoformat(period["end"]) - timedelta(days=1)
    span = words.word("labels", "period_of").format(start=period["start"], last=last, days=period["days"])
    has_basic = supply["basic_charge_mode"] != "NONE"
    # The first four have a line each.
    yield "name", account["customer_name"]
    yield "account", account["number"]
    yield "address", account["address"]
    yield "period", span
    yield "class", f"{account['usage_class_name']} {supply['structure_name']}"
    yield "voltage", supply["voltage"]
    yield "side", supply["metering_side_name"]
    yield "capacity", f"{plain(Decimal(supply['capacity_kva']))} kVA" if supply["capacity_kva"] else ""
    yield "mode", supply["basic_charge_mode_name"] if has_basic else ""
    yield "sheet", bill["price"]["sheet"]
    yield "issued", f"{datetime.fromisoformat(bill['issued_at']):%Y-%m-%d}"
    yield "pay_by", bill["due_date"] or ""


def _list_figures(bill: Row) -> Iterator[tuple[str, str]]:
    total = bill["total"]
    yield "energy", plain(Decimal(bill["quantities"]["energy_kwh"]))
    if total["average_price"] is not None:
        yield "average", total["average_price"].replace("-", "−")
    yield "tax", _money(total["tax_amount"])


def _list_notes(bill: Row, words: BillWords) -> list[str]:
    occasion = bill["occasion"]
    notes: list[str] = []
    if occasion:
        notes.append(words.word("labels", f"occasion_{occasion['code'].lower()}").format(**occasion))
    if bill["stage"]:
        notes.append(_name_stage(bill["stage"], words))
    for one in bill["corrections"]:
        is_own = bill["number"] == one["original"]
        label = _NOTES.get(bill["kind"], "replaces")
        # A replacement may itself have been replaced: then both notes stand.
        values = {key: value or "" for key, value in one.items()} | {"before": _money(one["original_amount"])}
        own_label = "replaced" if one["replacement"] else "taken_back"
        notes.append(words.word("labels", own_label if is_own else label).format(**values))
    return notes


def _name_stage(stage: Row, words: BillWords) -> str:
    label = "stage_last" if stage["number"] == stage["of"] else "stage_interim"
    return words.word("labels", label).format(**stage)


def _draw_meter(meter: Row) -> Row:
    return {
        "number": meter["number"],
        "days": f"{meter['start'][5:]} – {meter['end'][5:]}",
        "multiplier": plain(Decimal(meter["multiplier"])),
        "read": meter["quality_name"],
        "registers": [
            {
                "name": one["name"],
                "start": _reading(one["start"]) if one["start"] is not None else "",
                "end": _reading(one["end"]),
                "quantity": plain(Decimal(one["quantity"])),
            }
            for one in meter["registers"]
        ],
    }


def _draw_group(group: Row, bill: Row, texts: Sequence[str], words: BillWords) -> Row:
    own = [line for line in bill["lines"] if line["section"] == group["section"] and not line["is_included"]]
    parts = [line for line in bill["lines"] if line["is_included"]] if group["section"] == "energy" else []
    remark = ""
    if group["section"] == "power_factor" and bill["power_factor"]:
        remark = words.word("labels", "power_factor").format(**bill["power_factor"]).replace("-", "−")
    return {
        "name": group["name"],
        "amount": _money(group["amount"]),
        "remark": remark,
        "lines": [_draw_line(line, texts) for line in own],
        "parts": [_draw_part(line, texts, words) for line in parts],
    }


def _draw_line(line: Row, texts: Sequence[str]) -> Row:
    return {
        "name": line["name"],
        "caption": line["caption"],
        "quantity": _quantity(line),
        "unit": line["unit_name"],
        "price": _price(line),
        "amount": _money(line["amount"]),
        "source": f"{line['rule']} {_number_texts([texts.index(one) + 1 for one in line['regulations']])}".strip(),
    }


def _draw_part(line: Row, texts: Sequence[str], words: BillWords) -> Row:
    return {**_draw_line(line, texts), "name": words.word("labels", "included").format(name=line["name"])}


def _list_explanations(bill: Row, words: BillWords) -> Iterator[Row]:
    for line in bill["lines"]:
        if not line["is_included"]:
            yield {"name": line["name"], "steps": [step["text"] for step in line["explanation"]]}
    losses = bill["quantities"]["losses"]
    if losses:
        yield {"name": words.word("labels", "losses"), "steps": [step["text"] for step in losses]}


def _list_texts(bill: Row) -> list[str]:
    """Return every text that a line cites, in the order of the bill."""
    return list(dict.fromkeys(one for line in bill["lines"] for one in line["regulations"]))


def _number_texts(numbers: Sequence[int]) -> str:
    """Return [1–3, 5]: numbers that follow each other stand together."""
    spans: list[list[int]] = []
    for number in sorted(numbers):
        if spans and spans[-1][-1] == number - 1:
            spans[-1].append(number)
        else:
            spans.append([number])
    shown = [str(span[0]) if len(span) == 1 else f"{span[0]}–{span[-1]}" for span in spans]
    return f"[{', '.join(shown)}]" if shown else ""


def _quantity(line: Row) -> str:
    value = Decimal(line["quantity"])
    return money(value) if line["unit"] == _PERCENT_UNIT else plain(value)


def _price(line: Row) -> str:
    value = Decimal(line["price"])
    if line["unit"] == _PERCENT_UNIT:
        return f"{plain(value * 100)}%"
    decimals = max(2 if line["unit"] in {"kVA", "kW"} else 6, -int(value.normalize().as_tuple().exponent))
    return f"{value:,.{decimals}f}".replace("-", "−")


def _reading(text: str) -> str:
    value = Decimal(text)
    decimals = max(2, -int(value.normalize().as_tuple().exponent))
    return f"{value:,.{decimals}f}".replace("-", "−")


def _money(text: str) -> str:
    return money(Decimal(text))
