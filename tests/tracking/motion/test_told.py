"""Objects that the user shows to `motion`: followed from their frame on, moving or not."""

from __future__ import annotations

from typing import Any

import cv2
import numpy as np
import pytest
from motion_clips import clip_of, frames_of, previews_of, track

from sammot import scenes
from sammot.errors import InvalidInput
from sammot.tracking import motion
from sammot.tracking.frame import Frame
from sammot.tracking.mask import RLE, Box, Mask, mask_iou
from sammot.tracking.track import FrameResult, Origin

Prompt = dict[str, Any]


def boxed(subject: int, frame: int, mask: Mask) -> Prompt:
    x1, y1, x2, y2 = Box.around(mask)
    return {"object": subject, "frame": frame, "box": [x1, y1, x2 - x1, y2 - y1]}


def clicked(subject: int, frame: int, *places: tuple[float, float, bool]) -> Prompt:
    points = [{"x": x, "y": y, "inside": inside} for x, y, inside in places]
    return {"object": subject, "frame": frame, "points": points}


def masked(subject: int, frame: int, mask: Mask) -> Prompt:
    rle = RLE.encode(mask)
    size = [rle.height, rle.width]
    return {"object": subject, "frame": frame, "mask": {"size": size, "counts": rle.counts}}


def disc(x: float, y: float, radius: float = 12) -> Mask:
    rows, columns = np.indices((120, 160))
    return (columns - x) ** 2 + (rows - y) ** 2 < radius**2


def red(index: int) -> Mask:
    """Of `two_discs`."""
    return disc(10 + index * 1.5, 35)


def blue(index: int) -> Mask:
    return disc(150 - index * 1.5, 85)


def masks_of(results: list[FrameResult], track_id: int = 1) -> dict[int, Mask]:
    return {
        result.index: one.rle.decode()
        for result in results
        for one in result.observations
        if one.track_id == track_id
    }


def follow(frames: list[Frame], *prompts: Prompt, **parameters: object) -> list[FrameResult]:
    return track(frames, parameters={"prompts": list(prompts), **parameters})


@pytest.mark.parametrize("camera", ["fixed", "moving"])
@pytest.mark.parametrize("kind", ["box", "click", "mask"])
def test_what_is_shown_is_followed_and_nothing_else(
    two_discs: list[Frame], kind: str, camera: str
) -> None:
    prompt = {
        "box": boxed(5, 12, red(12)),
        "click": clicked(5, 12, (28, 35, True)),
        "mask": masked(5, 12, red(12)),
    }[kind]
    results = follow(two_discs, prompt, camera=camera)
    masks = masks_of(results)
    assert sorted(masks) == list(range(12, 90))
    assert {one.track_id for result in results for one in result.observations} == {1}
    assert min(mask_iou(mask, red(index)) for index, mask in masks.items()) > 0.7


def test_the_frame_that_was_prompted_says_so(two_discs: list[Frame]) -> None:
    results = follow(two_discs[:20], boxed(1, 12, red(12)))
    origins = [one.origin for result in results for one in result.observations]
    assert origins == [Origin.PROMPTED, *[Origin.PROPAGATED] * 7]


def test_boxes_are_tight_around_masks_that_do_not_overlap(two_discs: list[Frame]) -> None:
    touching = [boxed(1, 44, red(44)), boxed(2, 44, blue(44))]
    for result in follow(two_discs, *touching)[44:]:
        masks = [one.rle.decode() for one in result.observations]
        assert len(masks) == 2
        assert np.sum(masks, axis=0).max() == 1
        assert all(
            one.box == Box.around(mask)
            for one, mask in zip(result.observations, masks, strict=True)
        )


