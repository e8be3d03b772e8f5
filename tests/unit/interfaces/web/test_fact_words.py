"""On what an act worked is told in words, cut where a cell ends."""

from django.utils import translation

from dianke.interfaces.web.trail.fact_words import write_facts


def test_facts_are_named_and_empty_ones_left_out() -> None:
    with translation.override("zh-hans"):
        text = write_facts({"cycle_code": "B", "shard_size": 500, "keep_good": True, "code": "end_reading_missing"})

    assert text == "抄表例日 B；只导入正确行 是；编码 缺止码"


def test_fact_without_a_word_keeps_its_name_and_a_long_one_is_cut() -> None:
    with translation.override("en"):
        text = write_facts({"unheard_of": "x" * 200, "note": ""})

    assert text == f"unheard_of {'x' * 108}…"
