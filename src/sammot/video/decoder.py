from __future__ import annotations

from fractions import Fraction
from itertools import chain
from typing import TYPE_CHECKING

from sammot.errors import UnreadableVideo
from sammot.tracking.frame import Frame
from sammot.video.pictures import Damage, packets, pictures
from sammot.video.seek import can_seek, packets_from_keyframe
from sammot.video.source import opened
from sammot.video.upright import Upright

if TYPE_CHECKING:
    from collections.abc import Generator, Iterator

    import av
    import numpy as np
    from numpy.typing import NDArray

    from sammot.video.slots import Picture
    from sammot.video.source import Footage, Source

_REACHES = (0.0, 15.0, None)
"""How many seconds before the wanted frame to look for a keyframe; None: from the first."""


class Decoder:
    """The upright frames of a file, from the first or from behind a known one.

    Where the data of a frame is damaged, the picture before it stands in, so that the numbers of
    all others stay true; what cannot be read at the end ends the frames. `warnings` then says
    so, in words for the user; it is empty after a clean end. Iterate once.

    From the first frame on, `time_base` is a unit of which all times are multiples, and
    `pixel_aspect` the width over height of an upright pixel as shown, None if the file is silent.
    """

    def __init__(self, footage: Footage, *, start: int = 0, after: float | None = None) -> None:
        """`start` numbers the first frame yielded; `after` is the time of the frame before it.

        With `after` None the frames begin at the first.
        """
        self._footage = footage
        self._start = start
        self._after = after
        self._damage = Damage()
        self._end = 0.0
        self._declared_end = 0.0
        self.time_base = Fraction(1, 90_000)
        self.pixel_aspect: Fraction | None = None

    @property
    def warnings(self) -> tuple[str, ...]:
        """What the user should know of the frames yielded so far."""
        return self._damage.warnings(self._end)

    @property
    def end(self) -> float:
        """When the frame last yielded ceases to be shown, if it is the last, in seconds."""
        return self._end if self._damage.broken else max(self._end, self._declared_end)

    def __iter__(self) -> Generator[Frame, None, None]:
        """Decode; the file is held open until the iterator ends or is closed.

        Raises:
            UnreadableVideo: the file cannot be opened, or no picture of it can be decoded.

        """
        for reach in (None,) if self._after is None else _REACHES:
            with opened(self._footage) as source:
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
            time = source.seconds(tick)
            self._describe(source, upright, time + source.shown_for(held))
            yield Frame(index, time, image)
            index += 1
        if held is None:
            raise UnreadableVideo("Not a single frame of this video can be decoded.")

    def _describe(self, source: Source, upright: Upright, end: float) -> None:
        self._end = end
        self._declared_end = source.declared_end
        self.time_base = source.exact_time_base
        aspect = source.stream.sample_aspect_ratio
        self.pixel_aspect = 1 / aspect if aspect and upright.is_transposed else aspect or None


def decode(footage: Footage, *, start: int = 0, after: float | None = None) -> Iterator[Frame]:
    """The upright frames of a file; see `Decoder`."""
    return iter(Decoder(footage, start=start, after=after))