@pytest.fixture(scope="module")
def resting(texture: np.ndarray) -> list[Frame]:
    """A green disc that never moves, before a camera that pans by 3 pixels every fourth frame."""
    generator = np.random.default_rng(5)
    wide = np.concatenate([texture, texture[:, ::-1]], axis=1)
    rows, columns = np.indices(wide.shape[:2])
    wide[(columns - 100) ** 2 + (rows - 60) ** 2 < 14**2] = (30, 190, 60)
    shifts = [index // 4 * 3 for index in range(80)]
    views = [wide[:, shift : shift + 160] for shift in shifts]
    return frames_of([
        np.clip(view + generator.normal(0, 2, view.shape), 0, 255).astype(np.uint8)
        for view in views
    ])  # fmt: skip


def test_what_rests_is_followed_while_the_camera_pans(resting: list[Frame]) -> None:
    masks = masks_of(follow(resting, boxed(1, 0, disc(100, 60, 14)), camera="moving"))
    assert sorted(masks) == list(range(80))
    shares = [mask_iou(mask, disc(100 - n // 4 * 3, 60, 14)) for n, mask in masks.items()]
    assert min(shares) > 0.7


def test_what_rests_before_a_fixed_camera_is_followed(resting: list[Frame]) -> None:
    still = [Frame(n, n / 25, resting[n % 4].image) for n in range(40)]
    masks = masks_of(follow(still, boxed(1, 0, disc(100, 60, 14)), camera="fixed"))
    assert sorted(masks) == list(range(40))
    assert min(mask_iou(mask, disc(100, 60, 14)) for mask in masks.values()) > 0.7


def test_a_later_prompt_with_the_same_number_corrects_its_object(two_discs: list[Frame]) -> None:
    wrong = boxed(7, 0, red(0))
    once = follow(two_discs, wrong)
    twice = follow(two_discs, wrong, boxed(7, 20, blue(20)))
    assert once[:20] == twice[:20]
    masks = masks_of(twice)
    assert {one.track_id for result in twice for one in result.observations} == {1}
    assert all(mask_iou(masks[index], blue(index)) > 0.7 for index in range(20, 80))


def test_a_click_beside_the_object_takes_that_place_out_of_its_mask(
    two_discs: list[Frame],
) -> None:
    both = masked(1, 44, red(44) | blue(44))
    mask = masks_of(follow(two_discs, both, clicked(1, 48, (82, 35, True), (78, 85, False))))[48]
    assert mask_iou(mask, red(48)) > 0.7


def test_prompts_in_the_last_frame_are_answered(two_discs: list[Frame]) -> None:
    results = follow(two_discs, boxed(1, 89, blue(89)))
    assert [result.index for result in results if result.observations] == [89]


def test_what_moves_is_found_beside_it_if_asked(two_discs: list[Frame]) -> None:
    results = follow(two_discs, boxed(1, 0, red(0)), find="movement", camera="fixed")
    (other,) = {one.track_id for result in results for one in result.observations} - {1}
    told, found = masks_of(results, 1), masks_of(results, other)
    assert all(mask_iou(told[n], red(n)) > 0.7 for n in range(90))
    assert all(mask_iou(found[n], blue(n)) > 0.6 for n in range(20, 80))


def test_an_object_that_was_hidden_comes_back_with_its_number() -> None:
    scene = scenes.make("occlusion", width=320, height=180, fps=25)
    shown = list(scene)
    frames = [frame for frame, _ in shown]
    begin = next(n for n, (_, truth) in enumerate(shown) if 1 in truth and truth[1].sum() > 600)
    results = follow(frames, boxed(1, begin, shown[begin][1][1]))
    masks = masks_of(results)
    seen = [n for n, (_, truth) in enumerate(shown) if n > begin and 1 in truth]
    shares = [mask_iou(masks[n], shown[n][1][1]) if n in masks else 0.0 for n in seen]
    assert float(np.mean(shares)) > 0.6
    assert {one.track_id for result in results for one in result.observations} == {1}


@pytest.mark.parametrize("camera", ["fixed", "moving"])
@pytest.mark.parametrize("find", ["movement", "nothing"])
@pytest.mark.parametrize("cut", [1, 40, 71])
def test_a_restored_engine_goes_on_as_if_never_stopped(
    two_discs: list[Frame], cut: int, find: str, camera: str
) -> None:
    prompts = [boxed(1, 0, red(0)), boxed(2, 45, blue(45)), clicked(1, 60, (100, 35, True))]
    parameters = {"prompts": prompts, "find": find, "camera": camera}
    clip, previews = clip_of(two_discs), previews_of(two_discs)
    first = motion.create(parameters, clip, previews)
    list(first.track(two_discs[:cut]))
    second = motion.create(parameters, clip, previews)
    second.restore(first.snapshot())
    for start in range(cut, len(two_discs), 17):
        chunk = two_discs[start : start + 17]
        assert list(first.track(chunk)) == list(second.track(chunk))
        assert first.snapshot() == second.snapshot()


def test_a_small_object_that_moves_fast_is_followed(texture: np.ndarray) -> None:
    places = [(10 + 3.5 * n, 30 + n) for n in range(36)]
    images = []
    for x, y in places:
        image = texture.copy()
        image[disc(x, y, 4)] = (250, 240, 30)
        images.append(image)
    masks = masks_of(follow(frames_of(images), boxed(1, 0, disc(*places[0], 4)), camera="moving"))
    assert sorted(masks) == list(range(36))
    assert min(mask_iou(masks[n], disc(*places[n], 4)) for n in masks) > 0.5


def test_prompts_of_any_size_and_place_are_borne(two_discs: list[Frame]) -> None:
    prompts = [
        {"object": 1, "frame": 0, "box": [0, 0, 160, 120]},
        {"object": 2, "frame": 0, "box": [159, 119, 1, 1]},
        {"object": 3, "frame": 1, "box": [0.2, 0.2, 0.1, 0.1]},
        clicked(4, 1, (160, 120, True), (0, 0, True), (80, 60, False)),
        masked(5, 2, disc(0, 0, 1.5)),
    ]
    results = follow(two_discs[:20], *prompts)
    assert len(results) == 20


@pytest.mark.parametrize(
    "prompt",
    [
        {"object": 1, "frame": 90, "box": [1, 1, 5, 5]},
        {"object": 1, "frame": 0, "box": [150, 1, 20, 5]},
        clicked(1, 0, (161, 1, True)),
        clicked(1, 0, (20, 20, False)),
    ],
)
def test_a_prompt_outside_the_clip_is_refused(two_discs: list[Frame], prompt: Prompt) -> None:
    with pytest.raises(InvalidInput):
        follow(two_discs, prompt)


def test_nothing_to_find_and_nothing_shown_is_refused(two_discs: list[Frame]) -> None:
    with pytest.raises(InvalidInput, match="no work"):
        follow(two_discs, find="nothing")


def test_a_cut_hides_what_was_shown(two_discs: list[Frame]) -> None:
    other = np.random.default_rng(1).integers(0, 255, (6, 8, 3), dtype=np.uint8)
    strange = np.kron(other, np.ones((20, 20, 1), np.uint8))
    frames = frames_of([*(one.image for one in two_discs[:30]), *[strange] * 20])
    masks = masks_of(follow(frames, boxed(1, 0, red(0))))
    assert max(masks) == 29


def blotches(seed: int, width: int, height: int = 120) -> np.ndarray:
    """A picture of soft blotches, (height, width, 3); all seeds have the same colours."""
    generator = np.random.default_rng(seed)
    coarse = generator.integers(40, 215, (height // 6 + 1, width // 6 + 1, 3), dtype=np.uint8)
    smooth: np.ndarray = cv2.resize(coarse, (width, height), interpolation=cv2.INTER_CUBIC)
    return smooth


def angle(x: int, y: int) -> Mask:
    """An L, that leaves most of the box around it free."""
    mask = np.zeros((120, 160), np.bool_)
    mask[y : y + 56, x : x + 18] = True
    mask[y + 38 : y + 56, x : x + 56] = True
    return mask


def test_what_moves_in_a_box_that_was_drawn_is_told_from_what_rests_in_it() -> None:
    """Its colours are those of the background: only motion shows it."""
    behind, ahead = blotches(1, 260), blotches(2, 160)
    truth = [angle(30 + index, 30) for index in range(30)]
    images = []
    for index, mask in enumerate(truth):
        image = behind[:, 3 * index : 3 * index + 160].copy()
        image[mask] = np.roll(ahead, index, axis=1)[mask]
        images.append(image)
    masks = masks_of(follow(frames_of(images), boxed(1, 0, truth[0]), camera="moving"))
    shares = [mask_iou(masks[index], truth[index]) for index in range(2, 30)]
    assert float(np.mean(shares)) > 0.6


def test_posts_that_pass_before_an_object_do_not_take_its_number_along() -> None:
    """The camera goes along with the object, so that all else runs past it."""
    wide = blotches(3, 700)
    for x in range(170, 600, 110):
        wide[:, x : x + 16] = (70, 60, 50)
    own, body = blotches(4, 160), disc(80, 60, 24)
    images, truth = [], []
    for index in range(60):
        image = wide[:, 8 * index : 8 * index + 160].copy()
        is_post = (image == (70, 60, 50)).all(axis=2)
        image[body & ~is_post] = own[body & ~is_post]
        images.append(image)
        truth.append(body & ~is_post)
    masks = masks_of(follow(frames_of(images), boxed(1, 0, truth[0]), camera="moving"))
    shares = [mask_iou(masks[n], truth[n]) if n in masks else 0.0 for n in range(60)]
    assert float(np.mean(shares)) > 0.6


@pytest.mark.parametrize("name", ["pan", "light"])
def test_what_is_shown_keeps_its_mask_past_others_and_in_changing_light(name: str) -> None:
    """An object does not spread over one that it touches, nor over a ground that grows dark."""
    frames, truth = zip(*scenes.make(name, width=320, height=180, seed=1), strict=True)
    first = {
        identity: next(n for n, masks in enumerate(truth) if shown(masks, identity))
        for identity in sorted(set[int]().union(*truth))
    }
    order = sorted(first, key=lambda identity: first[identity])
    prompts = [boxed(i, first[i], truth[first[i]][i]) for i in order]
    results = follow(list(frames), *prompts)
    for number, identity in enumerate(order, start=1):
        masks = masks_of(results, number)
        shares = [
            mask_iou(masks[n], truth[n][identity]) if n in masks else 0.0
            for n in range(first[identity], len(frames))
            if shown(truth[n], identity)
        ]
        assert float(np.mean(shares)) > 0.8


def shown(masks: dict[int, Mask], identity: int) -> bool:
    """Whether more than a sliver of it is in the picture."""
    return identity in masks and np.count_nonzero(masks[identity]) > 60
