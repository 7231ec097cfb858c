"""From a folder to a model on a device."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from functools import lru_cache
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sammot.errors import OutOfMemory, UnusableWeights
from sammot.models.devices import precision
from sammot.models.kinds import CONCEPTS, DETECTORS, FAMILIES, GROUNDERS, one_of

if TYPE_CHECKING:
    from sammot.tracking.sam.concepts import Concepts
    from sammot.tracking.sam.detector import Detector
    from sammot.tracking.sam.grounding import Grounder
    from sammot.tracking.sam.segmenter import Segmenter


@lru_cache(maxsize=1)
def segmenter(folder: Path, device: str) -> Segmenter:
    """The promptable model in a folder, ready on a device; the last one is kept, and no SAM 3.

    Raises:
        UnusableWeights: they are missing, damaged, or of another kind of model.
        OutOfMemory: the device has not enough.

    """
    from sammot.tracking.sam.picture import HALF, IMAGENET  # noqa: PLC0415 - these import torch
    from sammot.tracking.sam.segmenter import Segmenter  # noqa: PLC0415

    concepts.cache_clear()
    kind, dtype = one_of(FAMILIES, folder), precision(device)
    network = loaded(FAMILIES[kind], folder, device, dtype)
    colours = HALF if kind == "sam3_tracker_video" else IMAGENET
    return Segmenter(network, _session_of(network), device, dtype, device, colours)


@lru_cache(maxsize=1)
def concepts(folder: Path, device: str) -> tuple[Segmenter, Concepts]:
    """The tracker and the detector in a folder with a SAM 3, ready on a device; the last are kept,
    and no other promptable model.

    Raises:
        UnusableWeights: they are missing, damaged, or of another kind of model.
        OutOfMemory: the device has not enough.

    """
    from sammot.tracking.sam.concepts import Concepts  # noqa: PLC0415 - these import torch
    from sammot.tracking.sam.pair import parted  # noqa: PLC0415
    from sammot.tracking.sam.picture import HALF  # noqa: PLC0415
    from sammot.tracking.sam.segmenter import Segmenter  # noqa: PLC0415

    segmenter.cache_clear()
    dtype = precision(device)
    network = loaded(CONCEPTS[one_of(CONCEPTS, folder)], folder, device, dtype)
    detector, tracker = parted(network)
    config = network.config
    reader = tokenizer(folder, config.detector_config.text_config.vocab_size)
    return (
        Segmenter(tracker, _session_of(tracker), device, dtype, device, HALF),
        Concepts(detector, reader, config.score_threshold_detection, config.det_nms_thresh, device),
    )


@lru_cache(maxsize=1)
def detector(folder: Path, device: str) -> Detector:
    """The detector in a folder, ready on a device; the last one is kept.

    Raises:
        UnusableWeights: they are missing, damaged, or of another kind of model.
        OutOfMemory: the device has not enough.

    """
    from sammot.tracking.sam.detector import Detector  # noqa: PLC0415 - imports torch

    dtype = precision(device)
    return Detector(
        loaded(DETECTORS[one_of(DETECTORS, folder)], folder, device, dtype), device, dtype
    )


@lru_cache(maxsize=1)
def grounder(folder: Path, device: str) -> Grounder:
    """The model that finds what a text names, ready on a device; the last one is kept.

    Raises:
        UnusableWeights: they are missing, damaged, or of another kind of model.
        OutOfMemory: the device has not enough.

    """
    import torch  # noqa: PLC0415

    from sammot.tracking.sam.grounding import Grounder  # noqa: PLC0415 - imports torch

    # Asked now and then only: its half precision has not been tried.
    network = loaded(GROUNDERS[one_of(GROUNDERS, folder)], folder, device, torch.float32)
    vocabulary = network.config.text_config.vocab_size
    return Grounder(network, tokenizer(folder, vocabulary), device)


def tokenizer(folder: Path, vocabulary: int) -> Any:  # noqa: ANN401 - the library's
    """What cuts texts into tokens for the model in a folder, which knows so many.

    Raises:
        UnusableWeights: it is missing, damaged or another model's.
        OutOfMemory: there is not enough to read it.

    """
    import transformers  # noqa: PLC0415

    # Without this file the library makes a tokenizer that knows no word.
    with _readable(f"The tokenizer in {folder} is"), (folder / "tokenizer.json").open("rb"):
        found = transformers.AutoTokenizer.from_pretrained(
            folder, local_files_only=True, trust_remote_code=False
        )
    if len(found) > vocabulary:
        raise UnusableWeights(f"The tokenizer in {folder} is another model's.")
    return found


def loaded(name: str, folder: Path, device: str, dtype: Any) -> Any:  # noqa: ANN401 - torch's
    """A model of one of the library's classes, complete, on a device.

    Raises:
        UnusableWeights: they are missing, damaged, or do not fit.
        OutOfMemory: the device has not enough.

    """
    import transformers  # noqa: PLC0415

    from sammot.tracking.sam.segmenter import bounded  # noqa: PLC0415 - imports torch

    transformers.utils.logging.disable_progress_bar()
    with _readable(f"The weights in {folder} are"):
        network, found = getattr(transformers, name).from_pretrained(
            folder, dtype=dtype, local_files_only=True, use_safetensors=True,
            output_loading_info=True,
        )  # fmt: skip
    if found["missing_keys"] or found["mismatched_keys"]:
        count = len(found["missing_keys"]) + len(found["mismatched_keys"])
        raise UnusableWeights(
            f"The weights in {folder} are not those of their config.json ({count} are missing or of"
            " another size): fetch the weights again."
        )
    with bounded(device):
        return network.to(device).eval()


@contextmanager
def _readable(subject: str) -> Iterator[None]:
    """Say of what the library cannot read that it is of no use, unless only memory was short.

    Raises:
        UnusableWeights: it is missing or damaged.
        OutOfMemory: the processor, which reads for every device, has not enough.

    """
    from sammot.tracking.sam.segmenter import bounded  # noqa: PLC0415 - imports torch

    try:
        with bounded("cpu"):
            yield
    except OutOfMemory:
        raise
    except Exception as error:  # the library raises all sorts, its reader of files its own
        raise UnusableWeights(
            f"{subject} missing or damaged ({type(error).__name__}): fetch the weights again."
        ) from error


def _session_of(network: Any) -> Any:  # noqa: ANN401 - the library's
    """What makes an empty session for a tracker of the library."""
    kind = type(network)
    return getattr(
        import_module(kind.__module__), f"{kind.__name__.removesuffix('Model')}InferenceSession"
    )
