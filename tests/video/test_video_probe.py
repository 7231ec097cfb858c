from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray
from video_help import Made, look

import clips
from clips import KINDS, Clip
from sammot.errors import SamMotError, TooLarge, UnreadableVideo, VideoTooBig
from sammot.video import Limits, decode, probe


def test_facts_of_an_ordinary_clip(made: Made, limits: Limits) -> None:
    found = probe(made("b-frames.mp4"), limits)
    assert (found.container, found.codec, found.pixel_format) == ("mov", "h264", "yuv420p")
    assert (found.width, found.height, found.rotation) == (192, 112, 0)
    assert (found.duration, found.fps, found.frame_count) == (pytest.approx(1.2), 25.0, 30)
    assert not found.has_audio
    assert found.warnings == ()


@pytest.mark.parametrize(("kind", "rotation"), [("turned-90.mp4", 90), ("turned-270.mp4", 270)])
def test_width_and_height_are_those_of_the_upright_picture(
    made: Made, limits: Limits, kind: str, rotation: int
) -> None:
    found = probe(made(kind), limits)
    assert (found.width, found.height, found.rotation) == (192, 112, rotation)


def test_the_mean_rate_of_an_uneven_clip_is_frames_over_time(made: Made, limits: Limits) -> None:
    found = probe(made("variable-rate.mp4"), limits)
    assert found.fps == pytest.approx((found.frame_count - 1) / found.times[-1])


PLAYED_BY_BROWSERS = {
    *("b-frames.mp4", "variable-rate.mp4", "ntsc.mp4", "fragments.mp4", "edit-list.mp4"),
    *("late-picture.mp4", "late-sound.mp4", "late-start.mp4"),
    *("open-groups.mp4", "rolling-refresh.mp4"),
    *("turned-90.mp4", "turned-180.mp4", "turned-270.mp4"),
    *("vp8.webm", "vp9.webm", "odd-size.webm"),
}


@pytest.mark.parametrize("kind", KINDS)
def test_only_what_every_browser_plays_needs_no_proxy(made: Made, kind: str) -> None:
    assert look(made(kind)).browser_playable == (kind in PLAYED_BY_BROWSERS)


def test_sound_that_browsers_do_not_play_needs_a_proxy(tmp_path: Path) -> None:
    path = Clip(sound=0.0, sound_codec="ac3").write(tmp_path / "clip.mp4")
    assert not look(path).browser_playable


def test_the_poster_is_upright_and_at_most_640_wide(
    made: Made, limits: Limits, tmp_path: Path
) -> None:
    poster = tmp_path / "poster.webp"
    probe(made("turned-90.mp4"), limits, poster=poster)
    image = cv2.imread(str(poster))
    assert clips.number_in(image) == 0
    wide = Clip(count=2, height=720, width=1280).write(tmp_path / "wide.mp4")
    probe(wide, limits, poster=poster)
    assert cv2.imread(str(poster)).shape == (360, 640, 3)


def test_the_poster_passes_over_a_dark_beginning(limits: Limits, tmp_path: Path) -> None:
    class DarkFirst(Clip):
        def _stored(self, number: int) -> NDArray[np.uint8]:
            return super()._stored(number) * (number >= 3)

    path = DarkFirst().write(tmp_path / "dark.mp4")
    probe(path, limits, poster=tmp_path / "poster.webp")
    assert cv2.imread(str(tmp_path / "poster.webp")).mean() > 50


REFUSED = {
    "empty": clips.empty,
    "text": clips.text,
    "sound only": clips.sound_only,
    "session description": clips.session_description,
    "playlist": lambda path: clips.playlist(path, path.with_name("good.mp4")),
    "concat script": lambda path: clips.concat_script(path, path.with_name("good.mp4")),
}


@pytest.mark.parametrize("what", REFUSED)
def test_what_is_not_a_video_is_refused_and_leaves_no_file(
    tmp_path: Path, limits: Limits, what: str
) -> None:
    Clip(count=3).write(tmp_path / "good.mp4")
    path = REFUSED[what](tmp_path / "upload.mp4")
    before = sorted(tmp_path.iterdir())
    with pytest.raises(UnreadableVideo) as caught:
        probe(path, limits, poster=tmp_path / "poster.webp")
    assert str(caught.value).endswith((".", "?"))
    assert sorted(tmp_path.iterdir()) == before


