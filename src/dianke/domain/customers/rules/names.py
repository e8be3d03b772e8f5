"""How a search text is looked up, and how a name is spelt in pinyin."""

import re
import unicodedata
from enum import StrEnum
from functools import lru_cache

from dianke.domain.customers.types import CustomerKind, NamePinyin

INITIALS_LENGTH = 120
PINYIN_LENGTH = 400

_NOT_STORED = re.compile(r"[^a-z0-9]")
_NOT_TYPED = re.compile(r"[^A-Za-z0-9 ']")

# Surnames that are read otherwise than the same character elsewhere.
_SURNAMES = {
    "单": "shan", "仇": "qiu", "解": "xie", "查": "zha", "曾": "zeng", "任": "ren", "区": "ou", "朴": "piao",
    "盖": "ge", "乐": "yue", "翟": "zhai", "员": "yun", "黑": "he", "缪": "miao", "折": "she", "尉": "yu",
    "秘": "bi", "种": "chong", "宓": "fu", "洗": "xian", "长": "zhang", "卜": "bu", "令": "ling", "覃": "qin",
}  # fmt: skip
_DOUBLE_SURNAMES = {
    "尉迟": ("yu", "chi"),
    "长孙": ("zhang", "sun"),
    "万俟": ("mo", "qi"),
    "单于": ("chan", "yu"),
}


class SearchWay(StrEnum):
    """Which index answers a text of a length: trigrams find nothing shorter than three characters."""

    NOTHING = "NOTHING"
    PREFIX = "PREFIX"
    BIGRAM = "BIGRAM"
    TRIGRAM = "TRIGRAM"


def fold_search_text(text: str) -> str:
    """Return the text as it is searched: full-width forms narrowed, blanks trimmed, NUL taken out."""
    return " ".join(unicodedata.normalize("NFKC", text.replace("\0", "")).split())


def choose_search_way(text: str) -> SearchWay:
    """Return the index for a folded text: prefix for one character, bigrams for two, trigrams from three."""
    if not text:
        return SearchWay.NOTHING
    return {1: SearchWay.PREFIX, 2: SearchWay.BIGRAM}.get(len(text), SearchWay.TRIGRAM)


def is_pinyin(text: str) -> bool:
    """Tell whether a text may be pinyin or its initials: Latin letters, with digits and blanks between."""
    return text.isascii() and any(letter.isalpha() for letter in text) and _NOT_TYPED.sub("", text) == text


def fold_pinyin(text: str) -> str:
    """Return pinyin as it is stored: small Latin letters and digits, nothing between."""
    return _NOT_STORED.sub("", text.casefold())


# In front of what is no Chinese character while a name is spelt; no stored text keeps it.
_WHOLE = "\0"


def _mark_whole(text: str) -> str:
    return f"{_WHOLE}{text}"


@lru_cache(maxsize=50_000)
def _spell_character(character: str) -> str:
    from pypinyin import lazy_pinyin

    return fold_pinyin("".join(lazy_pinyin(character)))


def spell_name(name: str, *, kind: CustomerKind) -> NamePinyin:
    """Return initials and full pinyin of a name; a person's surname is read as a surname."""
    if kind is CustomerKind.PERSON:
        # A person's name holds no words, so that characters are read one by one and surnames as surnames.
        head = _DOUBLE_SURNAMES.get(name[:2]) or (_SURNAMES.get(name[:1]) or _spell_character(name[:1]),)
        syllables = [*head, *(_spell_character(character) for character in name[len(head) :])]
        initials = [syllable[:1] for syllable in syllables]
    else:
        from pypinyin import lazy_pinyin

        # Words decide how a character is read; a Latin word inside the name stays whole in both.
        syllables = lazy_pinyin(name, errors=_mark_whole)
        initials = [one if one.startswith(_WHOLE) else one[:1] for one in syllables]
    return NamePinyin(
        initials=fold_pinyin("".join(initials))[:INITIALS_LENGTH],
        full=fold_pinyin("".join(syllables))[:PINYIN_LENGTH],
    )
