from __future__ import annotations

import json

import numpy as np
import pytest

from sammot.errors import InvalidInput, InvalidTracks
from sammot.metrics import davis, evaluate, table, total
from sammot.metrics.davis import contour_accuracy, outline
from sammot.scenes import make
from sammot.tracking.mask import RLE, Box, Mask

ALL = ("hota", "clear", "identity", "davis")


@pytest.fixture(scope="module")
def truth() -> dict[int, dict[int, Mask]]:
    scene = make("crossing", width=160, height=90, fps=6, noise=0)
    return {frame.index: masks for frame, masks in scene}


def boxes(shapes: dict[int, dict[int, Mask]]) -> dict[int, dict[int, Box]]:
    return {n: {i: Box.around(m) for i, m in masks.items()} for n, masks in shapes.items()}


def rectangle(top: int, left: int, height: int, width: int) -> Mask:
    mask = np.zeros((60, 80), bool)
    mask[top : top + height, left : left + width] = True
    return mask


def test_the_truth_itself_scores_one_in_everything(truth: dict[int, dict[int, Mask]]) -> None:
    renamed = {n: {i + 40: m for i, m in masks.items()} for n, masks in truth.items()}
    scores = evaluate(truth, renamed, metrics=ALL).scores
    for name in ("HOTA", "DetA", "AssA", "LocA", "MOTA", "MOTP", "IDF1", "J", "F", "J&F"):
        assert scores[name] == pytest.approx(1), name
    assert (scores["IDSW"], scores["FP"], scores["FN"]) == (0, 0, 0)
    assert scores["MT"] == 3


def test_masks_may_be_run_lengths(truth: dict[int, dict[int, Mask]]) -> None:
    coded = {n: {i: RLE.encode(m) for i, m in masks.items()} for n, masks in truth.items()}
    assert evaluate(truth, coded, metrics=ALL).scores == evaluate(truth, truth, metrics=ALL).scores


def test_boxes_on_either_side_make_it_a_comparison_of_boxes(
    truth: dict[int, dict[int, Mask]],
) -> None:
    assert evaluate(boxes(truth), truth).scores["LocA"] == pytest.approx(1)
    with pytest.raises(InvalidTracks, match="need masks"):
        evaluate(boxes(truth), truth, metrics=["davis"])


def test_swapped_identities_cost_association_and_not_detection() -> None:
    apart = {n: {1: Box(0, 0, 9, 9), 2: Box(50, 0, 59, 9)} for n in range(10)}
    swapped = {n: {1: frame[2], 2: frame[1]} if n >= 5 else frame for n, frame in apart.items()}
    scores = evaluate(apart, swapped).scores
    assert scores["DetA"] == pytest.approx(1)
    assert scores["AssA"] == pytest.approx(1 / 3)
    assert scores["IDF1"] == pytest.approx(0.5)
    assert scores["IDSW"] == 2


def test_a_sparse_truth_of_masks_judges_only_its_own_frames() -> None:
    mask = rectangle(10, 10, 20, 20)
    scores = evaluate({4: {1: mask}}, {n: {1: mask, 2: rectangle(40, 40, 5, 5)} for n in range(8)})
    assert scores.scores["FP"] == 1


def test_a_track_on_an_ignored_box_counts_for_nothing() -> None:
    wanted, other = Box(0, 0, 10, 10), Box(30, 30, 40, 40)
    tracks = {0: {1: wanted, 2: other, 3: Box(60, 60, 70, 70)}}
    strict = evaluate({0: {1: wanted}}, tracks).scores
    lenient = evaluate({0: {1: wanted}}, tracks, ignored={0: {9: other}}).scores
    assert (strict["FP"], lenient["FP"]) == (2, 1)
    assert lenient["TP"] == 1


def test_no_tracks_and_no_truth_are_scored_without_a_fault() -> None:
    something = {0: {1: Box(0, 0, 5, 5)}}
    assert evaluate(something, {}).scores["FN"] == 1
    assert evaluate({}, something).scores["FP"] == 1
    assert evaluate({}, {}).scores["HOTA"] == 0


def test_masks_of_other_sizes_and_unknown_metrics_are_refused() -> None:
    with pytest.raises(InvalidTracks, match="frame 0"):
        evaluate({0: {1: np.ones((4, 4), bool)}}, {0: {1: np.ones((4, 5), bool)}}, metrics=ALL)
    with pytest.raises(InvalidInput, match="identity"):
        evaluate({}, {}, metrics=["nonsense"])


