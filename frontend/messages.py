"""
The Chinese of the pages: finds every text to translate, keeps django.po in step, compiles django.mo.

`python frontend/messages.py` rewrites both files and lists what still lacks Chinese; `--check` changes
nothing and fails when a file is behind or a text lacks Chinese; `--refusals` also enters what refusals say.
It stands for GNU gettext, which a bare machine does not have.
"""

import argparse
import ast
import functools
import os
import re
import struct
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
SOURCE = ROOT / "src" / "dianke"
CATALOGUE = SOURCE / "interfaces" / "web" / "locale" / "zh_Hans" / "LC_MESSAGES" / "django.po"

HEADER = (
    "Project-Id-Version: dianke\\n",
    "Language: zh_Hans\\n",
    "MIME-Version: 1.0\\n",
    "Content-Type: text/plain; charset=UTF-8\\n",
    "Content-Transfer-Encoding: 8bit\\n",
    "Plural-Forms: nplurals=1; plural=0;\\n",
)

_SIMPLE = {"_", "_now", "gettext", "gettext_lazy", "gettext_noop"}
_PLURAL = {"ngettext", "ngettext_lazy"}
_CONTEXT = {"pgettext", "pgettext_lazy"}
_LITERAL = r"""u?(?:"(?:\\.|[^"\\])*"|'(?:\\.|[^'\\])*')"""
_CALL = re.compile(rf"\b(_|gettext|ngettext|pgettext)\(\s*({_LITERAL})(?:\s*,\s*({_LITERAL}))?", re.DOTALL)


@dataclass(frozen=True)
class Message:
    """A text to translate; plural and context are empty when it has none."""

    singular: str
    plural: str = ""
    context: str = ""


@dataclass(frozen=True)
class Entry:
    """A text, where it stands, and its Chinese."""

    message: Message
    places: tuple[str, ...]
    chinese: str


# --- finding texts ---


def find_messages() -> dict[Message, list[str]]:
    """Return every text of templates and of Python, with the files it stands in."""
    found: dict[Message, list[str]] = {}
    for path in sorted([*SOURCE.rglob("*.html"), *SOURCE.rglob("*.txt"), *SOURCE.rglob("*.py")]):
        if not {"static", "migrations"} & set(path.parts):
            text = path.read_text("utf-8")
            _note(found, path, find_in_python(text) if path.suffix == ".py" else find_in_template(text))
    return found


def find_all_refusals() -> dict[Message, list[str]]:
    """Return what every refusal that a page may show says, reasons and remedies too, with the files."""
    found: dict[Message, list[str]] = {}
    for path in sorted(SOURCE.rglob("*.py")):
        if path.relative_to(SOURCE).parts[:2] not in {("interfaces", "cli"), ("interfaces", "jobs")}:
            text = path.read_text("utf-8")
            for find in (find_refusals, find_reasons, find_remedies):
                _note(found, path, find(text))
    return found


def _note(found: dict[Message, list[str]], path: Path, messages: Iterator[Message]) -> None:
    place = path.relative_to(ROOT).as_posix()
    for message in messages:
        places = found.setdefault(message, [])
        if place not in places:
            places.append(place)


def find_in_template(text: str) -> Iterator[Message]:
    """Yield the texts of a Django template."""
    yield from _read_template(text)


@functools.cache
def _read_template(text: str) -> tuple[Message, ...]:
    from django.utils.translation.template import templatize

    return tuple(
        _message_of(name, [ast.literal_eval(literal) for literal in (first, second) if literal])
        for name, first, second in _CALL.findall(templatize(text))
    )


def find_in_python(text: str) -> Iterator[Message]:
    """Yield the arguments of gettext and its kin in a module."""
    yield from _read_python(text).calls


def find_refusals(text: str) -> Iterator[Message]:
    """Yield the message of each class of a module that has a code and a message."""
    yield from _read_python(text).refusals


def find_reasons(text: str) -> Iterator[Message]:
    """Yield the reasons that refusals of a module are raised with, as far as they are fixed texts."""
    yield from _read_python(text).reasons


def find_remedies(text: str) -> Iterator[Message]:
    """Yield the values of a module's REMEDIES or RIGHTS: what lies below the pages knows no gettext."""
    yield from _read_python(text).remedies


