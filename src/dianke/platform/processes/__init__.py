"""
The machine of processes: reads BPMN 2.0 files of the package and runs them, without a database.

Owns what a process file may say, the small language of its conditions, the walk of a running process through its
steps, and the short text a running process is kept as. Does not own who may do a step, what a step demands or changes,
nor any clock: due times are columns of whoever starts a process. SpiffWorkflow walks (docs/adr/0024-processes.md).
"""
