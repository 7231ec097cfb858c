from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import av
import numpy as np
import pytest
from video_help import Made, look

from clips import Clip, number_in, picture
from sammot.errors import Conflict, StorageFull, UnreadableVideo
from sammot.tracking.frame import Frame
from sammot.tracking.mask import RLE, Box
from sammot.tracking.track import FrameResult, Observation, TrackId
from sammot.video import Style, colour_of, decode, make_proxy, render, write

SIZE = (112, 192)


def seen(x1: int, track_id: int = 1) -> Observation:
    """A full rectangle of 40 x 30 pixels with its top at row 60."""
    mask = np.zeros(SIZE, np.bool_)
    mask[60:90, x1 : x1 + 40] = True
    return Observation(TrackId(track_id), Box.around(mask), RLE.encode(mask), 1.0)


def moving(index: int) -> FrameResult:
    return FrameResult(index, index / 25, (seen(4 * index),))


def test_each_result_is_drawn_into_its_own_frame(made: Made, tmp_path: Path) -> None:
    results = [moving(index) for index in range(30)]
    target = tmp_path / "annotated.mp4"
    style = Style(masks=False, boxes=True, numbers=False)
    render(made("b-frames.mp4"), target, results, progress=lambda _: None, style=style)
    plain = list(decode(made("b-frames.mp4")))
    for frame, original in zip(decode(target), plain, strict=True):
        change = np.abs(frame.image[60:90].astype(int) - original.image[60:90]).sum(axis=(0, 2))
        left, right = 4 * frame.index, min(191, 4 * frame.index + 39)
        assert set(np.argsort(change)[-2:].tolist()) <= {
            *range(left, left + 3),
            *range(right - 2, right + 1),
        }


def test_frames_without_results_stay_plain(made: Made, tmp_path: Path) -> None:
    target = tmp_path / "annotated.mp4"
    results = [moving(5), moving(9)]
    render(made("b-frames.mp4"), target, results, progress=lambda _: None)
    for frame, original in zip(decode(target), decode(made("b-frames.mp4")), strict=True):
        change = np.abs(frame.image[62:88].astype(int) - original.image[62:88]).mean()
        assert (change > 5) == (frame.index in {5, 9})


def test_results_are_taken_as_they_come(made: Made, tmp_path: Path) -> None:
    asked: list[int] = []

    def results() -> Iterator[FrameResult]:
        for index in range(30):
            asked.append(index)
            yield moving(index)

    def check(done: int) -> None:
        assert len(asked) == done

    render(made("b-frames.mp4"), tmp_path / "annotated.mp4", results(), progress=check)
    assert asked == list(range(30))


@pytest.mark.parametrize("sound_codec", ["aac", "ac3"])
def test_the_sound_is_kept_at_its_time(tmp_path: Path, sound_codec: str) -> None:
    path = Clip(sound=0.2, sound_codec=sound_codec).write(tmp_path / "clip.mp4")
    make_proxy(path, tmp_path / "proxy.mp4", progress=lambda _: None)
    assert loud_between(tmp_path / "proxy.mp4") == pytest.approx(loud_between(path), abs=0.05)


def test_aac_is_copied_not_encoded_again(tmp_path: Path) -> None:
    path = Clip(sound=0.0).write(tmp_path / "clip.mp4")
    make_proxy(path, tmp_path / "proxy.mp4", progress=lambda _: None)
    assert sound_packets(tmp_path / "proxy.mp4") == sound_packets(path)


def sound_packets(path: Path) -> list[bytes]:
    with av.open(str(path)) as container:
        return [bytes(packet) for packet in container.demux(audio=0) if packet.size]


def loud_between(path: Path) -> tuple[float, float]:
    """When the tone of a clip is first and last heard, in seconds."""
    with av.open(str(path)) as container:
        heard = [f for f in container.decode(audio=0) if np.abs(f.to_ndarray()).max() > 0.1]
        return heard[0].time, heard[-1].time


def test_the_target_plays_everywhere_and_starts_at_once(made: Made, tmp_path: Path) -> None:
    target = tmp_path / "proxy.mp4"
    make_proxy(made("ten-bit.mp4"), target, progress=lambda _: None)
    content = target.read_bytes()
    assert content.index(b"moov") < content.index(b"mdat")
    assert look(target).pixel_format == "yuv420p"
    assert look(target).browser_playable


def test_pixels_that_are_not_square_stay_so(tmp_path: Path) -> None:
    path = Clip(pixel_aspect=(4, 3), turn=90).write(tmp_path / "clip.mp4")
    make_proxy(path, tmp_path / "proxy.mp4", progress=lambda _: None)
    with av.open(str(tmp_path / "proxy.mp4")) as container:
        aspect = container.streams.video[0].sample_aspect_ratio
    assert (aspect.numerator, aspect.denominator) == (3, 4)


def test_an_abort_leaves_no_file(made: Made, tmp_path: Path) -> None:
    def abort(done: int) -> None:
        if done == 10:
            raise Conflict("The job was cancelled.")

    with pytest.raises(Conflict):
        make_proxy(made("b-frames.mp4"), tmp_path / "proxy.mp4", progress=abort)
    with pytest.raises(Conflict):
        render(made("b-frames.mp4"), tmp_path / "proxy.mp4", [], progress=abort)
    assert list(tmp_path.iterdir()) == []


def test_what_cannot_be_read_leaves_no_file(tmp_path: Path) -> None:
    source = tmp_path / "notes.mp4"
    source.write_text("not a video")
    with pytest.raises(UnreadableVideo):
        make_proxy(source, tmp_path / "proxy.mp4", progress=lambda _: None)
    assert list(tmp_path.iterdir()) == [source]


def test_an_older_target_stays_until_the_new_one_is_whole(made: Made, tmp_path: Path) -> None:
    target = tmp_path / "proxy.mp4"
    target.write_bytes(b"older")

    def watch(_done: int) -> None:
        assert target.read_bytes() == b"older"

    make_proxy(made("b-frames.mp4"), target, progress=watch)
    assert look(target).frame_count == 30


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs the device /dev/full")
def test_a_full_disk_is_told_as_such(tmp_path: Path) -> None:
    target = tmp_path / "full.mp4"
    (tmp_path / "full.mp4.part").symlink_to("/dev/full")
    with pytest.raises(StorageFull):
        write(target, [Frame(0, 0.0, picture(0))], fps=25)
    assert list(tmp_path.iterdir()) == []


def test_written_frames_come_back_evenly_spaced(tmp_path: Path) -> None:
    frames = [Frame(index, 7.0, picture(index)) for index in range(12)]
    write(tmp_path / "clip.mp4", frames, fps=10)
    back = list(decode(tmp_path / "clip.mp4"))
    assert [number_in(frame.image) for frame in back] == list(range(12))
    assert [frame.time for frame in back] == pytest.approx([index / 10 for index in range(12)])
    assert look(tmp_path / "clip.mp4").duration == pytest.approx(1.2)


def test_writing_keeps_colours(tmp_path: Path) -> None:
    image = np.zeros((720, 1280, 3), np.uint8)
    image[:] = colour_of(3)
    write(tmp_path / "clip.mp4", [Frame(0, 0.0, image)], fps=25)
    (back,) = decode(tmp_path / "clip.mp4")
    assert np.abs(back.image.astype(int) - image).max() <= 4


def test_no_frames_make_no_file(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="no frames"):
        write(tmp_path / "clip.mp4", [], fps=25)
    assert list(tmp_path.iterdir()) == []
