"""A clip for visitors who have none at hand."""

from __future__ import annotations

from threading import Lock
from typing import Any

from sammot import scenes, video
from sammot.api import wire
from sammot.api.blueprint import Blueprint
from sammot.api.body import blocks
from sammot.api.context import current_service, current_user_id
from sammot.api.intake import read_spec
from sammot.errors import NotFound
from sammot.ports import ObjectInfo

blueprint = Blueprint("demo", __name__, description="The demonstration.")

_KEY = "demonstration/toys-1.mp4"
_NAME = "Toys on the floor (demonstration).mp4"
_WIDTH, _HEIGHT = 768, 432
_MAKING = Lock()


@blueprint.route("/api/demo", methods=["POST"])
@blueprint.response(201, wire.VideoSchema)
@blueprint.alt_response(200, schema=wire.VideoSchema, description="It was here already.")
def bring_demonstration() -> tuple[dict[str, Any], int]:
    """Make the demonstration clip and take it in as if it had been uploaded."""
    uploads, objects = current_service().uploads, current_service().world.objects
    size = _made().size
    upload = uploads.begin(current_user_id(), _NAME, size, read_spec({}))
    with objects.open(_KEY) as file:
        uploads.append(upload, 0, blocks(file))
    taken, duplicate = uploads.finish(upload)
    return wire.video_view(taken, duplicate=duplicate), 200 if duplicate else 201


def _made() -> ObjectInfo:
    """The clip's file, which is made once and kept."""
    objects = current_service().world.objects
    with _MAKING:
        try:
            return objects.info(_KEY)
        except NotFound:
            scene = scenes.make("demonstration", width=_WIDTH, height=_HEIGHT)
            with objects.writing(_KEY) as path:
                video.write(path, scene.frames(), scene.fps)
            return objects.info(_KEY)
