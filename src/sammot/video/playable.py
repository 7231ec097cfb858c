from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from sammot.video.source import Source
    from sammot.video.upright import Turn

_EIGHT_BIT_420 = frozenset({"yuv420p", "yuvj420p"})
_H264_PROFILES = frozenset({"Baseline", "Constrained Baseline", "Main", "High"})
_VIDEO = {"mov": frozenset({"h264", "vp9", "av1"}), "webm": frozenset({"vp8", "vp9", "av1"})}
_SOUND = {"mov": frozenset({"aac", "mp3"}), "webm": frozenset({"vorbis", "opus"})}


def browser_playable(source: Source, turn: Turn) -> bool:
    """Whether today's Chromium, Firefox and Safari play the file as it is, and upright.

    Strict on purpose: a proxy that was not needed costs a minute, a black picture costs a user.
    """
    container = _container(source)
    if container not in _VIDEO:
        return False
    codec = source.stream.codec_context
    name = codec.codec.canonical_name
    return (
        name in _VIDEO[container]
        and codec.pix_fmt in _EIGHT_BIT_420
        and (name != "h264" or codec.profile in _H264_PROFILES)
        and _lies_well(turn, container)
        and all(
            stream.codec_context is not None
            and stream.codec_context.codec.canonical_name in _SOUND[container]
            for stream in source.container.streams.audio
        )
    )


def _container(source: Source) -> str:
    """FFmpeg's name, with WebM told from Matroska by what the file itself says (EBML DocType)."""
    if source.container_name != "matroska":
        return source.container_name
    with source.read() as file:
        return "webm" if b"\x42\x82\x84webm" in file.read(128) else "matroska"


def _lies_well(turn: Turn, container: str) -> bool:
    # Browsers turn MP4 by quarter turns; not all of them mirror, nor turn WebM.
    return turn == (False, False, False) or (container == "mov" and turn.degrees != 0)
