from __future__ import annotations

import cv2
import numpy as np
import pytest

from sammot import scenes
from sammot.tracking.motion.camera import Camera, calmness, judge


@pytest.mark.parametrize(
    ("name", "camera"),
    [("crossing", Camera.FIXED), ("shake", Camera.SWAYING), ("pan", Camera.MOVING)],
)
def test_a_scene_tells_what_its_camera_does(name: str, camera: Camera) -> None:
    assert judge(greys_of(name)) is camera


@pytest.mark.parametrize("frame_count", [270, 1200, 2700, 4000])
def test_objects_with_more_corners_than_the_ground_are_no_moving_camera(frame_count: int) -> None:
    scene = scenes.make("demonstration", width=640, height=360, frame_count=frame_count)
    places = np.linspace(0, frame_count - 1, 32).round().astype(int)
    assert judge([grey_of(scene.render(place)[0].image, 320) for place in places]) is Camera.FIXED


def test_changing_light_is_no_moving_camera() -> None:
    assert judge(greys_of("light")) is Camera.FIXED


def test_light_does_not_make_a_clip_restless(texture: np.ndarray) -> None:
    grey = texture[..., 0]
    assert calmness([grey - 30, grey, grey + 30, grey + 50]) > 0.99


@pytest.mark.parametrize(("seconds", "camera"), [(2.0, Camera.MOVING), (20.0, Camera.FIXED)])
def test_a_brief_busy_clip_shows_no_background(
    texture: np.ndarray, seconds: float, camera: Camera
) -> None:
    """A disc that covers a fifth of the picture goes round over still ground."""
    greys = []
    for turn in np.linspace(0, 6, 16):
        grey = np.ascontiguousarray(texture[..., 0])
        place = (int(80 + 45 * np.cos(turn)), int(60 + 25 * np.sin(turn)))
        cv2.circle(grey, place, 35, 255, -1)
        greys.append(grey)
    assert judge(greys, seconds) is camera


def greys_of(name: str) -> list[np.ndarray]:
    frames = list(scenes.make(name, width=320, height=180).frames())[::5]
    return [grey_of(frame.image, 320) for frame in frames]


def grey_of(image: np.ndarray, width: int) -> np.ndarray:
    grey = cv2.cvtColor(image, cv2.COLOR_RGB2GRAY)
    return cv2.resize(grey, (width, width * 9 // 16), interpolation=cv2.INTER_AREA)
