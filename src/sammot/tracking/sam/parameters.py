from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Final

from sammot.errors import InvalidInput, NoExample, NothingToDo, UnclearText
from sammot.tracking import prompts
from sammot.tracking.parameters import ParameterInfo, checked

VERSION: Final = "3"

LONGEST_CLASSES: Final = 1000
LONGEST_TEXT: Final = 200
"""Characters."""
MOST_PHRASES: Final = 10

PARAMETERS: Final = (
    ParameterInfo(
        "find", "choice", "movement", None, None, "",
        "What is tracked besides the objects that you show.",
        ("movement", "everything", "classes", "text", "similar", "nothing"),
    ),
    ParameterInfo(
        "classes", "text", "", 0, LONGEST_CLASSES, "",
        "Such as person, dog: names that the detector knows, with commas between them; without any,"
        " all that it knows.",
        only_for={"find": ("classes",)},
    ),
    ParameterInfo(
        "text", "text", "", 1, LONGEST_TEXT, "",
        "What to look for, such as a red car: in English, with commas between several things.",
        only_for={"find": ("text",)},
    ),
    ParameterInfo(
        "every", "number", 30.0, 1.0, 1000.0, "frames",
        "How often objects are looked for anew.",
        only_for={"find": ("everything", "classes", "text")},
    ),
    ParameterInfo(
        "memory", "number", 1.0, 0.0, 30.0, "seconds",
        "How long an object that is hidden keeps its number.",
    ),
    ParameterInfo(
        "minimum_size", "number", 100.0, 1.0, 100000.0, "pixels per megapixel",
        "Smaller objects are not looked for: an area, in parts per million of the picture.",
        only_for={"find": ("movement", "everything")},
    ),
    ParameterInfo(
        "compile", "boolean", False, None, None, "",
        "Compile the model first: slower to start, faster afterwards on a GPU.",
    ),
)  # fmt: skip
"""Every parameter that an engine reads; the user's prompts come beside them."""

_NAMING: Final = ("classes", "text")
"""Parameters that name what to find, and so say how."""


@dataclass(frozen=True, slots=True)
class Parameters:
    """What a user may set; `PARAMETERS` explains each."""

    find: str = "movement"
    classes: str = ""
    text: str = ""
    every: float = 30.0
    memory: float = 1.0
    minimum_size: float = 100.0
    compile: bool = False
    prompts: tuple[prompts.UserPrompt, ...] = ()

    @classmethod
    def parse(
        cls, given: Mapping[str, Any], infos: Sequence[ParameterInfo] = PARAMETERS
    ) -> Parameters:
        """Check what a user gave. Who prompts and says no more wants nothing else.

        Raises:
            InvalidInput: what is not known, of the wrong kind or out of range.

        """
        plain = {name: value for name, value in given.items() if name != "prompts"}
        told = prompts.parse(given.get("prompts", []))
        values: dict[str, Any] = checked(infos, plain)
        values["find"] = find = _find(values, infos, is_prompted=bool(told))
        if find == "nothing" and not told:
            raise NothingToDo("Nothing is to be found and nothing is prompted: there is no work.")
        count = len(names(values.get("text", "")))
        if find == "text" and not 0 < count <= MOST_PHRASES:
            raise UnclearText(f"text must name what to find: 1 to {MOST_PHRASES} things.")
        if find == "similar" and all(one.box is None and one.mask is None for one in told):
            raise NoExample("similar needs an example: an object prompted by its box or mask.")
        return cls(**values, prompts=told)


def offered(finds: Collection[str]) -> tuple[ParameterInfo, ...]:
    """The parameters of an engine that can find these: the first by default."""
    infos = []
    for info in PARAMETERS:
        only_for = {
            name: tuple(one for one in values if one in finds)
            for name, values in info.only_for.items()
        }
        if all(only_for.values()):
            infos.append(replace(info, only_for=only_for))
    return (replace(infos[0], default=next(iter(finds)), choices=tuple(finds)), *infos[1:])


def completed(given: Mapping[str, Any], infos: Sequence[ParameterInfo]) -> dict[str, Any]:
    """What a user gave with all defaults that are read, as it is stored with the job.

    Raises:
        InvalidInput: as `Parameters.parse`.

    """
    settings = Parameters.parse(given, infos)
    values = {
        info.name: getattr(settings, info.name)
        for info in infos
        if all(getattr(settings, name) in of for name, of in info.only_for.items())
    }
    return values | ({"prompts": given["prompts"]} if settings.prompts else {})


def names(text: str) -> tuple[str, ...]:
    """What is named in a text with commas between, each once."""
    return tuple(dict.fromkeys(name for part in text.split(",") if (name := part.strip())))


def _find(values: Mapping[str, Any], infos: Sequence[ParameterInfo], *, is_prompted: bool) -> str:
    """What was asked for, also without saying so: by naming it, or by prompts."""
    by_name = {info.name: info for info in infos}
    find: str | None = values.get("find")
    for name in _NAMING:
        if names(values.get(name, "")):
            readers = by_name[name].only_for["find"]
            find = find or readers[0]
            if find not in readers:
                raise InvalidInput(f"{name} is given, but find is {find}: leave one of them out.")
    return find or ("nothing" if is_prompted else str(by_name["find"].default))
