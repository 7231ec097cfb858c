"""Equal to TrackEval's, py-motmetrics' and trackers' numbers; `data` holds theirs."""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from sammot.metrics import Comparison, clear, compare, hota, identity
from sammot.metrics.similarity import box_similarity

NAMES = {"CLR_TP": "TP", "CLR_FN": "FN", "CLR_FP": "FP"}
MOTMETRICS = {
    "idf1": "IDF1",
    "idp": "IDP",
    "idr": "IDR",
    "recall": "Recall",
    "precision": "Precision",
    "mostly_tracked": "MT",
    "partially_tracked": "PT",
    "mostly_lost": "ML",
    "num_false_positives": "FP",
    "num_misses": "FN",
    "num_switches": "IDSW",
    "num_fragmentations": "Frag",
    "mota": "MOTA",
}
TUD = ("TUD-Campus", "TUD-Stadtmitte")


@cache
def data(name: str) -> Any:
    return json.loads((Path(__file__).parent / "data" / name).read_text())


def tud(name: str) -> Comparison:
    frames = []
    for truth, tracks, entries in data("tud.json")["cases"][name]["frames"]:
        similarity = np.zeros((len(truth), len(tracks)))
        for row, column, value in entries:
            similarity[row, column] = value
        frames.append((truth, tracks, similarity))
    return compare(frames)


def array(value: Any) -> np.ndarray:
    if isinstance(value, dict):
        return np.array(value["data"], float).reshape(value["shape"])
    return np.array(value, float)


def listed(case: dict[str, Any]) -> Comparison:
    ids = [[array(v).astype(int).tolist() for v in case[k]] for k in ("gt_ids", "tracker_ids")]
    return compare(zip(*ids, map(array, case["similarity_scores"]), strict=True))


@pytest.mark.parametrize("name", TUD)
def test_hota_equals_trackeval_at_every_threshold(name: str) -> None:
    expected = data("tud.json")["cases"][name]["trackeval"]
    ours = hota(tud(name))
    for metric in ("HOTA", "DetA", "AssA", "DetRe", "DetPr", "AssRe", "AssPr", "LocA"):
        assert ours.scores()[metric] == pytest.approx(expected["HOTA"][metric], abs=1e-12), metric
    for metric, values in expected["HOTA_per_alpha"].items():
        assert ours.by_alpha()[metric] == pytest.approx(values, abs=1e-12), metric
    assert ours.true_positives.tolist() == expected["HOTA"]["HOTA_TP"]
    assert ours.false_negatives.tolist() == expected["HOTA"]["HOTA_FN"]
    assert ours.false_positives.tolist() == expected["HOTA"]["HOTA_FP"]


@pytest.mark.parametrize("name", TUD)
def test_clear_and_identity_equal_trackeval(name: str) -> None:
    expected = data("tud.json")["cases"][name]["trackeval"]
    ours, identities = clear(tud(name)).scores(), identity(tud(name)).scores()
    for metric in ("MOTA", "MOTP", "IDSW", "Frag", "MT", "PT", "ML", "CLR_TP", "CLR_FN", "CLR_FP"):
        assert ours[NAMES.get(metric, metric)] == pytest.approx(expected["CLEAR"][metric]), metric
    assert ours["Recall"] == pytest.approx(expected["CLEAR"]["CLR_Re"])
    assert ours["Precision"] == pytest.approx(expected["CLEAR"]["CLR_Pr"])
    assert identities == pytest.approx(expected["Identity"])


@pytest.mark.parametrize("name", [*TUD, "both"])
def test_clear_and_identity_equal_py_motmetrics(name: str) -> None:
    if name == "both":
        expected = data("tud.json")["motmetrics_overall"]
        clears = clear(tud(TUD[0])) + clear(tud(TUD[1]))
        identities = identity(tud(TUD[0])) + identity(tud(TUD[1]))
    else:
        expected = data("tud.json")["cases"][name]["motmetrics"]
        clears, identities = clear(tud(name)), identity(tud(name))
    ours = clears.scores() | identities.scores()
    for theirs, metric in MOTMETRICS.items():
        assert ours[metric] == pytest.approx(expected[theirs], abs=1e-6), metric
    assert 1 - ours["MOTP"] == pytest.approx(expected["motp"], abs=1e-6)


