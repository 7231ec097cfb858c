"""Snapshots are data, not code: named arrays and a JSON tree, in a few deterministic bytes."""

from __future__ import annotations

import json
import struct
import zlib
from typing import TYPE_CHECKING, TypeAlias

import numpy as np

from sammot.errors import InvalidInput

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray

State: TypeAlias = "dict[str, object]"
"""A tree of dicts (with string keys), lists, numbers, strings, None and NumPy arrays."""

_HEAD = struct.Struct("<4sI")
_MAGIC = b"SMS1"
_LEVEL = 1
"""Of zlib: a snapshot is taken after every chunk. Level 6 makes it a quarter smaller and takes six
times as long, a tenth of all the work on a clip."""


def pack(state: Mapping[str, object]) -> bytes:
    """Encode a state; the same state always gives the same bytes."""
    arrays: list[NDArray[np.generic]] = []
    tree = json.dumps(_flatten(state, arrays), separators=(",", ":"), sort_keys=True).encode()
    body = b"".join(np.ascontiguousarray(array).tobytes() for array in arrays)
    return _HEAD.pack(_MAGIC, len(tree)) + zlib.compress(tree + body, _LEVEL)


def unpack(data: bytes) -> State:
    """Decode what `pack` gave.

    Raises:
        InvalidInput: these are not the bytes of a state.

    """
    try:
        magic, length = _HEAD.unpack_from(data)
        if magic != _MAGIC:
            raise InvalidInput("This is not a snapshot of an engine.")
        raw = zlib.decompress(data[_HEAD.size :])
        tree = json.loads(raw[:length])
        state = _restore(tree, memoryview(raw), [length])
    except (struct.error, zlib.error, ValueError, KeyError, TypeError) as error:
        raise InvalidInput("The snapshot of the engine is damaged.") from error
    if not isinstance(state, dict):
        raise InvalidInput("The snapshot of the engine is damaged.")
    return state


def _flatten(value: object, arrays: list[NDArray[np.generic]]) -> object:
    if isinstance(value, np.ndarray):
        arrays.append(value)
        return {"#": [value.dtype.str, list(value.shape)]}
    if isinstance(value, dict):
        # Sorted here, because the arrays' bytes follow in this order.
        return {str(key): _flatten(value[key], arrays) for key in sorted(value)}
    if isinstance(value, list | tuple):
        return [_flatten(item, arrays) for item in value]
    return value


def _restore(value: object, raw: memoryview, position: list[int]) -> object:
    if isinstance(value, list):
        return [_restore(item, raw, position) for item in value]
    if not isinstance(value, dict):
        return value
    if "#" not in value:
        return {key: _restore(item, raw, position) for key, item in value.items()}
    kind, shape = value["#"]
    count = int(np.prod(shape, dtype=np.int64))
    array = np.frombuffer(raw, np.dtype(kind), count, position[0]).reshape(shape).copy()
    position[0] += array.nbytes
    return array
