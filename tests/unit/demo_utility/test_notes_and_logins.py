"""The pages say what the demo is; its passwords are new each time and kept where only their owner reads."""

from pathlib import Path

from dianke.application.demo_utility import logins, notes, organisation
from dianke.application.rights import CONFLICTING_RIGHTS, RIGHTS


class TestListNotes:
    def test_says_what_is_invented_mixed_and_modelled_in_both_languages(self) -> None:
        told = {note.code: note for note in notes.list_notes()}

        assert "虚构" in told["INVENTED"].zh
        assert "invented" in told["INVENTED"].en
        assert "混用两省" in told["PROVINCES"].zh
        assert "two provinces" in told["PROVINCES"].en
        assert "基准模型" in told["AREA"].zh
        assert "benchmark model" in told["AREA"].en

    def test_begins_with_what_matters_most(self) -> None:
        assert [note.code for note in notes.list_notes()][:2] == ["INVENTED", "PROVINCES"]


class TestPasswords:
    def test_differ_between_loads_and_people(self) -> None:
        first, second = organisation.make_passwords(), organisation.make_passwords()

        assert len({*first.values(), *second.values()}) == 2 * len(organisation.PEOPLE)

    def test_come_back_from_a_file_that_only_its_owner_reads(self, tmp_path: Path) -> None:
        passwords = organisation.make_passwords()

        logins.keep_passwords(tmp_path / "var", passwords)

        file = tmp_path / "var" / logins.FILE_NAME
        assert file.stat().st_mode & 0o777 == 0o600
        assert logins.read_passwords(tmp_path / "var") == passwords

    def test_a_later_load_replaces_the_file(self, tmp_path: Path) -> None:
        logins.keep_passwords(tmp_path, organisation.make_passwords())
        passwords = organisation.make_passwords()

        logins.keep_passwords(tmp_path, passwords)

        assert logins.read_passwords(tmp_path) == passwords
        assert [file.name for file in tmp_path.iterdir()] == [logins.FILE_NAME]

    def test_a_missing_or_broken_file_gives_none(self, tmp_path: Path) -> None:
        assert logins.read_passwords(tmp_path) is None
        (tmp_path / logins.FILE_NAME).write_text('{"reviewer": ')
        assert logins.read_passwords(tmp_path) is None


class TestPosts:
    def test_hold_only_rights_that_exist(self) -> None:
        held = {right for post in organisation.POSTS for right in post.rights}

        assert held <= RIGHTS.keys()

    def test_never_join_what_two_people_must_do(self) -> None:
        joined = [
            post.code for post in organisation.POSTS for pair in CONFLICTING_RIGHTS if set(pair) <= set(post.rights)
        ]

        assert joined == []

    def test_every_person_holds_one_of_them_at_a_unit_that_exists(self) -> None:
        units = {organisation.UTILITY_CODE, *(unit.code for unit in organisation.UNITS)}

        assert {person.post for person in organisation.PEOPLE} <= {post.code for post in organisation.POSTS}
        assert {person.unit for person in organisation.PEOPLE} <= units
        assert len({person.login for person in organisation.PEOPLE}) == len(organisation.PEOPLE)

    def test_two_units_have_a_clerk_and_somebody_who_approves(self) -> None:
        held = {(person.post, person.unit) for person in organisation.PEOPLE}

        for post in ("COUNTER_CLERK", "ARCHIVE_KEEPER"):
            assert {(post, "DEMO-CQ"), (post, "DEMO-DJ")} <= held