@pytest.mark.parametrize("suffix", ["m3u8", "ffconcat", "sdp", "mp4"])
def test_a_reference_to_another_file_is_not_followed_whatever_the_name(
    tmp_path: Path, limits: Limits, suffix: str
) -> None:
    target = Clip(count=3).write(tmp_path / "good.mp4")
    for make in (clips.playlist, clips.concat_script):
        with pytest.raises(UnreadableVideo):
            probe(make(tmp_path / f"upload.{suffix}", target), limits)


def test_a_pattern_of_picture_names_is_not_expanded(tmp_path: Path, limits: Limits) -> None:
    for number in range(3):
        cv2.imwrite(str(tmp_path / f"frame{number}.png"), clips.picture(number))
    (tmp_path / "frame%d.png").write_bytes(b"x")
    with pytest.raises(UnreadableVideo):
        probe(tmp_path / "frame%d.png", limits)


def test_a_single_picture_is_not_a_video(tmp_path: Path, limits: Limits) -> None:
    cv2.imwrite(str(tmp_path / "picture.png"), clips.picture(0))
    with pytest.raises(UnreadableVideo):
        probe(tmp_path / "picture.png", limits)


def test_a_pixel_bomb_is_refused_with_its_size_and_the_limit(
    tmp_path: Path, limits: Limits
) -> None:
    with pytest.raises(VideoTooBig, match=r"16000 x 16000.*16777216"):
        probe(clips.pixel_bomb(tmp_path / "bomb.gif"), limits)


@pytest.mark.parametrize(
    ("change", "kind", "words"),
    [
        ({"max_bytes": 1000}, TooLarge, "1000"),
        ({"max_seconds": 1.0}, VideoTooBig, "lasts 1 s; the limit here is 1 s"),
        ({"max_frames": 29}, VideoTooBig, "more than 29 frames"),
        ({"max_pixels": 100 * 100}, VideoTooBig, "192 x 112 .* 10000"),
    ],
)
def test_what_is_over_a_limit_is_refused_with_the_number(
    made: Made, limits: Limits, change: dict[str, float], kind: type[SamMotError], words: str
) -> None:
    with pytest.raises(kind, match=words):
        probe(made("b-frames.mp4"), replace(limits, **change))


@pytest.mark.parametrize("kind", ["raw.h264", "mpeg4-b-frames.avi"])
def test_the_limit_on_frames_holds_where_all_must_be_decoded(
    made: Made, limits: Limits, kind: str
) -> None:
    with pytest.raises(VideoTooBig, match="more than 10 frames"):
        probe(made(kind), replace(limits, max_frames=10))


def test_a_name_with_odd_characters_is_read(tmp_path: Path, limits: Limits) -> None:
    path = Clip(count=3).write(tmp_path / "clip.mp4")
    odd = path.rename(tmp_path / "ça va? #1 100%d [x]:y.mp4")
    assert probe(odd, limits).frame_count == 3


def test_subtitles_that_outlast_the_pictures_do_not_make_a_file_broken(tmp_path: Path) -> None:
    found = look(clips.subtitled(tmp_path / "subtitled.mkv", until=9.0))
    assert found.frame_count == 30
    assert found.warnings == ()


def test_pictures_that_change_their_size_are_scaled_to_the_first(tmp_path: Path) -> None:
    large = Clip(count=4).write(tmp_path / "large.h264")
    small = Clip(count=4, height=56, width=96).write(tmp_path / "small.h264")
    path = tmp_path / "both.h264"
    path.write_bytes(large.read_bytes() + small.read_bytes())
    frames = list(decode(path))
    assert {frame.image.shape for frame in frames} == {(112, 192, 3)}
    assert [clips.number_in(frame.image) for frame in frames] == [0, 1, 2, 3] * 2


def test_no_picture_is_decoded_that_is_larger_than_the_most(
    made: Made, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sammot.video.source.MAX_PICTURE_PIXELS", 100 * 100)
    with pytest.raises(UnreadableVideo):
        list(decode(made("b-frames.mp4")))
