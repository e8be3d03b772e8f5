"""A file on its way: kept, mapped, checked, corrected, loaded, and taken back exactly."""

import csv
import io
from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path

import pytest
from tests.factories.archive import NOW, Archive, actor_of
from tests.factories.imports import KINDS, ROWS, write_customers

from dianke.application.imports import batches, outcomes, rejects
from dianke.application.imports.files import UnreadableFile
from dianke.application.imports.load_table import get_spec
from dianke.domain.customers import operations as customers
from dianke.domain.customers.models import Customer, CustomerAccount
from dianke.domain.customers.types import UsageClass
from dianke.platform.audit.use_case import PermissionRefused
from dianke.platform.crypto import keys
from dianke.platform.identity.types import Actor
from dianke.platform.import_batches import files, queries
from dianke.platform.import_batches.models import ImportBatch
from dianke.platform.import_batches.operations import UnableToMoveBatch

pytestmark = pytest.mark.django_db

LIMIT = 64 * 1024 * 1024
HEADER = "客户编号,客户名称,客户类型,立户日期,单位编码"
ONE = f"{HEADER}\nK1,甲,个人,2020-05-01,GSE\n"
TWO = f"{ONE}K2,乙,个人,2020-02-30,GSE\n"

Bring = Callable[..., ImportBatch]


@pytest.fixture
def bring(archive: Archive, tmp_path: Path) -> Bring:
    """Return a function that hands a text in and checks it."""

    def run(content: str | bytes, *, table: str = "customers", actor: Actor | None = None) -> ImportBatch:
        who = actor or archive.actor
        batch = batches.bring_file(
            actor=who,
            table=table,
            file_name="客户.csv",
            content=content if isinstance(content, bytes) else content.encode(),
            size_limit=LIMIT,
            at=NOW,
            data_dir=tmp_path,
        )
        batches.begin_check(actor=who, batch_id=batch.pk, at=NOW)
        return carry_out(who, batch, tmp_path)

    return run


def carry_out(actor: Actor, batch: ImportBatch, data_dir: Path) -> ImportBatch:
    batches.carry_out(actor=actor, batch_id=batch.pk, at=NOW, data_dir=data_dir, size_limit=LIMIT)
    return batches.get_batch(actor=actor, batch_id=batch.pk)


def load(actor: Actor, batch: ImportBatch, data_dir: Path, *, keep_good: bool = False) -> ImportBatch:
    batches.begin_load(actor=actor, batch_id=batch.pk, keep_good=keep_good, at=NOW)
    return carry_out(actor, batch, data_dir)


def count_customers(archive: Archive) -> int:
    return int(Customer.objects.for_actor(archive.actor).count())


def test_every_one_of_300_faults_in_20_000_rows_is_found(archive: Archive, bring: Bring) -> None:
    content, expected = write_customers()

    batch = bring(content)

    rows = queries.list_bad_rows(actor=archive.actor, batch=batch)
    assert {row.line: row.codes for row in rows} == {line: [code] for line, code in expected.items()}
    assert (batch.row_count, batch.bad_row_count, batch.fault_counts) == (ROWS, 300, KINDS)
    assert count_customers(archive) == 0


def test_good_rows_are_kept_bad_ones_returned_and_the_batch_undone_exactly(
    archive: Archive, bring: Bring, tmp_path: Path
) -> None:
    other = load(archive.actor, bring(ONE.replace("K1", "OTHER")), tmp_path)
    # More than one copy of rows holds; twenty thousand are brought, loaded and undone in the browser.
    content, expected = write_customers(rows=3_000, every=10)

    batch = load(archive.actor, bring(content), tmp_path, keep_good=True)

    assert (batch.state, batch.stored_count, count_customers(archive)) == ("LOADED", 2_700, 2_701)
    report = outcomes.rebuild_report(actor=archive.actor, batch=batch, spec=get_spec("customers"))
    returned = list(csv.reader(io.StringIO(rejects.write_csv_rejects(report, "zh").decode("utf-8-sig"))))
    assert len(returned) == 301
    assert returned[0][-2:] == ["错误", "处理办法"]

    removed = batches.undo_batch(actor=archive.actor, batch_id=batch.pk, reason="装错了", at=NOW)

    assert (removed, count_customers(archive)) == (2_700, 1)
    batch.refresh_from_db()
    assert (batch.state, batch.undone_by, batch.undo_reason) == ("UNDONE", "system", "装错了")
    assert batches.get_batch(actor=archive.actor, batch_id=other.pk).state == "LOADED"
    assert len(expected) == 300


