"""Workers: claim a job, do it, say how it goes, and lose nothing when killed."""

from sammot.worker.loop import Worker

__all__ = ["Worker"]