@dataclass(frozen=True)
class _PythonTexts:
    """What a module says, each kind in the order that it stands in."""

    calls: tuple[Message, ...]
    refusals: tuple[Message, ...]
    reasons: tuple[Message, ...]
    remedies: tuple[Message, ...]


@functools.cache
def _read_python(text: str) -> _PythonTexts:
    """Return what a module says; it is read once, however often it is asked for."""
    tree = ast.parse(text)
    nodes = list(ast.walk(tree))
    return _PythonTexts(
        calls=tuple(message for node in nodes if isinstance(node, ast.Call) for message in _in_call(node)),
        refusals=tuple(message for node in nodes if isinstance(node, ast.ClassDef) for message in _in_class(node)),
        reasons=tuple(message for node in nodes if isinstance(node, ast.Raise) for message in _in_raise(node)),
        remedies=tuple(message for node in tree.body for message in _in_statement(node)),
    )


def _in_call(node: ast.Call) -> Iterator[Message]:
    name = getattr(node.func, "id", getattr(node.func, "attr", ""))
    literals = [a.value for a in node.args[:2] if isinstance(a, ast.Constant) and isinstance(a.value, str)]
    if name in _SIMPLE | _PLURAL | _CONTEXT and literals:
        yield _message_of(name, literals)


def _in_class(node: ast.ClassDef) -> Iterator[Message]:
    texts = dict(_text_fields(node))
    if "code" in texts and "message" in texts:
        yield Message(texts["message"])


def _in_raise(node: ast.Raise) -> Iterator[Message]:
    if isinstance(node.exc, ast.Call):
        for keyword in node.exc.keywords:
            if keyword.arg == "reason" and isinstance(keyword.value, ast.Constant):
                yield Message(str(keyword.value.value))


def _in_statement(node: ast.stmt) -> Iterator[Message]:
    if not isinstance(node, ast.Assign | ast.AnnAssign):
        return
    value = node.value
    if isinstance(value, ast.Call) and len(value.args) == 1:
        # A mapping that nobody may change is a dict in a wrapping.
        value = value.args[0]
    targets = node.targets if isinstance(node, ast.Assign) else [node.target]
    names = [target.id for target in targets if isinstance(target, ast.Name)]
    if isinstance(value, ast.Dict) and names in (["REMEDIES"], ["RIGHTS"]):
        yield from (Message(str(one.value)) for one in value.values if isinstance(one, ast.Constant))


def _message_of(name: str, literals: list[str]) -> Message:
    if name in _CONTEXT:
        return Message(singular=literals[1], context=literals[0])
    if name in _PLURAL:
        return Message(singular=literals[0], plural=literals[1])
    return Message(literals[0])


def _text_fields(node: ast.ClassDef) -> Iterator[tuple[str, str]]:
    for statement in node.body:
        value = getattr(statement, "value", None)
        if isinstance(statement, ast.Assign | ast.AnnAssign) and isinstance(value, ast.Constant):
            targets = statement.targets if isinstance(statement, ast.Assign) else [statement.target]
            for target in targets:
                if isinstance(target, ast.Name) and isinstance(value.value, str):
                    yield target.id, value.value


# --- the catalogue ---


def read_catalogue(text: str) -> dict[Message, str]:
    """Return the Chinese of each text of a .po file."""
    known: dict[Message, str] = {}
    for block in re.split(r"\n\s*\n", text):
        fields = _read_block(block)
        if fields.get("msgid"):
            message = Message(fields["msgid"], fields.get("msgid_plural", ""), fields.get("msgctxt", ""))
            known[message] = fields.get("msgstr[0]") or fields.get("msgstr", "")
    return known


def _read_block(block: str) -> dict[str, str]:
    fields: dict[str, str] = {}
    name = ""
    for line in block.splitlines():
        if line.startswith("#") or not line.strip():
            continue
        keyword, literal = ("", line) if line.startswith('"') else line.split(None, 1)
        name = keyword or name
        fields[name] = fields.get(name, "") + ast.literal_eval(literal.strip())
    return fields


