from __future__ import annotations

import json
import random
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
from video_help import Made, look
from video_mutations import mutate

import clips
from clips import Clip
from sammot.errors import UnreadableVideo
from sammot.video import Decoder, Limits, decode, make_proxy, sandbox

_GROUPS = {"preset": "fast", "bf": "3", "g": "12"}
_FASTSTART = {"movflags": "+faststart"}
WHOLE = {
    "faststart.mp4": Clip(count=60, options=_GROUPS, container_options=_FASTSTART),
    "sound.mp4": Clip(count=60, options=_GROUPS, container_options=_FASTSTART, sound=0.0),
    "h264.mkv": Clip(count=60, options=_GROUPS),
    "mpeg4.avi": Clip(count=60, codec="mpeg4", options={"bf": "2", "g": "12"}),
    "flash.flv": Clip(count=60, options=_GROUPS),
}


@pytest.fixture(params=WHOLE)
def cut(request: pytest.FixtureRequest, tmp_path: Path) -> Path:
    """A clip of 2.4 s, of which the file holds a bit more than half."""
    whole = WHOLE[request.param].write(tmp_path / f"whole-{request.param}")
    return clips.truncated(tmp_path / request.param, whole, 0.6)


def test_a_truncated_video_is_readable_up_to_where_it_breaks(cut: Path) -> None:
    found = look(cut)
    decoder = Decoder(cut)
    frames = list(decoder)
    assert 15 <= found.frame_count < 60
    assert [frame.time for frame in frames] == found.times.tolist()
    # Behind the last complete picture there may be a few that miss those between.
    sure = frames[:-4]
    assert [clips.number_in(frame.image) for frame in sure] == list(range(len(sure)))
    assert f"breaks off after {found.duration:.1f} s" in found.warnings[0]


def test_a_truncated_video_goes_on_as_it_was(cut: Path) -> None:
    whole = list(decode(cut))
    known = whole[len(whole) // 2]
    rest = list(decode(cut, start=known.index + 1, after=known.time))
    assert [frame.time for frame in rest] == [frame.time for frame in whole[known.index + 1 :]]
    assert all(
        np.array_equal(a.image, b.image) for a, b in zip(rest[::-1], whole[::-1], strict=False)
    )


def test_the_proxy_of_a_truncated_video_ends_where_it_breaks(cut: Path, tmp_path: Path) -> None:
    make_proxy(cut, tmp_path / "proxy.mp4", progress=lambda _: None)
    original, proxy = look(cut), look(tmp_path / "proxy.mp4")
    assert proxy.frame_count == original.frame_count
    assert proxy.duration == pytest.approx(original.duration, abs=0.1)


def test_an_mp4_without_its_index_is_refused(made: Made, tmp_path: Path) -> None:
    cut = clips.truncated(tmp_path / "cut.mp4", made("b-frames.mp4"), 0.5)
    with pytest.raises(UnreadableVideo, match="end is missing"):
        look(cut)


@pytest.mark.parametrize("kind", ["b-frames.mp4", "hevc.mp4", "h264.mkv", "vp9.webm", "flash.flv"])
def test_a_lost_frame_shifts_no_other_number(made: Made, tmp_path: Path, kind: str) -> None:
    blotted = clips.blotted(tmp_path / kind, made(kind), 27)
    decoder = Decoder(blotted)
    frames = list(decoder)
    assert [frame.index for frame in frames] == list(range(30))
    assert [frame.time for frame in frames] == [frame.time for frame in decode(made(kind))]
    assert [clips.number_in(frame.image) for frame in frames[:24]] == list(range(24))
    assert look(blotted).frame_count == 30


def test_the_picture_before_stands_in_for_a_lost_one(made: Made, tmp_path: Path) -> None:
    whole = made("h264.mkv")
    blotted = clips.blotted(tmp_path / "blotted.mkv", whole, clips.first_needless(whole))
    decoder = Decoder(blotted)
    frames = list(decoder)
    repeated = [
        after.index
        for before, after in pairwise(frames)
        if np.array_equal(before.image, after.image)
    ]
    others = [frame.index for frame in frames if frame.index not in repeated]
    assert len(repeated) == 1
    assert [clips.number_in(frames[index].image) for index in others] == others
    assert decoder.warnings == ("1 damaged frame could not be read; the picture before stands in.",)


@pytest.mark.parametrize("kind", ["b-frames.mp4", "h264.mkv", "broadcast.ts", "animated.gif"])
def test_no_mutation_of_a_file_breaks_more_than_the_file(
    made: Made, limits: Limits, kind: str
) -> None:
    arguments: dict[str, object] = {"path": str(made(kind)), "mutations": 40}
    tally = json.loads(sandbox.run("video_mutations:survive", arguments, limits))
    assert sum(tally.values()) == 40
    assert tally["read"] > 10
    # Times that are damaged themselves can make the table and the decoder disagree.
    assert tally["read otherwise than foretold"] <= 3


@pytest.mark.parametrize("kind", ["b-frames.mp4", "h264.mkv", "dvd.mpg"])
def test_a_damaged_file_gives_the_same_pictures_every_time(
    made: Made, tmp_path: Path, kind: str
) -> None:
    whole = made(kind).read_bytes()
    start, stop = len(whole) // 4, len(whole) // 2
    for seed in range(6):
        dice = random.Random(seed)  # noqa: S311 - dice, not secrets
        damaged = tmp_path / kind
        damaged.write_bytes(whole[:start] + mutate(whole[start:stop], dice) + whole[stop:])
        first, *others = [[hash(f.image.tobytes()) for f in decode(damaged)] for _ in range(4)]
        assert all(other == first for other in others)
