"""Video in and out: the only place that knows FFmpeg (through PyAV)."""

from sammot.video.decode import Decoder, decode
from sammot.video.draw import Style, colour_of, palette
from sammot.video.encode import make_proxy, render, write
from sammot.video.limits import Limits
from sammot.video.previews import previews
from sammot.video.probe import Probe, probe

__all__ = [
    "Decoder",
    "Limits",
    "Probe",
    "Style",
    "colour_of",
    "decode",
    "make_proxy",
    "palette",
    "previews",
    "probe",
    "render",
    "write",
]
