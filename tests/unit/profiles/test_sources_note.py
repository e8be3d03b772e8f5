"""The note of what needs facts from elsewhere names every tag that no module here can feed."""

from pathlib import Path

from dianke.domain.profiles.rules.catalogue import list_built_in

NOTE = Path(__file__).parents[3] / "docs" / "howto" / "know-the-customer.md"
REPORTED = "fact:"


def test_every_tag_that_needs_reported_facts_is_named_with_their_type() -> None:
    rows = [line for line in NOTE.read_text("utf-8").splitlines() if line.startswith("| `")]

    for tag in list_built_in():
        reported = [one.removeprefix(REPORTED) for one in tag.sources if one.startswith(REPORTED)]
        if reported:
            row = next((line for line in rows if f"`{tag.code}`" in line), "")
            assert all(f"`{one}`" in row for one in reported), (tag.code, row)


def test_no_other_tag_is_said_to_wait() -> None:
    note = NOTE.read_text("utf-8")

    fed = [tag.code for tag in list_built_in() if not any(one.startswith(REPORTED) for one in tag.sources)]

    assert [code for code in fed if f"`{code}`" in note] == []
