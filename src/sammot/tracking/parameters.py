"""Parameters that an engine takes from users, described for forms and checked."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal

from sammot.errors import InvalidInput, OutOfRange, UnclearText

if TYPE_CHECKING:
    from collections.abc import Sequence

Kind = Literal["choice", "number", "integer", "boolean", "text"]


@dataclass(frozen=True, slots=True)
class ParameterInfo:
    """What a form needs to know of one parameter.

    `minimum` and `maximum` are inclusive, and count the characters of a text; `choices` is empty
    unless `kind` is "choice". It is read only where the parameters named in `only_for` have one of
    the values there.
    """

    name: str
    kind: Kind
    default: str | float | bool
    minimum: float | None
    maximum: float | None
    unit: str
    help: str
    choices: tuple[str, ...] = ()
    only_for: Mapping[str, tuple[str, ...]] = field(default_factory=dict)


def checked(
    infos: Sequence[ParameterInfo], given: Mapping[str, object]
) -> dict[str, str | float | bool]:
    """What a user gave, each value of the kind and in the range of its parameter.

    Raises:
        UnclearText: a text that is too long, or holds what cannot be seen.
        OutOfRange: a number beyond the limits.
        InvalidInput: an unknown name, a value of the wrong kind.

    """
    known = {info.name: info for info in infos}
    for name in given:
        if name not in known:
            names = ", ".join(known)
            raise InvalidInput(f"Unknown parameter {name!r}; there are: {names}.")
    return {name: _checked(known[name], value) for name, value in given.items()}


def _checked(info: ParameterInfo, value: object) -> str | float | bool:
    if info.kind == "choice":
        if not isinstance(value, str) or value not in info.choices:
            raise InvalidInput(f"{info.name} must be one of {', '.join(info.choices)}.")
        return value
    if info.kind == "boolean":
        if not isinstance(value, bool):
            raise InvalidInput(f"{info.name} must be true or false.")
        return value
    if info.kind == "text":
        return _text(info, value)
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise InvalidInput(f"{info.name} must be a number.")
    low, high = info.minimum, info.maximum
    # Written so that NaN fails.
    if low is None or high is None or not low <= value <= high:
        raise OutOfRange(f"{info.name} must be between {low:g} and {high:g} {info.unit}.")
    return float(value)


def _text(info: ParameterInfo, value: object) -> str:
    """One line; names are data, and what cannot be seen is no name."""
    if not isinstance(value, str):
        raise InvalidInput(f"{info.name} must be a text.")
    if info.maximum is not None and len(value) > info.maximum:
        raise UnclearText(f"{info.name} must have at most {info.maximum:g} characters.")
    if not value.isprintable():
        raise UnclearText(f"{info.name} must be one line, without characters that cannot be seen.")
    return value
