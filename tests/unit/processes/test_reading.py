"""What a process file may hold: every refusal names the place and says why."""

import pytest
from tests.unit.processes.samples import END, START, chain, make_library, step, way, write_file

from dianke.platform.processes.library import ChangedProcess, FaultyProcess, ProcessLibrary, UnknownProcess, digest_of
from dianke.platform.processes.reading import UnableToReadProcess, read_process

PLAIN = write_file(START + step("look") + END, chain("start", "look", "end"))


def test_plain_file_is_read() -> None:
    process = read_process(PLAIN, file="trial_v1.bpmn")

    assert (process.key, process.version, process.is_part) == ("trial", 1, False)
    assert [(node.id, node.post, node.outcomes) for node in process.steps] == [("look", "INSPECTOR", ("DONE",))]


@pytest.mark.parametrize(
    ("node", "why"),
    [
        ('<intermediateCatchEvent id="look"><timerEventDefinition/></intermediateCatchEvent>', "does not run it"),
        ('<scriptTask id="look"><script>1</script></scriptTask>', "scripts are code in data"),
        ('<serviceTask id="look"/>', "a use case"),
        ('<businessRuleTask id="look"/>', "a rule of the module"),
        ('<sendTask id="look"/>', "outbox"),
        ('<receiveTask id="look"/>', "use cases"),
        ('<subProcess id="look"/>', "does not run it"),
        ('<inclusiveGateway id="look"/>', "does not run it"),
        ('<userTask id="look" name="a" dk:name_en="b"><extensionElements/></userTask>', "extensionElements is refused"),
        ('<userTask id="look" name="a" dk:name_en="b"><multiInstanceLoopCharacteristics/></userTask>', "is refused"),
        ('<userTask id="look" name="a" dk:name_en="b" implementation="x"/>', "implementation is refused"),
        ('<userTask id="look" name="a"/>', "English name"),
        ('<userTask id="look" name="a" dk:name_en="b" dk:outcomes="done"/>', "capitals"),
        ('<callActivity id="look" name="a" dk:name_en="b" calledElement="other"/>', "with its version"),
        ('<userTask id="Look" name="a" dk:name_en="b"/>', "small letters"),
        ('<startEvent id="look"><timerEventDefinition/></startEvent>', "columns that the worker scans"),
    ],
)
def test_what_the_machine_does_not_run_is_refused_with_its_reason(node: str, why: str) -> None:
    content = write_file(START + node + END, chain("start", "look", "end"))

    with pytest.raises(UnableToReadProcess, match=why):
        read_process(content, file="trial_v1.bpmn")


def test_entities_are_refused() -> None:
    content = b'<!DOCTYPE x [<!ENTITY a "b">]>' + PLAIN

    with pytest.raises(UnableToReadProcess):
        read_process(content, file="trial_v1.bpmn")


@pytest.mark.parametrize(
    ("nodes", "flows", "fault"),
    [
        (START + step("look") + step("lost") + END, chain("start", "look", "end"), "nothing leads to lost"),
        (START + step("look") + step("trap") + END, chain("start", "look", "end") + way("trap", "trap"), "no way from"),
        (START + step("look") + END, chain("start", "look", "end") + way("look", "start"), "leads to the start"),
        (START + step("look"), chain("start", "look"), "has an end"),
        (START + step("look") + END, chain("start", "look", "away"), "from or to nothing"),
        (START + step("look") + END, chain("start", "look", "end") + way("start", "end"), "several ways on"),
        (
            START + step("look") + '<exclusiveGateway id="fork"/>' + END,
            chain("start", "look", "fork", "end") + way("fork", "look", 'outcome == "DONE"'),
            "the one that is taken else",
        ),
        (
            START + step("look") + '<exclusiveGateway id="fork" default="fork_end"/>' + END,
            chain("start", "look", "fork", "end") + way("fork", "look", 'outcome == "REWORK"'),
            "no step has: REWORK",
        ),
        (
            START + step("look") + '<exclusiveGateway id="fork" default="fork_end"/>' + END,
            chain("start", "look", "fork", "end") + way("fork", "look", "is_dual"),
            "not declared: is_dual",
        ),
        (
            START + '<callActivity id="look" name="a" dk:name_en="b" calledElement="other_v1"/>' + END,
            chain("start", "look", "end"),
            "is not there",
        ),
    ],
)  # fmt: skip
def test_process_that_cannot_end_is_refused(nodes: str, flows: str, fault: str) -> None:
    with pytest.raises(FaultyProcess, match=fault):
        make_library(write_file(nodes, flows))


def test_released_version_that_changed_is_refused() -> None:
    changed = write_file(START + step("look", "DONE REWORK") + END, chain("start", "look", "end"))
    released = {"trial_v1": digest_of(read_process(PLAIN, file="trial_v1.bpmn"))}

    with pytest.raises(ChangedProcess):
        ProcessLibrary({"trial_v1.bpmn": changed}, released=released)


def test_released_version_that_is_gone_is_refused() -> None:
    with pytest.raises(ChangedProcess):
        ProcessLibrary({}, released={"trial_v1": "0"})


def test_names_are_no_part_of_what_was_released() -> None:
    renamed = PLAIN.replace('name="试"'.encode(), 'name="再试"'.encode())

    assert digest_of(read_process(renamed, file="a")) == digest_of(read_process(PLAIN, file="a"))


def test_newest_version_is_the_one_with_the_highest_number() -> None:
    second = PLAIN.replace(b"trial_v1", b"trial_v2")
    library = make_library(PLAIN, second)

    assert library.newest("trial").version == 2
    with pytest.raises(UnknownProcess):
        library.newest("other")
