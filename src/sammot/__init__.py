"""SAM-MOT: everything that moves in a video, segmented, tracked and numbered."""

__version__ = "0.1.0"
