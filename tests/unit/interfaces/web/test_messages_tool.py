"""The tool that keeps the Chinese catalogue."""

import gettext
import io

from frontend import messages
from frontend.messages import Entry, Message


def test_template_texts_are_found_in_every_form() -> None:
    text = (
        '{% load i18n %}{% translate "Plain" %}{% translate \'Quoted "word"\' as w %}'
        '{% translate "May" context "month" %}'
        "{% blocktranslate %}Nothing for {{ text }}.{% endblocktranslate %}"
        "{% blocktranslate count n=n %}one day{% plural %}{{ n }} days{% endblocktranslate %}"
        '{% include "x.html" with title=_("In a filter") %}'
    )

    assert list(messages.find_in_template(text)) == [
        Message("Plain"),
        Message('Quoted "word"'),
        Message("May", context="month"),
        Message("Nothing for %(text)s."),
        Message("one day", plural="%(n)s days"),
        Message("In a filter"),
    ]


def test_python_texts_are_found_in_calls() -> None:
    text = 'a = _("One")\nb = t.ngettext("day", "days", n)\nc = pgettext_lazy("month", "May")\nd = f("no")\n'

    assert list(messages.find_in_python(text)) == [
        Message("One"),
        Message("day", plural="days"),
        Message("May", context="month"),
    ]


def test_refusals_are_found_by_their_code_and_message() -> None:
    text = 'class A(DomainError):\n    code = "a"\n    message = "no {x}"\nclass B:\n    message = "not a refusal"\n'

    assert list(messages.find_refusals(text)) == [Message("no {x}")]


def test_catalogue_is_read_back_as_written() -> None:
    entries = [
        Entry(Message('say "no"\n'), ("a.py",), "说“不”\n"),
        Entry(Message("day", plural="days"), ("b.py",), "%(n)d 天"),
        Entry(Message("May", context="month"), ("c.py",), "五月"),
        Entry(Message("open"), ("d.py",), ""),
    ]

    known = messages.read_catalogue(messages.write_catalogue(entries))

    assert known == {entry.message: entry.chinese for entry in entries}


def test_compiled_catalogue_answers_as_gettext_reads_it() -> None:
    entries = [
        Entry(Message("Refused"), ("a.py",), "不能办理"),
        Entry(Message("%d day", plural="%d days"), ("b.py",), "%d 天"),
        Entry(Message("May", context="month"), ("c.py",), "五月"),
        Entry(Message("open"), ("d.py",), ""),
    ]

    catalogue = gettext.GNUTranslations(io.BytesIO(messages.compile_catalogue(entries)))

    assert catalogue.gettext("Refused") == "不能办理"
    assert catalogue.ngettext("%d day", "%d days", 3) == "%d 天"
    assert catalogue.pgettext("month", "May") == "五月"
    assert catalogue.gettext("open") == "open"
