"""The use cases, in the order in which a video meets them."""

from __future__ import annotations

from dataclasses import dataclass

from sammot.service.jobs import Jobs
from sammot.service.leases import Leases
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
    "Leases",
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
    leases: Leases
    results: Results

    @classmethod
    def over(cls, world: World) -> Service:
        """The use cases over one world."""
        jobs = Jobs(world)
        library = Library(world, jobs)
        results = Results(world, jobs)
        return cls(world, Uploads(world, library), library, jobs, Leases(world), results)
