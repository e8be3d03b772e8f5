"""The undo of a bulk load in the browser: begun once, told of while it goes on, refused once the rows are used."""

import re
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from django.core.cache import cache
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from procrastinate.contrib.django.models import ProcrastinateJob
from tests.factories import archive as factory
from tests.factories.archive import Archive

from dianke.application.imports import batches
from dianke.domain.customers.models import Customer
from dianke.interfaces.jobs import tasks
from dianke.platform.identity import operations as identity
from dianke.platform.import_batches.models import ImportBatch

PASSWORD = "a long enough password"
FILE = "客户编号,客户名称,客户类型,立户日期,单位编码\nK1,甲,个人,2020-05-01,GSE\nK2,乙,个人,2020-05-01,GSE\n"


@pytest.fixture
def archive(db: None, settings: Any, tmp_path: Path) -> Archive:
    """Build an archive whose files lie in a folder of the test."""
    cache.clear()
    settings.DATA_DIR = tmp_path
    return factory.build_archive()


@pytest.fixture
def keeper(archive: Archive) -> Client:
    """Return the browser of a person who loads files and may undo them."""
    person = identity.add_staff(login="keeper", name="档案员", unit=archive.root, password=PASSWORD)
    rights = ["imports.load", "imports.undo", "archive.view", "archive.edit"]
    post = identity.define_post(code="KEEPER", name="档案员", rights=rights)
    identity.assign_post(staff=person, post=post, unit=archive.root, start=date(2020, 1, 1))
    client = Client()
    client.post("/login/", {"login": "keeper", "password": PASSWORD})
    return client


@pytest.fixture
def batch(archive: Archive, keeper: Client) -> ImportBatch:
    """Load two customers through the pages."""
    file = SimpleUploadedFile("客户.csv", FILE.encode())
    address = keeper.post("/imports/new/", {"table": "customers", "file": file})["Location"]
    loaded = ImportBatch.objects.for_actor(archive.actor).get()
    keeper.post(f"{address}columns/", {f"column-{place}": name for place, name in loaded.mapping.items()})
    keeper.post(f"{address}load/")
    loaded.refresh_from_db()
    return loaded


def count(archive: Archive) -> int:
    return int(Customer.objects.for_actor(archive.actor).filter(number__in=["K1", "K2"]).count())


def words_of(client: Client, address: str) -> str:
    return " ".join(re.sub(r"<[^>]+>", " ", client.get(address).content.decode()).split())


def undo(client: Client, batch: ImportBatch) -> str:
    """Click on undo, and return where that leads."""
    return str(client.post(f"/imports/{batch.pk}/undo/", {"reason": "装错了"})["Location"])


def test_few_rows_are_taken_out_while_the_page_waits(archive: Archive, keeper: Client, batch: ImportBatch) -> None:
    before = count(archive)

    address = undo(keeper, batch)
    again = undo(keeper, batch)

    assert (before, count(archive)) == (2, 0)
    assert address == again == f"/imports/{batch.pk}/"
    assert "已撤销" in words_of(keeper, address)


def test_many_rows_are_left_to_the_worker_once(
    archive: Archive, keeper: Client, batch: ImportBatch, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(batches, "ROWS_UNDONE_AT_ONCE", 1)

    address = undo(keeper, batch)
    undo(keeper, batch)
    while_waiting, moving = words_of(keeper, address), words_of(keeper, f"{address}work/")
    jobs = list(ProcrastinateJob.objects.filter(task_name="undo_import").values_list("args", flat=True))
    rows_before = count(archive)
    tasks.undo_import(**jobs[0])

    assert "撤销中" in while_waiting
    assert "撤销中" in moving
    assert jobs == [{"batch_id": batch.pk, "login": "keeper"}]
    assert (rows_before, count(archive)) == (2, 0)
    assert "已撤销" in words_of(keeper, address)


def test_rows_in_use_stay_and_the_page_says_what_stands_in_the_way(
    archive: Archive, keeper: Client, batch: ImportBatch
) -> None:
    customer = Customer.objects.for_actor(archive.actor).get(number="K1")
    customer.industry_code = "C1711"
    customer.save()

    address = undo(keeper, batch)

    assert f"{address}obstacles/" in keeper.get(address).content.decode()
    assert "未撤销：数据已被使用" in words_of(keeper, f"{address}obstacles/")
    assert "导入后被修改" in words_of(keeper, f"{address}obstacles/")
    assert count(archive) == 2