@pytest.mark.parametrize("name", ["mota_motp", "ids"])
def test_events_are_counted_as_py_motmetrics_counts_them(name: str) -> None:
    (case,) = (case for case in data("events.json")["cases"] if case["name"] == name)
    # Distances up to 5 become similarities; "no match allowed" (null) becomes 0.
    frames = [
        (
            truth,
            tracks,
            [[0 if cell is None else 1 - cell / 10 for cell in row] for row in distances],
        )
        for truth, tracks, distances in case["frames"]
    ]
    ours, expected = clear(compare(frames), threshold=0.1).scores(), case["expected"]
    assert ours["MOTA"] == pytest.approx(expected["mota"])
    assert 10 * (1 - ours["MOTP"]) == pytest.approx(expected["motp"])
    assert ours["IDSW"] == expected["num_switches"]
    assert ours["FP"] == expected["num_false_positives"]
    assert ours["FN"] == expected["num_misses"]
    assert ours["TP"] == expected["num_detections"]


@pytest.mark.parametrize("name", ["no_confusion", "with_confusion", "split_tracks"])
def test_small_cases_equal_trackeval(name: str) -> None:
    case = data("trackeval.json")["cases"][name]
    dense = case["input_dense"]
    frames = []
    for truth, tracks, similarity in zip(
        dense["gt_present"], dense["tracker_present"], dense["similarity"], strict=True
    ):
        rows, columns = np.flatnonzero(truth), np.flatnonzero(tracks)
        frames.append(
            (rows.tolist(), columns.tolist(), np.array(similarity)[np.ix_(rows, columns)])
        )
    comparison = compare(frames)
    ours = clear(comparison).scores() | identity(comparison).scores()
    for metric, value in (case["expected"]["clear"] | case["expected"]["identity"]).items():
        assert ours[NAMES.get(metric, metric)] == pytest.approx(value), metric


@pytest.mark.parametrize("case", data("trackers_clear.json")["cases"])
def test_clear_equals_trackers(case: dict[str, Any]) -> None:
    ours = clear(listed(case), threshold=case["threshold"]).scores()
    for metric, value in case["expected"].items():
        assert ours[NAMES.get(metric, metric)] == pytest.approx(value), metric


@pytest.mark.parametrize("case", data("trackers_identity.json")["cases"])
def test_identity_equals_trackers(case: dict[str, Any]) -> None:
    check_bounds(identity(listed(case)).scores(), case["expected"])


@pytest.mark.parametrize("case", data("trackers_hota.json")["cases"])
def test_hota_agrees_with_trackers(case: dict[str, Any]) -> None:
    ours = hota(listed(case))
    # Theirs are sums over the nineteen thresholds.
    sums = {
        "HOTA_TP": ours.true_positives.sum(),
        "HOTA_FN": ours.false_negatives.sum(),
        "HOTA_FP": ours.false_positives.sum(),
    }
    check_bounds(ours.scores() | sums, case["expected"])


def check_bounds(ours: dict[str, float], expected: dict[str, float]) -> None:
    for key, value in expected.items():
        if key.endswith("_min"):
            assert ours[key.removesuffix("_min")] >= value - 1e-9, key
        elif key.endswith("_max"):
            assert ours[key.removesuffix("_max")] <= value + 1e-9, key
        else:
            assert ours[key] == pytest.approx(value), key


@pytest.mark.parametrize("case", data("trackers_box.json")["cases"])
def test_box_iou_equals_trackers(case: dict[str, Any]) -> None:
    ours = box_similarity(array(case["boxes1"]), array(case["boxes2"]))  # type: ignore[arg-type]
    assert ours == pytest.approx(array(case["expected_iou"]))
