from __future__ import annotations

import struct
import tempfile
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final, Self

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

_LINK: Final = struct.Struct("<qq")
_END: Final = -1


@dataclass(slots=True)
class _Chain:
    first: int = _END
    last: int = _END
    pending: list[bytes] = field(default_factory=list)


class Spool:
    """Many growing byte strings in one temporary file, read back one after another.

    Each string is a chain of segments, every one starting with the place of the next and its
    own length, so memory holds only the chains' ends and what has not been written yet, at
    most `room` bytes. The file vanishes with the `with` block.
    """

    def __init__(self, folder: Path | None = None, *, room: int = 4 << 20) -> None:
        self._file = tempfile.TemporaryFile(dir=folder)  # noqa: SIM115 - closed by __exit__
        self._chains: dict[int, _Chain] = {}
        self._room, self._pending = room, 0
        self._end = 0

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._file.close()

    def append(self, key: int, part: bytes) -> None:
        """Add to the end of one string."""
        self._chains.setdefault(key, _Chain()).pending.append(part)
        self._pending += len(part)
        if self._pending >= self._room:
            self._flush()

    def read(self, key: int) -> Iterator[bytes]:
        """The parts of one string; none for a key that nothing was added to."""
        self._flush()
        place = self._chains[key].first if key in self._chains else _END
        while place != _END:
            self._file.seek(place)
            place, length = _LINK.unpack(self._file.read(_LINK.size))
            yield self._file.read(length)

    def _flush(self) -> None:
        for chain in self._chains.values():
            if chain.pending:
                self._write(chain, b"".join(chain.pending))
                chain.pending.clear()
        self._pending = 0

    def _write(self, chain: _Chain, segment: bytes) -> None:
        place = self._end
        self._file.seek(place)
        self._file.write(_LINK.pack(_END, len(segment)) + segment)
        self._end = place + _LINK.size + len(segment)
        if chain.first == _END:
            chain.first = place
        else:
            self._file.seek(chain.last)
            self._file.write(place.to_bytes(8, "little", signed=True))
        chain.last = place
