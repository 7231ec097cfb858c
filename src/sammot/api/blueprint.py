from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import ParamSpec, TypeVar

import flask_smorest
from marshmallow import Schema

from sammot.api.problems import CONTENT_TYPE, ProblemSchema

_P = ParamSpec("_P")
_R = TypeVar("_R")
_Shape = type[Schema] | None


class Blueprint(flask_smorest.Blueprint):  # type: ignore[misc]  # it has no types
    """flask-smorest's blueprint: what its decorators take and leave, for the type checker."""

    def route(
        self, rule: str, *, methods: Sequence[str]
    ) -> Callable[[Callable[_P, _R]], Callable[_P, _R]]:
        """Answer requests under `rule`; the document has the view under its own name."""
        register = super().route(rule, methods=methods)
        return lambda view: register(self.doc(operationId=view.__name__)(view))

    def arguments(
        self, schema: type[Schema], *, location: str = "json"
    ) -> Callable[[Callable[..., _R]], Callable[..., _R]]:
        """Give the view, before all else, what the schema loads from the request."""
        return super().arguments(schema, location=location)  # type: ignore[no-any-return]

    def response(
        self,
        status: int,
        schema: _Shape = None,
        *,
        content_type: str | None = None,
        description: str | None = None,
    ) -> Callable[[Callable[_P, object]], Callable[_P, object]]:
        """Answer with what the schema dumps of the view's answer, unless that is a response."""
        return super().response(  # type: ignore[no-any-return]
            status, schema, content_type=content_type, description=description
        )

    def alt_response(
        self, status: int, *, schema: _Shape = None, description: str | None = None
    ) -> Callable[[Callable[_P, _R]], Callable[_P, _R]]:
        """Document another answer: a problem, unless there is a schema for it."""
        is_problem = schema is None
        return super().alt_response(  # type: ignore[no-any-return]
            status,
            schema=ProblemSchema if is_problem else schema,
            content_type=CONTENT_TYPE if is_problem else None,
            description=description,
        )

    def doc(self, **operation: object) -> Callable[[Callable[_P, _R]], Callable[_P, _R]]:
        """Add to the operation in the document."""
        return super().doc(**operation)  # type: ignore[no-any-return]
