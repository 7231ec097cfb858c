"""What a request needs to know of the application that answers it, and of its sender."""

from __future__ import annotations

from typing import cast

from flask import Flask, current_app

from sammot.api.config import ApiConfig
from sammot.service import Service

_KEY = "sammot"


def bind(app: Flask, service: Service, config: ApiConfig) -> None:
    """Give an application its service."""
    app.extensions[_KEY] = (service, config)


def current_service() -> Service:
    """The service behind the application that answers now."""
    return cast("tuple[Service, ApiConfig]", current_app.extensions[_KEY])[0]


def current_config() -> ApiConfig:
    """Its settings."""
    return cast("tuple[Service, ApiConfig]", current_app.extensions[_KEY])[1]


def current_user_id() -> str:
    """Who asks. There are no accounts: whoever reaches the service owns what is in it."""
    return "local"
