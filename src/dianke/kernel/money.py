"""Exact amounts: integers of a small unit, Decimal at the edges, never float."""

from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction

_DIGITS = "零壹贰叁肆伍陆柒捌玖"
_PLACES = ("", "拾", "佰", "仟")
_GROUPS = ("", "万", "亿", "兆")


def round_half_up(value: Decimal, *, decimals: int) -> Decimal:
    """Round half away from zero (四舍五入): -0.005 becomes -0.01."""
    return value.quantize(Decimal(1).scaleb(-decimals), rounding=ROUND_HALF_UP)


def round_fraction(value: Fraction, *, decimals: int) -> Decimal:
    """Round an exact fraction once, half away from zero: 1/3 becomes 0.33."""
    scaled = abs(value) * 10**decimals
    whole = (2 * scaled.numerator + scaled.denominator) // (2 * scaled.denominator)
    return Decimal(-whole if value < 0 else whole).scaleb(-decimals)


def yuan_to_fen(amount: Decimal) -> int:
    """Return whole fen; an amount finer than a fen is refused, for it was never rounded by a rule."""
    fen = amount.scaleb(2)
    if fen != fen.to_integral_value():
        msg = f"{amount} yuan is finer than a fen"
        raise ValueError(msg)
    return int(fen)


def fen_to_yuan(amount_fen: int) -> Decimal:
    """Return yuan with two decimals."""
    return Decimal(amount_fen).scaleb(-2)


def format_yuan(amount_fen: int) -> str:
    """Return 1,234.50 with thousands marks and a true minus sign."""
    text = f"{abs(amount_fen) // 100:,}.{abs(amount_fen) % 100:02d}"
    return f"−{text}" if amount_fen < 0 else text


def spell_yuan(amount_fen: int) -> str:
    """Return the amount in the capital characters that Chinese vouchers carry (人民币大写)."""
    sign = "负" if amount_fen < 0 else ""
    yuan, fen = divmod(abs(amount_fen), 100)
    whole = _spell_integer(yuan) + "元" if yuan else ""
    jiao, rest = divmod(fen, 10)
    if not fen:
        return f"{sign}{whole or '零元'}整"
    tail = _DIGITS[jiao] + "角" if jiao else ("零" if whole else "")
    return sign + whole + tail + (_DIGITS[rest] + "分" if rest else "整")


def _spell_integer(value: int) -> str:
    groups: list[str] = []
    pending_zero = False
    parts: list[int] = []
    while value:
        value, part = divmod(value, 10_000)
        parts.append(part)
    for index in range(len(parts) - 1, -1, -1):
        part = parts[index]
        if not part:
            pending_zero = bool(groups)
            continue
        if groups and (pending_zero or part < 1_000):
            groups.append("零")
        groups.append(_spell_group(part) + _GROUPS[index])
        pending_zero = False
    return "".join(groups)


def _spell_group(part: int) -> str:
    text = ""
    pending_zero = False
    for place in range(3, -1, -1):
        digit = part // 10**place % 10
        if not digit:
            pending_zero = bool(text)
            continue
        text += ("零" if pending_zero else "") + _DIGITS[digit] + _PLACES[place]
        pending_zero = False
    return text
