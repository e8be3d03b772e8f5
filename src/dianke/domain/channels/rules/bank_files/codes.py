"""What banks answer, read from data: its meaning, how the layouts write it, whether it may be asked again."""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib import resources

from dianke.domain.channels.rules.bank_files.types import Layout

PAID, PARTLY_PAID = "PAID", "PARTLY_PAID"
ISO_PAID, ISO_PARTLY_PAID, ISO_REFUSED = "ACSC", "PART", "RJCT"


@dataclass(frozen=True, slots=True)
class AnswerCode:
    """One answer; `evidence` grades where code and meaning come from."""

    code: str
    text: str
    iso: str
    meaning: str
    may_resend: bool
    evidence: str

    def write(self, layout: Layout) -> str:
        """Return the code as a layout writes it; what is paid has a status instead of a reason in XML."""
        return self.text if layout is Layout.TEXT else self.iso or self.code


@cache
def list_codes() -> Mapping[str, AnswerCode]:
    """Return every answer by our own code."""
    text = resources.files("dianke.domain.channels").joinpath("data", "answer_codes.toml").read_text("utf-8")
    codes = [AnswerCode(**row) for row in tomllib.loads(text)["code"]]
    return {one.code: one for one in codes}


@cache
def index_codes(layout: Layout) -> Mapping[str, str]:
    """Return our own code by what a layout writes."""
    return {one.write(layout): one.code for one in list_codes().values()}
