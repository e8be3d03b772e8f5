"""The trail speaks in words: every table, field, code and act that it can tell of has its own."""

import importlib
import pkgutil
from typing import Any

import pytest
from django.apps import apps

import dianke.application
from dianke.application.trail.values import list_shown_fields
from dianke.interfaces.web.trail import act_words, fact_words, field_words, value_words, words
from dianke.platform.audit.use_case import USE_CASES

EVENTS = [model for model in apps.get_models() if hasattr(model, "pgh_tracked_model")]


def label_of(event: Any) -> str:
    return str(event.pgh_tracked_model._meta.label_lower)


def list_fields() -> list[tuple[str, Any]]:
    return [(label_of(event), field) for event in EVENTS for field in list_shown_fields(event)]


def test_every_act_has_words() -> None:
    for found in pkgutil.walk_packages(dianke.application.__path__, "dianke.application."):
        importlib.import_module(found.name)

    assert sorted(name for name in USE_CASES if name not in act_words.ACTS) == []


def test_every_table_has_a_name() -> None:
    assert sorted({label_of(event) for event in EVENTS} - set(field_words.THINGS)) == []


def test_every_field_has_a_name() -> None:
    assert sorted({field.name for _, field in list_fields()} - set(field_words.FIELDS)) == []


def test_no_code_of_a_field_is_shown_bare() -> None:
    bare = []
    for label, field in list_fields():
        choices = field.choices or getattr(getattr(field, "base_field", None), "choices", None) or []
        bare += [(label, field.name, code) for code, _ in choices if is_bare(label, field.name, code)]

    assert bare == []


def is_bare(label: str, name: str, code: str) -> bool:
    return str(value_words.write_value(label, name, code)) == code


@pytest.mark.parametrize(
    ("label", "name", "value", "shown"),
    [
        ("tariffs.tariffversion", "sheet_kind", "AGENCY_PURCHASE_MONTHLY", "代理购电月度价表"),
        ("identity.post", "rights", "billing.issue, billing.review", "发行他人核算的批次、处理批次的故障与疑点"),
        ("metering.meterasset", "registers", "sharp, reactive_import", "尖示数、正向无功示数"),
        ("metering.meterinstallation", "install_readings", '{"reactive_export": "17.86"}', "反向无功示数 17.86"),
        ("billing.reviewparameter", "values", '{"low_e4": 2500, "is_on": 0}', "最低均价 0.2500 元/kWh、启用 否"),
        ("customers.consent", "period", "2026-01-01 → ", "2026-01-01 起"),
        ("org.unit", "name", "城关所", "城关所"),
        (
            "channels.withholdingbatch",
            "exclusions",
            '{"NO_DEBT": 3, "OVER_LIMIT": 1}',
            "无欠费 3、最早账单超过协议限额 1",
        ),
        (
            "channels.statemententry",
            "proposals",
            '{"reason": "NAME", "target": "3600000018"}, {"reason": "AMOUNT", "target": "3600000026"}',
            "3600000018 户名、3600000026 欠费金额",
        ),
        (
            "channels.answerfile",
            "file_faults",
            '{"code": "count_wrong", "column": "", "facts": {"found": 4}, "line": 0, "value": ""}',
            "文件所述行数不符，实有 4",
        ),
    ],
)
def test_values_are_written_in_words(label: str, name: str, value: str, shown: str) -> None:
    assert str(value_words.write_value(label, name, value)) == shown


@pytest.mark.parametrize(
    ("label", "name", "shown"),
    [("customers.customer", "since_date", "建档日期"), ("channels.mandate", "since_date", "自")],
)
def test_field_is_named_after_its_table_where_its_usual_word_would_mislead(label: str, name: str, shown: str) -> None:
    assert str(words.name_field(label, name)) == shown


def test_facts_of_an_act_at_the_counter_are_written_in_words() -> None:
    facts = {"unit_code": "36", "tender": "CASH", "tendered_fen": 20_000, "serial": 7}

    assert fact_words.write_facts(facts) == "单位 36；支付方式 现金；实收现金（分） 20000"
