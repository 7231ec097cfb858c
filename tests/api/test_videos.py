from __future__ import annotations

import io

from flask.testing import FlaskClient


def test_a_form_makes_a_video(client: FlaskClient, clip: bytes) -> None:
    form = {"file": (io.BytesIO(clip), "dog.mp4"), "priority": "high"}
    response = client.post("/api/videos/upload", data=form)
    assert response.status_code == 201
    video = response.get_json()
    assert (video["original_filename"], video["status"]) == ("dog.mp4", "uploaded")
    assert client.get("/api/videos").get_json()["items"] == [video]
