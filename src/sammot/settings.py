"""One typed object; every field can be set by a SAMMOT_* variable."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Literal

import platformdirs
from pydantic import (
    Field,
    NonNegativeFloat,
    NonNegativeInt,
    PositiveFloat,
    PositiveInt,
    SecretStr,
    StringConstraints,
)
from pydantic_settings import BaseSettings, SettingsConfigDict

GIB = 2**30
Rate = Annotated[str, StringConstraints(pattern=r"^([1-9]\d*/(second|minute|hour|day))?$")]


def _default_data_dir() -> Path:
    return platformdirs.user_data_path("sammot")


class Settings(BaseSettings):
    """What can be chosen from outside. Sizes are bytes, durations seconds."""

    model_config = SettingsConfigDict(env_prefix="SAMMOT_", frozen=True)

    profile: Literal["embedded", "service"] = "embedded"
    """All on this machine's disk without a server, or the record in MongoDB, hints in Redis."""
    data_dir: Path = Field(default_factory=_default_data_dir)
    """Where everything is kept: the database and the files."""
    mongo_url: SecretStr | None = None
    """With the profile `service`: a replica set or a sharded cluster."""
    mongo_database: str = "sammot"
    redis_url: SecretStr | None = None
    """With the profile `service`: hints to workers and watchers."""
    host: str = "127.0.0.1"
    port: PositiveInt = 8000
    allowed_hosts: tuple[str, ...] = ()
    """Host names under which the service may be asked, besides this machine's own."""
    workers: PositiveInt = 1
    """Tracking processes of this machine, which share its cores; one more prepares playable copies
    and annotated videos.
    """
    proxies: NonNegativeInt = 0
    """How many proxies stand before the service, each naming its client in X-Forwarded-For."""
    files_location: str = ""
    """Where an nginx before the service finds the local files, which it then sends itself."""
    rate_requests: Rate = "3000/minute"
    """With the profile `service`: how often one client may ask; empty for no limit."""
    rate_beginnings: Rate = "120/minute"
    """How many uploads and jobs one client may begin; empty for no limit."""
    log_level: str = "INFO"
    models_dir: Path | None = None
    """Where the weights of models lie, a folder each; without it, in the data folder."""
    device: str = Field(default="auto", pattern=r"^(auto|cpu|mps|cuda(:\d+)?)$")
    """What models compute on."""
    speed_trials: bool = True
    """Whether idle workers try engines out, to tell their speed before a first job."""
    metrics_token: SecretStr = SecretStr("")
    """Who knows it may read /metrics from another machine; without one, nobody may."""

    s3_bucket: str | None = None
    """Where the files are kept instead of the data folder."""
    s3_endpoint: str | None = None
    """The address of an S3-compatible store; None: Amazon's."""
    s3_public_endpoint: str | None = None
    """The address at which browsers reach it, if that is another."""
    s3_region: str | None = None
    s3_access_key: str | None = None
    """Without keys, boto3 looks for them in its own places."""
    s3_secret_key: SecretStr | None = None

    max_bytes: PositiveInt = 64 * GIB
    max_seconds: PositiveFloat = 6 * 3600
    max_pixels: PositiveInt = 8192 * 4320
    max_frames: PositiveInt = 1_000_000
    probe_cpu_seconds: PositiveInt = 60
    probe_wall_seconds: PositiveFloat = 120
    probe_memory_bytes: PositiveInt = 4 * GIB
    worker_memory_bytes: PositiveInt = 12 * GIB
    """What one worker may write to, without what its GPU holds."""
    min_free_bytes: NonNegativeInt = GIB
    """New uploads are refused when less than this would remain free."""
    upload_expiry_seconds: PositiveFloat = 24 * 3600
    retention_days: NonNegativeFloat = 0
    """Videos that are older are deleted, unless they are pinned; 0: none is."""

    span_frames: NonNegativeInt = 0
    """Longer clips are cut after so many frames and tracked by several workers; 0: never."""
    lease_seconds: PositiveFloat = 10
    """A worker that is silent for longer has lost its job."""
    max_attempts: PositiveInt = 5
    """How often a job may fail without storing a chunk in between."""
    backoff_seconds: NonNegativeFloat = 2
    """Before the second attempt; four times as long before each further one."""

    @property
    def models_folder(self) -> Path:
        """Where the weights of models lie."""
        return self.models_dir or self.data_dir / "models"

    @property
    def locks_folder(self) -> Path:
        """Where the processes of this machine tell each other who computes on which GPU."""
        return self.data_dir / "devices"
