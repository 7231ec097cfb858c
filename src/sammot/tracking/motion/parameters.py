from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from sammot.errors import NothingToDo
from sammot.tracking import prompts
from sammot.tracking.parameters import ParameterInfo, checked

if TYPE_CHECKING:
    from collections.abc import Mapping

PARAMETERS: Final = (
    ParameterInfo(
        "find", "choice", "movement", None, None, "",
        "What is tracked besides the objects that you show.",
        ("movement", "nothing"),
    ),
    ParameterInfo(
        "preset", "choice", "balanced", None, None, "",
        "How much time to spend: the working picture's long side is 480, 640 or 960 pixels.",
        ("fast", "balanced", "accurate"),
    ),
    ParameterInfo(
        "camera", "choice", "auto", None, None, "",
        "Whether the camera stands still; by default this is measured.",
        ("auto", "fixed", "moving"),
    ),
    ParameterInfo(
        "sensitivity", "number", 1.0, 0.25, 4.0, "times",
        "Higher finds fainter motion, and more noise.",
    ),
    ParameterInfo(
        "minimum_size", "number", 100.0, 1.0, 100000.0, "pixels per megapixel",
        "Smaller objects are ignored: an area, in parts per million of the picture.",
    ),
    ParameterInfo(
        "memory", "number", 2.0, 0.0, 30.0, "seconds",
        "How long an object that is hidden keeps its number.",
    ),
    ParameterInfo(
        "ignore_shadows", "boolean", True, None, None, "",
        "Leave cast shadows out of the masks.",
    ),
)  # fmt: skip
"""Every parameter of the engine, in the order of a form."""


@dataclass(frozen=True, slots=True)
class Parameters:
    """What a user may set; `PARAMETERS` explains each."""

    find: str = "movement"
    preset: str = "balanced"
    camera: str = "auto"
    sensitivity: float = 1.0
    minimum_size: float = 100.0
    memory: float = 2.0
    ignore_shadows: bool = True
    prompts: tuple[prompts.UserPrompt, ...] = ()

    @classmethod
    def parse(cls, given: Mapping[str, object]) -> Parameters:
        """Check what a user gave. Who prompts and says no more wants nothing else.

        Raises:
            InvalidInput: an unknown name, a value of the wrong kind or out of range.

        """
        told = prompts.parse(given.get("prompts", []))
        values: dict[str, Any] = {"find": "nothing" if told else "movement"}
        values |= checked(PARAMETERS, {n: v for n, v in given.items() if n != "prompts"})
        if values["find"] == "nothing" and not told:
            raise NothingToDo("Nothing is to be found and nothing is prompted: there is no work.")
        return cls(**values, prompts=told)

    @property
    def work_size(self) -> int:
        """Longest side of the working picture, in pixels."""
        return {"fast": 480, "balanced": 640, "accurate": 960}[self.preset]

    @property
    def moving_size(self) -> int:
        """The same for a moving camera, whose frames cost more."""
        return {"fast": 320, "balanced": 448, "accurate": 640}[self.preset]


def completed(given: Mapping[str, Any]) -> dict[str, Any]:
    """What a user gave with all defaults, as it is stored with the job.

    Raises:
        InvalidInput: as `Parameters.parse`.

    """
    settings = Parameters.parse(given)
    values = {info.name: getattr(settings, info.name) for info in PARAMETERS}
    return values | ({"prompts": given["prompts"]} if settings.prompts else {})
