from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sammot.errors import InvalidInput
from sammot.tracking.state import pack, unpack

TREES = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**50), 2**50) | st.text(max_size=5),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.text("abc", max_size=3), inner, max_size=3)
    ),
    max_leaves=8,
)


@given(st.dictionaries(st.text("xyz", max_size=3), TREES, max_size=4))
def test_what_is_packed_comes_back(tree: dict[str, object]) -> None:
    assert unpack(pack(tree)) == tree


@pytest.mark.parametrize("kind", [np.uint8, np.int16, np.float32, np.bool_])
@pytest.mark.parametrize("shape", [(0, 0), (3,), (2, 3, 4)])
def test_arrays_keep_kind_shape_and_values(kind: type, shape: tuple[int, ...]) -> None:
    array = np.arange(np.prod(shape)).reshape(shape).astype(kind)
    back = unpack(pack({"deep": [{"one": array}], "other": array}))
    for found in (back["deep"][0]["one"], back["other"]):
        assert found.dtype == array.dtype
        assert np.array_equal(found, array)


def test_the_order_of_keys_does_not_change_the_bytes() -> None:
    first, second = np.arange(3), np.arange(5)
    assert pack({"a": first, "b": second}) == pack({"b": second, "a": first})


@pytest.mark.parametrize("data", [b"", b"SMS1", b"SMS1\x01\x00\x00\x00junk", b"x" * 40])
def test_other_bytes_are_refused(data: bytes) -> None:
    with pytest.raises(InvalidInput):
        unpack(data)
