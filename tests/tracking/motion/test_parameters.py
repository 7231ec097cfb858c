from __future__ import annotations

from dataclasses import fields

import pytest

from sammot.errors import InvalidInput
from sammot.tracking import motion
from sammot.tracking.motion.parameters import Parameters


def test_every_parameter_is_described() -> None:
    described = {info.name: info.default for info in motion.PARAMETERS}
    assert described == {
        field.name: field.default for field in fields(Parameters) if field.name != "prompts"
    }


def test_every_default_is_allowed() -> None:
    given = {info.name: info.default for info in motion.PARAMETERS}
    assert Parameters.parse(given) == Parameters()


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("preset", "best"), ("preset", 3), ("camera", ""), ("sensitivity", "high"),
        ("sensitivity", 0), ("sensitivity", float("nan")), ("sensitivity", True),
        ("memory", -1), ("memory", None), ("ignore_shadows", 1), ("colour", "red"),
    ],
)  # fmt: skip
def test_a_bad_value_is_refused_by_name(name: str, value: object) -> None:
    with pytest.raises(InvalidInput, match=name):
        Parameters.parse({name: value})
