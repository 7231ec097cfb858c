"""A job of Segment Anything in a real worker that is killed: another goes on as if nothing was."""

from __future__ import annotations

from contextlib import closing
from pathlib import Path

import pytest

from runner import Runner, is_completed, is_under_way
from sam_models import TRAINED, prompt
from sammot import scenes, video
from sammot.records import Priority

pytestmark = [pytest.mark.slow, pytest.mark.timeout(600)]


def test_a_sam2_job_whose_worker_is_killed_ends_with_the_same_bytes(tmp_path: Path) -> None:
    scene = scenes.make("crossing", width=256, height=144, frame_count=70, seed=1)
    video.write(tmp_path / "clip.mp4", scene.frames(), 30)
    clip = (tmp_path / "clip.mp4").read_bytes()
    shown = [prompt(id_, mask, "mask") for id_, mask in scene.render(0)[1].items()]
    named = {"PROFILE": "embedded", "MODELS_DIR": str(TRAINED.parent)}
    with closing(Runner(tmp_path, named)) as runner:
        job_id = runner.bring(clip, engine="sam2", prompts=shown)
        worker = runner.worker("--queues", "track")
        runner.awaited(job_id, is_under_way)
        worker.kill()
        worker.wait()
        assert not runner.job(job_id).state.is_final
        runner.worker("--queues", "track")
        assert runner.awaited(job_id, is_completed).attempt >= 2
        service = runner.service
        again = service.uploads.spec("sam2", {}, Priority.NORMAL, shown)
        brought = service.library.get("local", runner.job(job_id).video_id)
        calm = service.jobs.submit(brought, again).id
        runner.awaited(calm, is_completed)
        results = runner.results(calm)
        assert results == runner.results(job_id)
        tracks = service.results.tracks(runner.job(calm))
    assert [track.frame_total > 50 for track in tracks] == [True, True]
    assert len(results) == 3
