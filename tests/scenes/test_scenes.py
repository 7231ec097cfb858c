from __future__ import annotations

import dataclasses

import cv2
import numpy as np
import pytest

from sammot.errors import InvalidInput
from sammot.scenes import PRESETS, Actor, Scene, Shot, Waypoint, make


def small(preset: str, **options: object) -> Scene:
    return make(preset, **{"width": 160, "height": 90, "noise": 0.0} | options)  # type: ignore[arg-type]


def one_disc(*path: tuple[float, float, float], **shot: object) -> Scene:
    actor = Actor("disc", (0.4, 0.4), (250, 40, 40), tuple(Waypoint(*point) for point in path))
    shots = (Shot((actor,), **{"seconds": 2.0, "ground": "plain"} | shot),)  # type: ignore[arg-type]
    return Scene(shots, width=100, height=60, fps=10, frame_count=20)


@pytest.mark.parametrize("preset", PRESETS)
def test_every_preset_has_objects_that_do_not_share_a_pixel(preset: str) -> None:
    scene = small(preset, fps=5)
    seen = set()
    for frame, truth in scene:
        assert frame.image.shape == (90, 160, 3)
        assert frame.image.dtype == np.uint8
        claims = np.zeros((90, 160), int)
        for mask in truth.values():
            claims += mask
        assert claims.max(initial=0) <= 1
        seen |= set(truth)
    assert len(seen) >= 2


def test_the_same_seed_gives_the_same_bytes_and_another_seed_others() -> None:
    first, same, other = (small("many", noise=3.0, seed=seed).render(40) for seed in (1, 1, 2))
    assert np.array_equal(first[0].image, same[0].image)
    assert first[1].keys() == same[1].keys()
    assert not np.array_equal(first[0].image, other[0].image)


def test_a_frame_rendered_alone_is_the_frame_of_the_clip() -> None:
    scene = small("pan", noise=2.0, frame_count=8)
    frames = list(scene.frames())
    for index in (7, 0, 3):
        assert np.array_equal(scene.render(index)[0].image, frames[index].image)


@pytest.mark.parametrize(("width", "height"), [(16, 16), (91, 161), (33, 17), (90, 160)])
def test_odd_portrait_and_tiny_sizes_are_rendered(width: int, height: int) -> None:
    frames = list(make("shake", width=width, height=height, frame_count=3).frames())
    assert {frame.image.shape for frame in frames} == {(height, width, 3)}


def test_length_comes_from_frames_or_seconds_or_the_shots() -> None:
    assert len(make("crossing", frame_count=7)) == 7
    assert len(make("crossing", seconds=2, fps=25)) == 50
    assert len(make("crossing", fps=24)) == 120


def test_times_follow_the_rate() -> None:
    frames = list(small("crossing", fps=25, frame_count=3).frames())
    assert [(frame.index, frame.time) for frame in frames] == [(0, 0), (1, 0.04), (2, 0.08)]


def test_an_actor_is_where_its_waypoint_says_with_the_size_it_was_given() -> None:
    _, truth = one_disc((0, 0.5, 0.5)).render(0)
    rows, columns = np.nonzero(truth[1])
    assert columns.mean() == pytest.approx(49.5, abs=0.3)
    assert rows.mean() == pytest.approx(29.5, abs=0.3)
    assert truth[1].sum() == pytest.approx(np.pi * 12**2, rel=0.06)


def test_the_truth_covers_exactly_what_differs_from_the_ground() -> None:
    scene = one_disc((0, 0.5, 0.5))
    empty = Scene((dataclasses.replace(scene.shots[0], actors=()),), 100, 60, 10, 20)
    changed = (scene.render(0)[0].image != empty.render(0)[0].image).any(axis=2)
    mask = scene.render(0)[1][1]
    assert not (mask & ~changed).any()
    assert not (changed & ~cv2.dilate(mask.astype(np.uint8), np.ones((3, 3))).astype(bool)).any()


def test_edges_are_anti_aliased() -> None:
    frame, truth = one_disc((0, 0.503, 0.497)).render(0)
    reds = frame.image[..., 1].astype(int)
    inside, outside = np.median(reds[truth[1]]), np.median(reds[~truth[1]])
    between = (reds > inside + 30) & (reds < outside - 30)
    assert between.sum() > 20


