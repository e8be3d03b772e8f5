"""A browser is told in a few words, and an unknown one as it calls itself."""

import pytest

from dianke.interfaces.web.components.browsers import browser

WINDOWS = (
    "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/130.0.0.0 Safari/537.36"
)


@pytest.mark.parametrize(
    ("agent", "words"),
    [
        (WINDOWS, "Chrome 130 · Windows"),
        (f"{WINDOWS} Edg/131.0.2903.51", "Edge 131 · Windows"),
        ("Mozilla/5.0 (X11; Linux x86_64; rv:128.0) Gecko/20100101 Firefox/128.0", "Firefox 128 · Linux"),
        ("Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) Version/18.0 Safari/604.1", "Safari 18 · iOS"),
        ("curl/8.9.1", "curl/8.9.1"),
        ("", "–"),
    ],
)
def test_browser_is_told_in_a_few_words(agent: str, words: str) -> None:
    assert browser(agent) == words
