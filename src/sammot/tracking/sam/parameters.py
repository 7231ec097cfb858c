from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Final

from sammot.errors import InvalidInput
from sammot.tracking import prompts
from sammot.tracking.parameters import ParameterInfo, checked

VERSION: Final = "2"

PARAMETERS: Final = (
    ParameterInfo(
        "find", "choice", "movement", None, None, "",
        "What is tracked besides the objects that you prompt.",
        ("movement", "everything", "classes", "nothing"),
    ),
    ParameterInfo(
        "every", "number", 30.0, 1.0, 1000.0, "frames",
        "How often everything, or objects of known classes, are looked for anew.",
    ),
    ParameterInfo(
        "memory", "number", 1.0, 0.0, 30.0, "seconds",
        "How long an object that is hidden keeps its number.",
    ),
    ParameterInfo(
        "minimum_size", "number", 100.0, 1.0, 100000.0, "pixels per megapixel",
        "Smaller objects are not looked for: an area, in parts per million of the picture.",
    ),
    ParameterInfo(
        "compile", "boolean", False, None, None, "",
        "Compile the model first: slower to start, faster afterwards on a GPU.",
    ),
)  # fmt: skip
"""Every parameter of a form; the user's prompts and `classes` come beside them."""

_BESIDE: Final = ("prompts", "classes")


@dataclass(frozen=True, slots=True)
class Parameters:
    """What a user may set; `PARAMETERS` explains each."""

    find: str = "movement"
    every: float = 30.0
    memory: float = 1.0
    minimum_size: float = 100.0
    compile: bool = False
    classes: tuple[str, ...] = ()
    prompts: tuple[prompts.UserPrompt, ...] = ()

    @classmethod
    def parse(cls, given: Mapping[str, Any]) -> Parameters:
        """Check what a user gave. Who prompts and says no more wants nothing else.

        Raises:
            InvalidInput: what is not known, of the wrong kind or out of range.

        """
        plain = {name: value for name, value in given.items() if name not in _BESIDE}
        told, classes = prompts.parse(given.get("prompts", [])), _classes(given.get("classes", ""))
        values: dict[str, Any] = checked(PARAMETERS, plain)
        if classes and values.setdefault("find", "classes") != "classes":
            raise InvalidInput("classes are named, but find is another: leave one of them out.")
        if told:
            values.setdefault("find", "nothing")
        if values.get("find") == "nothing" and not told:
            raise InvalidInput("Nothing is to be found and nothing is prompted: there is no work.")
        return cls(**values, classes=classes, prompts=told)


def offered(detectors: Sequence[str]) -> tuple[ParameterInfo, ...]:
    """The parameters of a form where these detectors are at hand."""
    if not detectors:
        find, *others = PARAMETERS
        choices = tuple(one for one in find.choices if one != "classes")
        return (replace(find, choices=choices), *others)
    which = ParameterInfo(
        "detector", "choice", detectors[0], None, None, "",
        "Which model finds objects of known classes.", tuple(detectors),
    )  # fmt: skip
    return (*PARAMETERS, which)


def completed(given: Mapping[str, Any]) -> dict[str, Any]:
    """What a user gave with all defaults, as it is stored with the job. Raises InvalidInput."""
    settings = Parameters.parse(given)
    values = {info.name: getattr(settings, info.name) for info in PARAMETERS}
    return values | {name: given[name] for name in _BESIDE if getattr(settings, name)}


def _classes(given: object) -> tuple[str, ...]:
    """Names from one text, with commas between them."""
    if not isinstance(given, str):
        raise InvalidInput("classes must be names of classes with commas between them.")
    return tuple(name for part in given.split(",") if (name := part.strip()))