def test_rows_that_something_refers_to_are_not_taken_out(archive: Archive, bring: Bring, tmp_path: Path) -> None:
    batch = load(archive.actor, bring(ONE), tmp_path)
    customers.add_account(
        actor=archive.actor,
        customer=Customer.objects.for_actor(archive.actor).get(number="K1"),
        number="1000000016",
        usage_class=UsageClass.RESIDENTIAL,
        opened_date=date(2020, 5, 1),
    )

    with pytest.raises(batches.UnableToUndoBatch) as refusal:
        batches.undo_batch(actor=archive.actor, batch_id=batch.pk, reason="装错了", at=NOW)

    told = [(one.kind, one.label, one.by_label, one.count, one.examples) for one in refusal.value.obstacles]
    assert told == [("used", "customers.customer", "customers.customeraccount", 1, ("1000000016",))]
    assert count_customers(archive) == 1
    assert batches.get_batch(actor=archive.actor, batch_id=batch.pk).state == "LOADED"


def test_rows_that_were_changed_are_not_taken_out(archive: Archive, bring: Bring, tmp_path: Path) -> None:
    batch = load(archive.actor, bring(ONE), tmp_path)
    customer = Customer.objects.for_actor(archive.actor).get(number="K1")
    customer.industry_code = "C1711"
    customer.save()

    with pytest.raises(batches.UnableToUndoBatch) as refusal:
        batches.undo_batch(actor=archive.actor, batch_id=batch.pk, reason="装错了", at=NOW)

    assert [(one.kind, one.count) for one in refusal.value.obstacles] == [("changed", 1)]
    assert count_customers(archive) == 1


def test_many_rows_leave_their_history_under_whoever_loaded_them(
    archive: Archive, bring: Bring, tmp_path: Path
) -> None:
    content, _faults = write_customers(rows=600)

    load(archive.actor, bring(content), tmp_path, keep_good=True)

    events = Customer.pgh_event_model.objects.for_actor(archive.actor)  # type: ignore[attr-defined]
    stored = count_customers(archive)
    assert stored > 500
    assert events.filter(pgh_label="insert", pgh_context__metadata__actor="system").count() == stored


def test_accounts_of_a_batch_are_undone_before_its_customers(archive: Archive, bring: Bring, tmp_path: Path) -> None:
    first = load(archive.actor, bring(ONE), tmp_path)
    accounts = "户号,客户编号,用电类别,开户日期\n1000000016,K1,居民,2020-05-01\n"
    second = load(archive.actor, bring(accounts, table="accounts"), tmp_path)

    batches.undo_batch(actor=archive.actor, batch_id=second.pk, reason="装错了", at=NOW)
    batches.undo_batch(actor=archive.actor, batch_id=first.pk, reason="装错了", at=NOW)

    assert count_customers(archive) == 0
    assert not CustomerAccount.objects.for_actor(archive.actor).exists()


def test_a_corrected_cell_is_checked_at_once_and_loaded(archive: Archive, bring: Bring, tmp_path: Path) -> None:
    batch = bring(TWO)
    assert batch.fault_counts == {"date_impossible": 1}

    batches.correct_cell(
        actor=archive.actor,
        batch_id=batch.pk,
        correction=batches.Correction(line=3, place=3, text="2020-02-29"),
        at=NOW,
        data_dir=tmp_path,
        size_limit=LIMIT,
    )
    batch = load(archive.actor, batches.get_batch(actor=archive.actor, batch_id=batch.pk), tmp_path)

    assert (batch.state, batch.fault_count, batch.stored_count) == ("LOADED", 0, 2)
    assert Customer.objects.for_actor(archive.actor).get(number="K2").since_date == date(2020, 2, 29)


def test_columns_of_another_system_are_guessed_and_can_be_told(archive: Archive, bring: Bring, tmp_path: Path) -> None:
    text = "用户编号,户名,客户类型,建档日期,单位,登记人\nK1,甲,个人,2020-05-01,GSE,老王\n"
    batch = batches.bring_file(
        actor=archive.actor,
        table="customers",
        file_name="a.csv",
        content=text.encode("gb18030"),
        size_limit=LIMIT,
        at=NOW,
        data_dir=tmp_path,
    )
    guessed = batches.read_mapping(batch)

    batches.map_columns(actor=archive.actor, batch_id=batch.pk, mapping={**guessed, 4: "unit", 5: ""})
    batches.begin_check(actor=archive.actor, batch_id=batch.pk, at=NOW)
    batch = load(archive.actor, carry_out(archive.actor, batch, tmp_path), tmp_path)

    assert [guessed[place] for place in range(4)] == ["number", "name", "kind", "since_date"]
    assert guessed[5] == ""
    assert (batch.stored_count, batch.encoding) == (1, "GB18030")