def test_region_similarity_is_one_object_one_track_over_the_clip() -> None:
    left, right = rectangle(10, 10, 20, 20), rectangle(10, 50, 20, 20)
    frames = [
        ({1: left, 2: right}, {7: left, 8: right}),
        ({1: left, 2: right}, {7: right, 8: left}),
    ]
    scores = davis(frames).scores()
    assert scores["J"] == pytest.approx(0.5)
    assert scores["F"] == pytest.approx(0.5)


def test_a_frame_without_object_and_track_is_right_and_one_with_either_is_wrong() -> None:
    mask = rectangle(10, 10, 20, 20)
    assert davis([({1: mask}, {5: mask}), ({}, {})]).scores()["J"] == 1
    assert davis([({1: mask}, {5: mask}), ({}, {5: mask})]).scores()["J"] == 0.5
    assert davis([({1: mask}, {5: mask}), ({1: mask}, {})]).scores()["J"] == 0.5
    assert davis([({1: mask}, {})]).scores()["J"] == 0


def contour_by_distance(truth: Mask, track: Mask) -> float:
    """F from its definition, pixel by pixel, over the whole picture."""

    def contour(mask: Mask) -> np.ndarray:
        padded = np.pad(mask, ((0, 1), (0, 1)), mode="edge")
        here = padded[:-1, :-1]
        return np.argwhere(
            (here != padded[1:, :-1]) | (here != padded[:-1, 1:]) | (here != padded[1:, 1:])
        )

    reach = np.ceil(0.008 * np.hypot(*truth.shape))
    first, second = contour(truth), contour(track)
    distances = np.hypot(*(first[:, None] - second[None]).transpose(2, 0, 1))
    precision = (distances.min(axis=0) <= reach).mean()
    recall = (distances.min(axis=1) <= reach).mean()
    return 2 * precision * recall / (precision + recall) if precision + recall else 0.0


@pytest.mark.parametrize("seed", range(8))
def test_contour_accuracy_follows_its_definition(seed: int) -> None:
    rng = np.random.default_rng(seed)
    masks = []
    for _ in range(2):
        top, left = rng.integers(20, 26, 2)
        mask = rectangle(top, left, *rng.integers(8, 30, 2)) | rectangle(0, left, top + 5, 6)
        masks.append(mask & (rng.random(mask.shape) > 0.02))
    expected = contour_by_distance(*masks)
    assert contour_accuracy(outline(masks[0]), outline(masks[1])) == pytest.approx(expected)
    assert 0 < expected < 1


def test_a_mask_that_fills_its_picture_has_a_right_contour_only_in_recall() -> None:
    full, part = np.ones((60, 80), bool), rectangle(10, 10, 20, 20)
    assert contour_accuracy(outline(full), outline(full)) == 1
    assert contour_accuracy(outline(part), outline(full)) == 0


def test_clips_add_up_to_a_total_weighted_by_their_size() -> None:
    box = Box(0, 0, 9, 9)
    found = evaluate({n: {1: box} for n in range(30)}, {n: {1: box} for n in range(30)})
    lost = evaluate({n: {1: box} for n in range(10)}, {})
    scores = total([found, lost]).scores
    assert scores["MOTA"] == pytest.approx(0.75)
    assert scores["DetA"] == pytest.approx(0.75)
    assert scores["AssA"] == pytest.approx(1)


def test_a_table_has_a_line_for_each_clip_and_percents() -> None:
    box = Box(0, 0, 9, 9)
    good = evaluate({0: {1: box}}, {0: {1: box}})
    lines = table({"a": good, "longer": evaluate({0: {1: box}}, {})}).splitlines()
    assert lines[0].split()[:4] == ["HOTA", "DetA", "AssA", "LocA"]
    assert lines[1].split()[:2] == ["a", "100.0"]
    assert lines[2].split()[:2] == ["longer", "0.0"]
    assert lines[1].split()[lines[0].split().index("FN") + 1] == "0"
    assert len({len(line) for line in lines}) == 1


def test_the_json_has_every_threshold() -> None:
    box = Box(0, 0, 9, 9)
    document = json.loads(json.dumps(evaluate({0: {1: box}}, {0: {1: box}}).to_json()))
    assert document["alphas"][0] == 0.05
    assert len(document["by_alpha"]["AssA"]) == len(document["alphas"]) == 19
    assert document["HOTA"] == 1
