"""The way to a bucket: clients, and S3's errors in our words."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import boto3
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError
from s3transfer.exceptions import RetriesExceededError

from sammot.errors import Conflict, NotFound, StorageFull, Unavailable

_ABSENT = frozenset({"404", "NoSuchKey", "NoSuchUpload"})
_FULL = frozenset(
    {"507", "EntityTooLarge", "InsufficientStorage", "QuotaExceeded", "XMinioStorageFull"}
)
_MOVED_ON = frozenset({"412", "PreconditionFailed", "ConditionalRequestConflict"})


@dataclass(frozen=True, slots=True)
class Bucket:
    """One bucket of an S3-compatible store.

    `endpoint` None is Amazon's. Browsers reach the store at `public_endpoint`, where that is
    another. Without keys, boto3's own chain finds them: environment, files, the machine's role.
    """

    name: str
    endpoint: str | None = None
    public_endpoint: str | None = None
    region: str | None = None
    access_key: str | None = None
    secret_key: str | None = field(default=None, repr=False)

    def client(self, *, is_public: bool = False) -> Any:  # noqa: ANN401 - boto3 has no types
        """A client, safe to share between threads; `is_public`: for addresses for browsers."""
        endpoint = (self.public_endpoint if is_public else None) or self.endpoint
        config = Config(
            signature_version="s3v4",
            # Only Amazon gives each bucket a host name of its own for certain.
            s3={"addressing_style": "virtual" if endpoint is None else "path"},
            retries={"mode": "standard", "max_attempts": 4},
            connect_timeout=5,
            max_pool_connections=50,
            # Others than Amazon lack the newer checksums, or send those of the whole for a part.
            request_checksum_calculation="when_required",
            response_checksum_validation="when_required",
        )
        return boto3.client(
            "s3",
            endpoint_url=endpoint,
            region_name=self.region,
            aws_access_key_id=self.access_key,
            aws_secret_access_key=self.secret_key,
            config=config,
        )


@contextmanager
def translated() -> Iterator[None]:
    """Raise what S3 answers as errors of ours."""
    try:
        yield
    except ClientError as error:
        code = error.response.get("Error", {}).get("Code", "")
        if code in _ABSENT:
            raise NotFound("There is no such file.") from error
        if code in _MOVED_ON:
            raise Conflict("Another request has written this upload meanwhile.") from error
        if code in _FULL:
            raise StorageFull("The storage is full; free some space and resume.") from error
        raise Unavailable(f"The storage refused ({code or 'no reason given'}).") from error
    except (BotoCoreError, RetriesExceededError) as error:
        raise Unavailable("The storage does not answer.") from error


def is_below(key: str, prefix: str) -> bool:
    """Whether a key is the prefix, or in the folder of that name."""
    return key == prefix or key.startswith(f"{prefix}/")