def write_catalogue(entries: list[Entry]) -> str:
    """Return the .po file: entries in the order of the files they stand in."""
    blocks = ['msgid ""\nmsgstr ""\n' + "\n".join(f'"{line}"' for line in HEADER)]
    for entry in entries:
        lines = [f"#: {place}" for place in entry.places]
        if entry.message.context:
            lines.append(f"msgctxt {_quote(entry.message.context)}")
        lines.append(f"msgid {_quote(entry.message.singular)}")
        if entry.message.plural:
            lines += [f"msgid_plural {_quote(entry.message.plural)}", f"msgstr[0] {_quote(entry.chinese)}"]
        else:
            lines.append(f"msgstr {_quote(entry.chinese)}")
        blocks.append("\n".join(lines))
    return "\n\n".join(blocks) + "\n"


def _quote(text: str) -> str:
    escaped = text.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n").replace("\t", "\\t")
    return f'"{escaped}"'


def compile_catalogue(entries: list[Entry]) -> bytes:
    """Return the .mo file: header, two tables of length and offset, then the texts, sorted by their key."""
    header = "".join(HEADER).replace("\\n", "\n")
    pairs = [("", header), *((_key(entry.message), entry.chinese) for entry in entries if entry.chinese)]
    keys, texts = zip(*sorted((key.encode(), text.encode()) for key, text in pairs), strict=True)
    start = 7 * 4 + 2 * 8 * len(keys)
    key_table, offset = _table(keys, start)
    text_table, _ = _table(texts, offset)
    head = struct.pack("<7I", 0x950412DE, 0, len(keys), 28, 28 + 8 * len(keys), 0, start)
    return head + key_table + text_table + b"".join(part + b"\0" for part in (*keys, *texts))


def _key(message: Message) -> str:
    key = f"{message.singular}\0{message.plural}" if message.plural else message.singular
    return f"{message.context}\x04{key}" if message.context else key


def _table(parts: tuple[bytes, ...], offset: int) -> tuple[bytes, int]:
    table = b""
    for part in parts:
        table += struct.pack("<2I", len(part), offset)
        offset += len(part) + 1
    return table, offset


# --- the command ---


def build_entries(*, every_refusal: bool = False) -> list[Entry]:
    """
    Return every text of the pages, and the refusals that have Chinese or (on request) all of them.

    A refusal without Chinese is shown in English, so a module can be written before anybody translates it.
    """
    known = read_catalogue(CATALOGUE.read_text("utf-8")) if CATALOGUE.is_file() else {}
    found = find_messages()
    for message, places in find_all_refusals().items():
        if every_refusal or known.get(message):
            found.setdefault(message, places)
    entries = [Entry(message, tuple(places), known.get(message, "")) for message, places in found.items()]
    return sorted(entries, key=lambda entry: (entry.places[0], entry.message.singular, entry.message.context))


def is_behind(entries: list[Entry]) -> bool:
    """Tell whether the files differ from what the sources say they should be."""
    compiled = CATALOGUE.with_suffix(".mo")
    if not CATALOGUE.is_file() or not compiled.is_file():
        return True
    return CATALOGUE.read_text("utf-8") != write_catalogue(entries) or compiled.read_bytes() != compile_catalogue(
        entries
    )


def main() -> int:
    """Bring the catalogue in step, or check that it is."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--check", action="store_true", help="change nothing, fail when something is behind")
    parser.add_argument("--refusals", action="store_true", help="also enter the refusals that lack Chinese")
    options = parser.parse_args()
    entries = build_entries(every_refusal=options.refusals)
    behind = is_behind(entries)
    if behind and not options.check:
        CATALOGUE.parent.mkdir(parents=True, exist_ok=True)
        CATALOGUE.write_text(write_catalogue(entries), "utf-8")
        CATALOGUE.with_suffix(".mo").write_bytes(compile_catalogue(entries))
    lacking = [entry for entry in entries if not entry.chinese]
    for entry in lacking:
        sys.stdout.write(f"no Chinese: {entry.places[0]}: {entry.message.singular!r}\n")
    if options.check and behind:
        sys.stdout.write("django.po or django.mo is behind the sources: run python frontend/messages.py\n")
    sys.stdout.write(f"{len(entries)} texts, {len(lacking)} without Chinese\n")
    return 1 if options.check and (behind or lacking) else 0


if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "dianke.config.settings")
    raise SystemExit(main())
