from __future__ import annotations

import os
import sys
from dataclasses import replace

import pytest

from sammot.errors import UnreadableVideo, VideoTooBig
from sammot.video import Limits, sandbox


def test_what_the_function_returns_comes_back(limits: Limits) -> None:
    assert sandbox.run("video_hogs:echo", {"text": "ça va"}, limits) == "ça va".encode()


def test_a_refusal_is_raised_again_with_its_words(limits: Limits) -> None:
    with pytest.raises(VideoTooBig, match="as told"):
        sandbox.run("video_hogs:refuse", {}, limits)


def test_a_crash_becomes_an_unreadable_video(limits: Limits) -> None:
    with pytest.raises(UnreadableVideo):
        sandbox.run("video_hogs:crash", {}, limits)


def test_a_child_that_hangs_is_ended(limits: Limits) -> None:
    with pytest.raises(UnreadableVideo, match=r"within 1\.5 s"):
        sandbox.run("video_hogs:hang", {}, replace(limits, wall_seconds=1.5))


def test_a_child_that_eats_time_is_ended(limits: Limits) -> None:
    with pytest.raises(UnreadableVideo, match="more time or memory"):
        sandbox.run("video_hogs:spin", {}, replace(limits, cpu_seconds=1))


@pytest.mark.skipif(sys.platform == "darwin", reason="macOS has no limit on address space")
def test_a_child_that_eats_memory_is_ended(limits: Limits) -> None:
    with pytest.raises(UnreadableVideo, match="more time or memory"):
        sandbox.run("video_hogs:swell", {}, replace(limits, memory_bytes=2**27))


def test_a_child_that_writes_without_end_is_ended(
    limits: Limits, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sandbox, "MAX_OUTPUT_BYTES", 2**20)
    with pytest.raises(UnreadableVideo):
        sandbox.run("video_hogs:pour", {"most_bytes": 2**20}, limits)


def test_secrets_in_the_environment_do_not_reach_the_child(
    limits: Limits, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SAMMOT_SECRET_KEY", "do not tell")
    names = sandbox.run("video_hogs:environment", {}, limits).decode().split()
    assert "PYTHONPATH" in names
    assert not [name for name in names if name.startswith("SAMMOT")]


def test_open_files_do_not_reach_the_child(limits: Limits) -> None:
    read, write = os.pipe()
    os.set_inheritable(write, True)
    try:
        held = sandbox.run("video_hogs:holds", {"descriptor": write}, limits)
    finally:
        os.close(read)
        os.close(write)
    assert held == b"no"
