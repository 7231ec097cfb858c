"""Every deliberate error. Messages are safe to show and tell the user what to do."""

from __future__ import annotations


class SamMotError(Exception):
    """The family. `slug` is the stable last part of the problem's `type` URI."""

    slug = "error"


class InvalidInput(SamMotError):
    """A parameter, a name or a body that does not mean anything."""

    slug = "invalid-input"


class UnclearText(InvalidInput):
    """Words for what to look for that no model can read: too long, too many, or none at all."""

    slug = "unclear-text"


class UnknownClass(InvalidInput):
    """A kind of object that the detector was not taught."""

    slug = "unknown-class"


class OutOfRange(InvalidInput):
    """A number beyond the limits of its parameter."""

    slug = "out-of-range"


class NothingToDo(InvalidInput):
    """Nothing is to be found, and nothing is shown."""

    slug = "nothing-to-do"


class NoExample(InvalidInput):
    """What is alike is to be found, but nothing is shown that it could be like."""

    slug = "no-example"


class NotFound(SamMotError):
    """No such thing, or not yours: the two are not told apart."""

    slug = "not-found"


class Conflict(SamMotError):
    """The record has moved on: another epoch, another offset, another state."""

    slug = "conflict"


class Locked(SamMotError):
    """Another request is writing to the same upload."""

    slug = "locked"


class Gone(SamMotError):
    """It was there and has expired."""

    slug = "gone"


class TooLarge(SamMotError):
    """The file is over the limit on size."""

    slug = "too-large"


class StorageFull(SamMotError):
    """The disk has no room left for this."""

    slug = "storage-full"


class ChecksumMismatch(SamMotError):
    """The bytes that arrived are not those that were sent (tus: 460)."""

    slug = "checksum-mismatch"


class UnreadableVideo(SamMotError):
    """Not a video, empty, damaged beyond reading, or without a picture."""

    slug = "unreadable-video"


class VideoTooBig(SamMotError):
    """A video over the limits on duration, pixels or frame count."""

    slug = "video-too-big"


class UnknownEngine(SamMotError):
    """No engine of that name, or it is not installed."""

    slug = "unknown-engine"


class InvalidTracks(SamMotError):
    """A tracks or ground-truth file that cannot be read as its format."""

    slug = "invalid-tracks"


class TooManyRequests(SamMotError):
    """More than one client may ask for in so short a time."""

    slug = "too-many-requests"


class Unavailable(SamMotError):
    """Something that the service needs does not answer; try again."""

    slug = "unavailable"


class OutOfMemory(SamMotError):
    """The device has not enough memory for the model and its objects."""

    slug = "out-of-memory"


class UnusableWeights(SamMotError):
    """Weights that are missing, damaged, or of another kind of model."""

    slug = "unusable-weights"
