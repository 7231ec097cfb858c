"""The servers of the service profile, started as programs on this machine: for trying it out and
for tests. In production they run wherever their operators run them.
"""

from sammot.stack.program import Program, free_port, running

__all__ = ["Program", "free_port", "running"]
