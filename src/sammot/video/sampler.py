from __future__ import annotations

from collections import defaultdict
from itertools import chain
from typing import TYPE_CHECKING

import numpy as np

from sammot.tracking.frame import Frame
from sammot.video.pictures import Damage, packets, pictures
from sammot.video.seek import can_seek, packets_from_keyframe
from sammot.video.source import opened
from sammot.video.upright import Upright

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from numpy.typing import NDArray

    from sammot.video.slots import Picture
    from sammot.video.source import Footage, Source

_BUDGET_PIXELS = 350 * 1280 * 720
"""How much is decoded at most: half a second's work on one ordinary core."""

_MOST_PIXELS = 100 * 2**20
"""How much is answered at most: 300 MB, 32 frames up to 1920 x 1080 and some, fewer beyond."""


def previews(footage: Footage, times: NDArray[np.float64], count: int = 32) -> list[Frame]:
    """About `count` frames (fewer very large ones) spread over a clip, in order, truly numbered.

    `times` are those of the whole clip. A short clip is decoded through, and the spread is even.
    In a long one the wanted frames are replaced by frames close behind the keyframe before them,
    so that the cost does not depend on the length; where keyframes cannot be found, the frames
    come from the clip's beginning. The answer is the same at every call.

    Raises:
        UnreadableVideo: the file cannot be opened.

    """
    with opened(footage) as source:
        pixels = source.width * source.height
        count = max(2, min(count, _MOST_PIXELS // pixels))
        budget = max(count, _BUDGET_PIXELS // pixels)
        if len(times) <= budget or not can_seek(source):
            return list(_through(source, _evenly(min(len(times), budget), count)))
        wanted = [source.tick(times[index]) for index in _evenly(len(times), count)]
        groups: defaultdict[int, list[int]] = defaultdict(list)
        for tick in wanted:
            groups[_keyframe_before(source, tick)].append(tick)
        runs = (
            _behind_keyframe(source, group[0], len(group), budget // count)
            for group in groups.values()
        )
        return list(_numbered(source, times, chain.from_iterable(runs)))


def _evenly(length: int, count: int) -> list[int]:
    spread: list[int] = np.linspace(0, length - 1, count).round().astype(int).tolist()
    return sorted(set(spread))


def _through(source: Source, wanted: list[int]) -> Iterator[Frame]:
    damage = Damage()
    upright = Upright(source)
    chosen = set(wanted)
    for index, (tick, frame) in enumerate(pictures(source, damage, packets(source, damage))):
        if index in chosen and frame is not None:
            yield Frame(index, source.seconds(tick), upright(frame))
        if index >= wanted[-1]:
            return


def _keyframe_before(source: Source, tick: int) -> int:
    packet = next(packets_from_keyframe(source, tick, Damage()), None)
    return tick if packet is None or packet.pts is None else packet.pts


def _behind_keyframe(source: Source, tick: int, share: int, step: int) -> Iterator[Picture]:
    """`share` pictures from the keyframe before a tick on, `step` apart."""
    damage = Damage()
    run = pictures(source, damage, packets_from_keyframe(source, tick, damage))
    for position, picture in enumerate(run):
        if position % step == 0 and picture.frame is not None:
            yield picture
        if position >= step * (share - 1):
            return


def _numbered(
    source: Source, times: NDArray[np.float64], found: Iterable[Picture]
) -> Iterator[Frame]:
    """Frames of growing number; what is not in the table of times is left out."""
    upright = Upright(source)
    numbers = {time: index for index, time in enumerate(times.tolist())}
    last = -1
    for tick, frame in found:
        time = source.seconds(tick)
        if frame is not None and numbers.get(time, -1) > last:
            last = numbers[time]
            yield Frame(last, time, upright(frame))
