"""The model compiled by torch: the same masks, or a clear error."""

from __future__ import annotations

import os
import subprocess
import sys
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from clips import Clip
from sam_models import TRAINED, Session, noise, raiser, random_model, square, torch
from sammot.errors import InvalidInput
from sammot.tracking.mask import Box
from sammot.tracking.sam.propagator import SamPropagator
from sammot.tracking.sam.segmenter import Segmenter
from sammot.tracking.track import Detection, TrackId


def tracked(segmenter: Segmenter) -> Any:
    """The logits of an object shown in the first of some frames."""
    propagator = SamPropagator(segmenter)
    shown = {TrackId(1): Detection(Box(3, 4, 7, 8), 1.0, mask=square(3, 4))}
    for frame in noise(5):
        propagator.propagate(frame)
        propagator.prompt(frame, {} if frame.index else shown)
    return propagator.logits


@pytest.mark.filterwarnings("default::DeprecationWarning")  # torch's own
def test_a_compiled_model_gives_the_same_masks(monkeypatch: pytest.MonkeyPatch) -> None:
    # Traced as for the compiler; writing machine code takes a minute more, and is not ours.
    monkeypatch.setattr(torch, "compile", partial(torch.compile, backend="eager"))
    counters = torch._dynamo.utils.counters
    counters.clear()
    plain, compiled = Segmenter(random_model(), Session), Segmenter(random_model(), Session)
    compiled.compile()
    expected, found = tracked(plain), tracked(compiled)
    assert counters["stats"]["unique_graphs"] >= 3  # the trial, the encoder, the attention
    assert found.keys() == expected.keys()
    for key, values in expected.items():
        np.testing.assert_allclose(found[key], values, rtol=1e-4, atol=1e-4)


def test_a_model_is_compiled_once(monkeypatch: pytest.MonkeyPatch) -> None:
    segmenter = Segmenter(random_model(), Session)
    monkeypatch.setattr(torch, "compile", lambda function, **_: function)
    segmenter.compile()
    monkeypatch.setattr(torch, "compile", raiser(RuntimeError("compiled again")))
    segmenter.compile()


def test_what_cannot_be_compiled_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(torch, "compile", raiser(RuntimeError("no Triton here")))
    with pytest.raises(InvalidInput, match="cannot compile on cpu here"):
        Segmenter(random_model(), Session).compile()


def test_without_a_compiler_the_error_says_what_to_do(tmp_path: Path) -> None:
    clip = Clip(count=8).write(tmp_path / "clip.mp4")
    words = ["--engine", "sam2", "--weights", TRAINED, "--set", "compile=true"]
    bare = {"PATH": str(tmp_path), "CXX": "nowhere", "TORCHINDUCTOR_CACHE_DIR": str(tmp_path)}
    done = subprocess.run(
        [sys.executable, "-m", "sammot", "track", clip, "--output", tmp_path / "out", *words],
        env=os.environ | bare, capture_output=True, text=True, timeout=240, check=False,
    )  # fmt: skip
    assert done.returncode == 1, done.stderr
    assert "install a compiler of C++ such as g++, or set compile to false" in done.stderr
    assert "Traceback" not in done.stderr
