from __future__ import annotations

from itertools import chain
from typing import TYPE_CHECKING

from sammot.errors import UnreadableVideo
from sammot.tracking.frame import Frame
from sammot.video.pictures import Damage, Upright, packets, pictures
from sammot.video.seek import can_seek, packets_from_keyframe
from sammot.video.source import opened

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    import av
    import numpy as np
    from numpy.typing import NDArray

    from sammot.video.pictures import Picture
    from sammot.video.source import Source

_REACHES = (0.0, 15.0, None)
"""How many seconds before the wanted frame to look for a keyframe; None: from the first."""


class Decoder:
    """The upright frames of a file, from the first or from behind a known one.

    Where the data of a frame is damaged, the picture before it stands in, so that the numbers of
    all others stay true; what cannot be read at the end ends the frames. `warnings` then says
    so, in words for the user; it is empty after a clean end. Iterate once.
    """

    def __init__(self, path: Path, *, start: int = 0, after: float | None = None) -> None:
        """`start` numbers the first frame yielded; `after` is the time of the frame before it.

        With `after` None the frames begin at the first.
        """
        self._path = path
        self._start = start
        self._after = after
        self._damage = Damage()
        self._end = 0.0

    @property
    def warnings(self) -> tuple[str, ...]:
        """What the user should know of the frames yielded so far."""
        return self._damage.warnings(self._end)

    def __iter__(self) -> Iterator[Frame]:
        """Decode; the file is held open until the iterator ends or is closed.

        Raises:
            UnreadableVideo: the file cannot be opened, or no picture of it can be decoded.

        """
        for reach in (None,) if self._after is None else _REACHES:
            with opened(self._path) as source:
                found = self._pictures(source, reach)
                if found is not None:
                    yield from self._frames(source, found)
                    return

    def _pictures(self, source: Source, reach: float | None) -> Iterator[Picture] | None:
        """Pictures from one at or before the known frame; None if this reach finds none."""
        damage = self._damage = Damage()
        if reach is None or self._after is None:
            return pictures(source, damage, packets(source, damage))
        if not can_seek(source):
            return None
        sought = source.tick(self._after - reach)
        found = pictures(source, damage, packets_from_keyframe(source, sought, damage))
        first = next(found, None)
        if first is None or first.tick > source.tick(self._after):
            return None
        return chain([first], found)

    def _frames(self, source: Source, found: Iterator[Picture]) -> Iterator[Frame]:
        after = None if self._after is None else source.tick(self._after)
        upright = Upright(source)
        index = self._start
        image: NDArray[np.uint8] | None = None
        held: av.VideoFrame | None = None
        for tick, frame in found:
            if frame is not None:
                held, image = frame, None
            if held is None or (after is not None and tick <= after):
                continue
            if image is None:
                image = upright(held)
            self._end = source.seconds(tick)
            yield Frame(index, self._end, image)
            index += 1
        if held is None:
            raise UnreadableVideo("Not a single frame of this video can be decoded.")


def decode(path: Path, *, start: int = 0, after: float | None = None) -> Iterator[Frame]:
    """The upright frames of a file; see `Decoder`."""
    return iter(Decoder(path, start=start, after=after))
