from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, Literal

from sammot.errors import InvalidInput

if TYPE_CHECKING:
    from collections.abc import Mapping

Kind = Literal["choice", "number", "integer", "boolean"]


@dataclass(frozen=True, slots=True)
class ParameterInfo:
    """What a form needs to know of one parameter.

    `minimum` and `maximum` are inclusive; `choices` is empty unless `kind` is "choice".
    """

    name: str
    kind: Kind
    default: str | float | bool
    minimum: float | None
    maximum: float | None
    unit: str
    help: str
    choices: tuple[str, ...] = ()


PARAMETERS: Final = (
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

    preset: str = "balanced"
    camera: str = "auto"
    sensitivity: float = 1.0
    minimum_size: float = 100.0
    memory: float = 2.0
    ignore_shadows: bool = True

    @classmethod
    def parse(cls, given: Mapping[str, object]) -> Parameters:
        """Check what a user gave.

        Raises:
            InvalidInput: an unknown name, a value of the wrong kind or out of range.

        """
        known = {info.name: info for info in PARAMETERS}
        for name in given:
            if name not in known:
                names = ", ".join(known)
                raise InvalidInput(f"Unknown parameter {name!r}; there are: {names}.")
        values = {name: _checked(known[name], value) for name, value in given.items()}
        return cls(**values)  # type: ignore[arg-type]

    @property
    def work_size(self) -> int:
        """Longest side of the working picture, in pixels."""
        return {"fast": 480, "balanced": 640, "accurate": 960}[self.preset]

    @property
    def moving_size(self) -> int:
        """The same for a moving camera, whose frames cost more."""
        return {"fast": 320, "balanced": 448, "accurate": 640}[self.preset]


def _checked(info: ParameterInfo, value: object) -> str | float | bool:
    if info.kind == "choice":
        if not isinstance(value, str) or value not in info.choices:
            raise InvalidInput(f"{info.name} must be one of {', '.join(info.choices)}.")
        return value
    if info.kind == "boolean":
        if not isinstance(value, bool):
            raise InvalidInput(f"{info.name} must be true or false.")
        return value
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise InvalidInput(f"{info.name} must be a number.")
    low, high = info.minimum, info.maximum
    # Written so that NaN fails.
    if low is None or high is None or not low <= value <= high:
        raise InvalidInput(f"{info.name} must be between {low:g} and {high:g} {info.unit}.")
    return float(value)
