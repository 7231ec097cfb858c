"""The service over HTTP: each route parses, calls, answers."""

from sammot.api.app import create_app
from sammot.api.config import ApiConfig

__all__ = ["ApiConfig", "create_app"]
