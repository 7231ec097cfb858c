"""The built page: one document for every address that is not the API's."""

from __future__ import annotations

from flask import Blueprint, Response, send_from_directory
from werkzeug.exceptions import NotFound
from werkzeug.security import safe_join

from sammot.api.context import current_config

blueprint = Blueprint("page", __name__)
_ASSETS = "assets/"
_NOT_BUILT = "The page has not been built. Run `./dev up`, which builds it.\n"


@blueprint.get("/")
@blueprint.get("/<path:path>")
def page(path: str = "") -> Response:
    """A file of the page, or the document itself, which knows its own addresses."""
    web_dir = current_config().web_dir
    if path == "api" or path.startswith("api/"):
        raise NotFound("The API has no such address; /api/docs shows those it has.")
    if not (web_dir / "index.html").is_file():
        return Response(_NOT_BUILT, 503, content_type="text/plain; charset=utf-8")
    found = safe_join(str(web_dir), path)
    is_file = bool(path) and found is not None and (web_dir / path).is_file()
    if path.startswith(_ASSETS) and not is_file:
        raise NotFound("The page has no such part; it may have been built anew. Reload it.")
    response = send_from_directory(web_dir, path if is_file else "index.html")
    lasting = "public, max-age=31536000, immutable" if path.startswith(_ASSETS) else "no-cache"
    response.headers["Cache-Control"] = lasting
    return response