def test_a_shadow_darkens_the_ground_and_belongs_to_no_one() -> None:
    bright, _ = one_disc((0, 0.5, 0.5)).render(0)
    dark, truth = one_disc((0, 0.5, 0.5), shadow=0.5).render(0)
    loss = bright.image.astype(int).sum(axis=2) - dark.image.astype(int).sum(axis=2)
    assert loss[~truth[1]].max() > 100
    assert abs(loss[truth[1]]).mean() < 15


def test_look_alikes_cross_and_keep_their_identities() -> None:
    scene = small("crossing")
    heights = {}
    for index in (0, len(scene) - 1):
        _, truth = scene.render(index)
        heights[index] = {identity: np.nonzero(truth[identity])[0].mean() for identity in (1, 2)}
    first, last = heights.values()
    assert first[1] < first[2]
    assert last[1] > last[2]
    meeting = scene.render(75)[1]
    assert meeting[1].sum() < 0.8 * scene.render(0)[1][1].sum()


def test_scenery_hides_objects_and_has_no_identity() -> None:
    areas = [
        {identity: int(mask.sum()) for identity, mask in truth.items()}
        for _, truth in small("occlusion", fps=10)
    ]
    assert set().union(*areas) == {1, 2}
    seen = [area.get(1, 0) for area in areas]
    whole = max(seen)
    first = next(i for i, area in enumerate(seen) if area > 0.95 * whole)
    hidden = next(i for i in range(first, len(seen)) if seen[i] < 0.6 * whole)
    assert max(seen[hidden:]) > 0.95 * whole


def test_one_object_leaves_and_returns_under_its_identity() -> None:
    present = [1 in truth for _, truth in small("returning", fps=10)]
    gone = present.index(False)
    assert all(present[:gone])
    assert present[-1]
    assert 10 <= present.count(False) <= 25


def test_a_resting_object_does_not_move_a_pixel() -> None:
    scene = small("resting")
    masks = [scene.render(index)[1][1] for index in (75, 120, 165)]
    assert np.array_equal(masks[0], masks[1])
    assert np.array_equal(masks[0], masks[2])
    assert not np.array_equal(masks[0], scene.render(30)[1][1])


@pytest.mark.parametrize("preset", ["shake", "pan"])
def test_a_moving_camera_moves_the_ground(preset: str) -> None:
    def corner(scene: Scene, index: int) -> np.ndarray:
        return scene.render(index)[0].image[:12, :12].astype(int)

    moving, fixed = small(preset), small("crossing")
    assert np.abs(corner(moving, 0) - corner(moving, 20)).mean() > 2
    assert np.array_equal(corner(fixed, 0), corner(fixed, 20))


def test_light_falls_at_its_step() -> None:
    scene = small("light", fps=10)
    before, after = (scene.render(index)[0].image.mean() for index in (29, 31))
    assert after < 0.85 * before


def test_a_cut_changes_ground_and_identities() -> None:
    scene = small("cut", fps=10)
    (before, old), (after, new) = scene.render(48), scene.render(52)
    assert not old.keys() & new.keys()
    assert np.abs(before.image.astype(int) - after.image.astype(int)).mean() > 20


def test_grey_scenes_have_equal_channels_noise_included() -> None:
    image = small("shadow", grey=True, noise=4.0).render(10)[0].image
    assert (image == image[..., :1]).all()


def test_noise_has_the_deviation_asked_for() -> None:
    clean, noisy = (small("crossing", noise=noise).render(0)[0].image for noise in (0.0, 5.0))
    assert (noisy.astype(int) - clean).std() == pytest.approx(5, rel=0.05)


def test_a_second_play_brings_new_identities_unless_the_path_is_closed() -> None:
    scene = small("shake", seconds=10, fps=10)
    first, second = (set(scene.render(index)[1]) for index in (25, 75))
    assert first == {1, 2, 3}
    assert second == {3, 4, 5}


def test_unknown_names_and_impossible_sizes_are_refused() -> None:
    with pytest.raises(InvalidInput, match="crossing"):
        make("nonsense")
    with pytest.raises(InvalidInput, match="positive"):
        make("crossing", width=0)