def test_two_columns_cannot_be_the_same_and_required_ones_must_be_named(archive: Archive, bring: Bring) -> None:
    batch = bring(ONE)

    with pytest.raises(batches.UnableToMapColumns, match="客户名称"):
        batches.map_columns(
            actor=archive.actor,
            batch_id=batch.pk,
            mapping={0: "name", 1: "name", 2: "kind", 3: "since_date", 4: "unit"},
        )
    with pytest.raises(batches.UnableToMapColumns, match="立户日期"):
        batches.map_columns(
            actor=archive.actor, batch_id=batch.pk, mapping={0: "number", 1: "name", 2: "kind", 3: "", 4: "unit"}
        )

    assert batches.get_batch(actor=archive.actor, batch_id=batch.pk).state == "CHECKED"


def test_a_batch_is_loaded_once(archive: Archive, bring: Bring, tmp_path: Path) -> None:
    batch = load(archive.actor, bring(ONE), tmp_path)

    with pytest.raises(UnableToMoveBatch):
        batches.begin_load(actor=archive.actor, batch_id=batch.pk, keep_good=False, at=NOW)

    assert count_customers(archive) == 1


def test_a_row_that_became_bad_since_the_check_stops_the_load(archive: Archive, bring: Bring, tmp_path: Path) -> None:
    batch = bring(TWO.replace("02-30", "02-20"))
    load(archive.actor, bring(ONE), tmp_path)

    batch = load(archive.actor, batch, tmp_path)

    assert (batch.state, batch.fault_counts) == ("CHECKED", {"taken": 1})
    assert count_customers(archive) == 1


def test_the_kept_file_and_its_bad_rows_hold_no_plain_identity_number(
    archive: Archive, bring: Bring, tmp_path: Path
) -> None:
    number = "110101199001010010"
    text = f"{HEADER},证件类型,证件号码\nK1,甲,个人,2020-05-01,GSE,身份证,{number}\n"

    batch = bring(text)

    assert batch.fault_counts == {"identity_number_wrong": 1}
    kept = [path.read_bytes() for path in tmp_path.rglob("*") if path.is_file()]
    assert kept
    assert not [content for content in kept if number.encode() in content]
    assert (tmp_path / batch.place).stat().st_mode & 0o077 == 0


def test_a_batch_of_a_sibling_unit_is_not_seen(archive: Archive, bring: Bring) -> None:
    batch = bring(ONE)
    sibling = actor_of(archive.west, "imports.load")

    with pytest.raises(ImportBatch.DoesNotExist):
        batches.get_batch(actor=sibling, batch_id=batch.pk)


def test_undo_wants_its_right(archive: Archive, bring: Bring, tmp_path: Path) -> None:
    batch = load(archive.actor, bring(ONE), tmp_path)
    clerk = actor_of(archive.root, "imports.load")

    with pytest.raises(PermissionRefused):
        batches.undo_batch(actor=clerk, batch_id=batch.pk, reason="装错了", at=NOW)

    assert count_customers(archive) == 1


def test_what_is_no_table_leaves_no_batch(archive: Archive, bring: Bring, tmp_path: Path) -> None:
    with pytest.raises(UnreadableFile):
        bring(b"%PDF-1.7")

    assert not ImportBatch.objects.for_actor(archive.actor).exists()


def test_kept_files_move_under_a_new_key_once(archive: Archive, bring: Bring, tmp_path: Path) -> None:
    batch = bring(ONE)
    before = (tmp_path / batch.place).read_bytes()

    with keys.use_ring(keys.add_data_key(keys.get_ring())):
        moved = [files.encrypt_again(data_dir=tmp_path), files.encrypt_again(data_dir=tmp_path)]
        content = files.open_file(data_dir=tmp_path, place=batch.place, number=batch.number)

    assert moved == [1, 0]
    assert content == ONE.encode()
    assert (tmp_path / batch.place).read_bytes() != before


