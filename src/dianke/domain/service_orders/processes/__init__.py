"""
The processes of service orders, one BPMN file a version, and the library that runs them.

A version that orders may run on never changes: its digest stands in released.toml, and a server does not start on
another one. A change is a new file with the next number; `frontend/draw_processes.py` draws it.
"""

import tomllib
from functools import cache
from importlib import resources

from dianke.platform.processes.library import ProcessLibrary


@cache
def library() -> ProcessLibrary:
    """
    Return every version of every process that ships with the product.

    :raises UnableToReadProcess: if a file holds what the machine does not run
    :raises FaultyProcess: if a process cannot run to its end
    :raises ChangedProcess: if a released version is not what it was
    """
    folder = resources.files(__name__)
    files = {one.name: one.read_bytes() for one in folder.iterdir() if one.name.endswith(".bpmn")}
    return ProcessLibrary(files, released=tomllib.loads(folder.joinpath("released.toml").read_text("utf-8")))
