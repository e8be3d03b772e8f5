"""The card of the demo utility on everybody's home: what is real, what is invented, where curves come from."""

from django.utils.translation import get_language

from dianke.application.demo_utility import notes
from dianke.interfaces.web.shell.home import HomeCard, register_card
from dianke.platform.identity.types import Actor


def draw_card(actor: Actor) -> dict[str, object] | None:
    """Return the notes in the reader's language, or None where the utility is a real one."""
    if not notes.is_demo(actor=actor):
        return None
    # The sentences stand with the data they tell of, in both languages, and not in the catalogue of the pages.
    is_english = (get_language() or "").startswith("en")
    told = [note.en if is_english else note.zh for note in notes.list_notes()]
    return {
        "title": notes.TITLE.en if is_english else notes.TITLE.zh,
        "more": notes.MORE.en if is_english else notes.MORE.zh,
        "first": told[:2],
        "others": told[2:],
        "sources": [
            (source.used_for_en if is_english else source.used_for_zh, source.title, source.licence)
            for source in notes.list_sources()
        ],
    }


register_card(HomeCard(template="demo_utility/notes_card.html", values=draw_card, order=90))