class TestUndoAsWork:
    """The undo that a page asks for and the worker carries out."""

    def begin(self, archive: Archive, batch: ImportBatch) -> ImportBatch:
        """Ask for the undo."""
        return batches.begin_undo(actor=archive.actor, batch_id=batch.pk, reason="装错了", at=NOW)

    def carry_out(self, archive: Archive, batch: ImportBatch, data_dir: Path) -> ImportBatch:
        """Do what the worker does, and return what the batch tells then."""
        batches.carry_out_undo(actor=archive.actor, batch_id=batch.pk, at=NOW, data_dir=data_dir)
        return batches.get_batch(actor=archive.actor, batch_id=batch.pk)

    def test_is_begun_once_and_takes_nothing_out_yet(self, archive: Archive, bring: Bring, tmp_path: Path) -> None:
        batch = load(archive.actor, bring(ONE), tmp_path)

        begun = self.begin(archive, batch)
        with pytest.raises(UnableToMoveBatch, match="somebody is at work on it"):
            self.begin(archive, batch)

        assert (begun.is_being_undone, begun.shown_state, begun.undone_at) == (True, "UNDOING", None)
        assert not batches.is_undoable(begun)
        assert count_customers(archive) == 1

    def test_takes_the_rows_out_once(self, archive: Archive, bring: Bring, tmp_path: Path) -> None:
        batch = load(archive.actor, bring(ONE), tmp_path)
        self.begin(archive, batch)

        done = self.carry_out(archive, batch, tmp_path)
        again = self.carry_out(archive, batch, tmp_path)

        assert (done.state, done.undone_by, done.undo_reason, done.undone_at) == ("UNDONE", "system", "装错了", NOW)
        assert again.undone_at == done.undone_at
        assert count_customers(archive) == 0
        assert not list(tmp_path.glob("imports/progress/*"))

    def test_that_is_refused_leaves_the_batch_as_it_was_and_says_why(
        self, archive: Archive, bring: Bring, tmp_path: Path
    ) -> None:
        batch = load(archive.actor, bring(ONE), tmp_path)
        customer = Customer.objects.for_actor(archive.actor).get(number="K1")
        customer.industry_code = "C1711"
        customer.save()
        self.begin(archive, batch)

        refused = self.carry_out(archive, batch, tmp_path)

        assert (refused.state, refused.undone_by, refused.undo_reason) == ("LOADED", "", "")
        assert "its rows are in use or were changed" in refused.failure
        assert [one.kind for one in batches.list_obstacles(actor=archive.actor, batch_id=batch.pk)] == ["changed"]
        assert batches.is_undoable(refused)
        assert count_customers(archive) == 1

    def test_that_died_with_its_worker_is_begun_again(self, archive: Archive, bring: Bring, tmp_path: Path) -> None:
        batch = load(archive.actor, bring(ONE), tmp_path)
        self.begin(archive, batch)

        batches.begin_undo(actor=archive.actor, batch_id=batch.pk, reason="再来", at=NOW + timedelta(minutes=16))

        assert self.carry_out(archive, batch, tmp_path).undo_reason == "再来"

    def test_of_what_was_never_asked_does_nothing(self, archive: Archive, bring: Bring, tmp_path: Path) -> None:
        batch = load(archive.actor, bring(ONE), tmp_path)

        assert self.carry_out(archive, batch, tmp_path).state == "LOADED"
        assert count_customers(archive) == 1

    def test_tells_how_far_it_is(self, archive: Archive, bring: Bring, tmp_path: Path) -> None:
        batch = load(archive.actor, bring(ONE), tmp_path)
        heard: list[tuple[str, float]] = []

        batches.undo_batch(
            actor=archive.actor,
            batch_id=batch.pk,
            reason="装错了",
            at=NOW,
            tell=lambda stage, share: heard.append((stage, share)),
        )

        assert heard == [("look", 1.0), ("remove", 1.0), ("keys", 0)]

    def test_wants_its_right_before_it_begins(self, archive: Archive, bring: Bring, tmp_path: Path) -> None:
        clerk = actor_of(archive.root, "imports.load")
        batch = load(archive.actor, bring(ONE), tmp_path)

        with pytest.raises(PermissionRefused):
            batches.begin_undo(actor=clerk, batch_id=batch.pk, reason="装错了", at=NOW)
        assert not batches.get_batch(actor=archive.actor, batch_id=batch.pk).is_being_undone
