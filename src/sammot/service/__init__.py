"""The use cases, in the order in which a video meets them."""

from __future__ import annotations

from dataclasses import dataclass

from sammot.service.jobs import Jobs
from sammot.service.library import Library
from sammot.service.results import Results, Status
from sammot.service.uploads import CHECKSUMS, Uploads, read_checksum
from sammot.service.world import EngineEntry, EngineModel, Lack, LackKind, Policy, World, chosen

__all__ = [
    "CHECKSUMS",
    "EngineEntry",
    "EngineModel",
    "Jobs",
    "Lack",
    "LackKind",
    "Library",
    "Policy",
    "Results",
    "Service",
    "Status",
    "Uploads",
    "World",
    "chosen",
    "read_checksum",
]


@dataclass(frozen=True, slots=True)
class Service:
    """Upload -> video -> job -> results."""

    world: World
    uploads: Uploads
    library: Library
    jobs: Jobs
    results: Results

    @classmethod
    def over(cls, world: World) -> Service:
        """The use cases over one world."""
        jobs = Jobs(world)
        library = Library(world, jobs)
        return cls(world, Uploads(world, library), library, jobs, Results(world, jobs))
