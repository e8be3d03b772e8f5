"""Small process files for tests."""

from itertools import pairwise

from dianke.platform.processes.library import ProcessLibrary, digest_of
from dianke.platform.processes.reading import read_process

HEAD = '<definitions xmlns="http://www.omg.org/spec/BPMN/20100524/MODEL" xmlns:dk="urn:dianke:processes">'


def write_file(nodes: str, flows: str, *, process: str = "trial_v1", attributes: str = "", lanes: str = "") -> bytes:
    """Return a process file: nodes and flows as elements; all nodes in one lane unless lanes are given."""
    names = [part.split('"')[0] for part in nodes.split(' id="')[1:]]
    refs = "".join(f"<flowNodeRef>{name}</flowNodeRef>" for name in names)
    lanes = lanes or f'<lane id="lane" name="检查员" dk:name_en="Inspector" dk:post="INSPECTOR">{refs}</lane>'
    return (
        f'{HEAD}<process id="{process}" name="试" dk:name_en="Trial" isExecutable="true" {attributes}>'
        f'<laneSet id="lanes">{lanes}</laneSet>{nodes}{flows}</process></definitions>'
    ).encode()


def step(name: str, outcomes: str = "DONE") -> str:
    """Return a step."""
    return f'<userTask id="{name}" name="{name}" dk:name_en="{name}" dk:outcomes="{outcomes}"/>'


def way(source: str, target: str, condition: str = "") -> str:
    """Return a flow, called after its ends."""
    inside = f"<conditionExpression>{condition}</conditionExpression>" if condition else ""
    return f'<sequenceFlow id="{source}_{target}" sourceRef="{source}" targetRef="{target}">{inside}</sequenceFlow>'


def chain(*names: str) -> str:
    """Return the flows from each to the next."""
    return "".join(way(one, other) for one, other in pairwise(names))


START, END = '<startEvent id="start"/>', '<endEvent id="end"/>'


def make_library(*files: bytes) -> ProcessLibrary:
    """Return a library of files, all of them released as they are."""
    processes = [read_process(content, file="file") for content in files]
    return ProcessLibrary(
        {f"{process.id}.bpmn": content for process, content in zip(processes, files, strict=True)},
        released={process.id: digest_of(process) for process in processes},
    )
