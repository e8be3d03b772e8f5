"""An older server gets enumerations whole: the values that migrations added later stand in their places."""

from dianke.platform.database.recorded_schema import RECORDING, name_values_at_once

STATEMENTS = """\
CREATE TYPE mood AS ENUM (
    'calm',  -- nothing, happens
    'busy'
);
create table day (mood mood);
ALTER TYPE mood ADD VALUE 'late';
ALTER TYPE mood ADD VALUE 'brisk' BEFORE 'busy';
ALTER TYPE mood ADD VALUE 'gone' AFTER 'late';
create index on day (mood);
"""


def test_values_stand_where_they_were_added() -> None:
    whole = name_values_at_once(STATEMENTS)

    assert "('calm', 'brisk', 'busy', 'late', 'gone'" in whole.replace("ENUM (", "(")
    assert "ADD VALUE" not in whole
    assert whole.splitlines()[-1] == "create index on day (mood);"


def test_statements_without_added_values_stay_as_they_are() -> None:
    plain = "CREATE TYPE mood AS ENUM (\n    'calm'\n);\n"

    assert name_values_at_once(plain) == plain


def test_nothing_is_added_later_in_the_recording() -> None:
    whole = name_values_at_once(RECORDING.read_text("utf-8"))

    assert "ADD VALUE" not in whole
