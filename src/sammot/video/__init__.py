"""Video in and out: the only place that knows FFmpeg (through PyAV)."""

from sammot.video.decode import Decoder, decode
from sammot.video.encode import write
from sammot.video.limits import Limits
from sammot.video.previews import previews
from sammot.video.probe import Probe, probe

__all__ = ["Decoder", "Limits", "Probe", "decode", "previews", "probe", "write"]
