"""Runs in the sandbox: changes random bytes of a file again and again, and reads what came out."""

from __future__ import annotations

import json
import random
import tempfile
from collections import Counter
from pathlib import Path

import numpy as np

from sammot.errors import SamMotError
from sammot.video import decode
from sammot.video.inspection import inspect


def survive(path: str, mutations: int) -> bytes:
    """How the mutations ended, counted; any error that is not a SamMotError gets out."""
    content = Path(path).read_bytes()
    with tempfile.TemporaryDirectory() as folder:
        mutant = Path(folder) / Path(path).name
        outcomes = Counter({"read otherwise than foretold": 0, "read": 0})
        for seed in range(mutations):
            dice = random.Random(seed)  # noqa: S311 - dice, not secrets
            mutant.write_bytes(mutate(content, dice))
            outcomes[outcome(mutant)] += 1
    return json.dumps(outcomes).encode()


def mutate(content: bytes, dice: random.Random) -> bytes:
    changed = bytearray(content)
    for _ in range(dice.choice((1, 3, 10, 40))):
        changed[dice.randrange(len(changed))] = dice.randrange(256)
    return bytes(changed)


def outcome(mutant: Path) -> str:
    try:
        answer = inspect(str(mutant), max_pixels=4096**2, max_seconds=3600, max_frames=10_000)
        header, _, body = answer.partition(b"\n")
        foretold = np.frombuffer(body[: 8 * json.loads(header)["frame_count"]])
        times = [frame.time for frame in decode(mutant)]
    except SamMotError as refusal:
        return type(refusal).__name__
    return "read" if times == foretold.tolist() else "read otherwise than foretold"
