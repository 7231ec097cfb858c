"""Video in and out: the only place that knows FFmpeg (through PyAV)."""

from sammot.video.decoder import Decoder, decode
from sammot.video.draw import Style, colour_of, palette
from sammot.video.encoder import make_proxy, render, write
from sammot.video.limits import Limits
from sammot.video.prober import Probe, probe
from sammot.video.sampler import previews
from sammot.video.source import Footage

__all__ = [
    "Decoder",
    "Footage",
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
