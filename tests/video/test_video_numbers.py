"""A frame number means one thing: on every kind of clip, whichever way one comes to the frame."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray
from video_help import Made, look

import clips
from clips import HIDDEN, KINDS, number_in
from sammot.tracking.frame import Frame
from sammot.video import Decoder, decode, make_proxy, previews, render

ALL = pytest.mark.parametrize("kind", KINDS)


def numbers(frames: list[Frame], kind: str) -> list[int]:
    """The numbers that the pictures show, from 0 for the first that a player shows."""
    return [number_in(frame.image) - HIDDEN.get(kind, 0) for frame in frames]


def expected_times(kind: str) -> NDArray[np.float64]:
    """The times that the clip was made with, on the clock of a player."""
    clip = KINDS[kind]
    times = np.array(clip.ticks()[HIDDEN.get(kind, 0) :]) / 90_000
    return times if "late" in kind else times - times[0]


@ALL
def test_every_frame_carries_its_own_number(made: Made, kind: str) -> None:
    frames = list(decode(made(kind)))
    assert [frame.index for frame in frames] == list(range(len(frames)))
    assert numbers(frames, kind) == list(range(KINDS[kind].count - HIDDEN.get(kind, 0)))


@ALL
def test_times_are_those_that_a_player_shows(made: Made, kind: str) -> None:
    times = np.array([frame.time for frame in decode(made(kind))])
    start = {"broadcast.ts": 0.0213, "fragments.mp4": 0.08}.get(kind, 0.0)
    # Matroska, WebM and FLV keep milliseconds, GIF hundredths of a second.
    np.testing.assert_allclose(times, expected_times(kind) + start, atol=6e-4)


@ALL
def test_the_table_of_times_is_that_of_decoding(made: Made, kind: str) -> None:
    found = look(made(kind))
    assert found.times.tolist() == [frame.time for frame in decode(made(kind))]
    assert found.frame_count == len(found.times)
    assert (np.diff(found.times) > 0).all()


@ALL
def test_going_on_behind_any_frame_gives_the_same_pictures(made: Made, kind: str) -> None:
    whole = list(decode(made(kind)))
    for known in whole:
        rest = list(decode(made(kind), start=known.index + 1, after=known.time))
        assert [(f.index, f.time) for f in rest] == [
            (f.index, f.time) for f in whole[known.index + 1 :]
        ]
        for one, other in zip(rest, whole[known.index + 1 :], strict=True):
            assert np.array_equal(one.image, other.image)


@ALL
def test_going_on_works_with_a_time_rounded_to_microseconds(made: Made, kind: str) -> None:
    whole = list(decode(made(kind)))
    known = whole[len(whole) // 2]
    first = next(decode(made(kind), start=known.index + 1, after=round(known.time, 6)))
    assert first.time == whole[known.index + 1].time


@ALL
def test_previews_are_truly_numbered(made: Made, kind: str) -> None:
    whole = list(decode(made(kind)))
    shown = previews(made(kind), np.array([frame.time for frame in whole]), 7)
    assert len(shown) == 7
    for frame in shown:
        assert frame.time == whole[frame.index].time
        assert np.array_equal(frame.image, whole[frame.index].image)


def test_previews_of_a_long_clip_are_spread_and_truly_numbered(
    made: Made, monkeypatch: pytest.MonkeyPatch
) -> None:
    # A small budget makes a short clip a long one.
    monkeypatch.setattr("sammot.video.sampler._BUDGET_PIXELS", 112 * 192 * 8)
    for kind in ("b-frames.mp4", "h264.mkv", "vp9.webm", "open-groups.mp4"):
        whole = list(decode(made(kind)))
        shown = previews(made(kind), np.array([frame.time for frame in whole]), 4)
        assert len(shown) >= 3
        assert shown[-1].index >= len(whole) // 2
        for frame in shown:
            assert np.array_equal(frame.image, whole[frame.index].image)


@ALL
def test_the_proxy_has_the_same_frames_at_the_same_times(
    made: Made, kind: str, tmp_path: Path
) -> None:
    proxy = tmp_path / "proxy.mp4"
    counted: list[int] = []
    make_proxy(made(kind), proxy, progress=counted.append)
    original, made_of_it = look(made(kind)), look(proxy)
    assert counted == list(range(1, original.frame_count + 1))
    assert made_of_it.browser_playable
    assert made_of_it.has_audio == original.has_audio
    np.testing.assert_allclose(made_of_it.times, original.times, atol=1e-6)
    assert made_of_it.duration == pytest.approx(original.duration, abs=0.001)
    assert numbers(list(decode(proxy)), kind) == list(range(original.frame_count))


@pytest.mark.parametrize("kind", ["variable-rate.mp4", "turned-90.mp4", "late-picture.mp4"])
def test_the_annotated_video_has_the_same_frames_at_the_same_times(
    made: Made, kind: str, tmp_path: Path
) -> None:
    target = tmp_path / "annotated.mp4"
    render(made(kind), target, [], progress=lambda _: None)
    original, annotated = look(made(kind)), look(target)
    np.testing.assert_allclose(annotated.times, original.times, atol=1e-6)
    assert annotated.duration == pytest.approx(original.duration, abs=0.001)
    assert (annotated.width, annotated.height) == (original.width, original.height)
    assert numbers(list(decode(target)), kind) == list(range(original.frame_count))


def test_a_decoder_of_a_sound_file_has_no_warnings(made: Made) -> None:
    decoder = Decoder(made("b-frames.mp4"))
    assert len(list(decoder)) == 30
    assert decoder.warnings == ()
    assert decoder.end == pytest.approx(1.2)


def test_side_data_that_pyav_does_not_know_does_no_harm(tmp_path: Path) -> None:
    path = clips.camera(tmp_path / "camera.avi")
    assert look(path).frame_count == 10
    assert numbers(list(decode(path)), "camera.avi") == list(range(10))
