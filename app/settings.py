"""Every environment variable that Modulo listens to, with unit and default."""

import os
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Literal, TypeAlias

from pydantic import (
    AnyHttpUrl,
    BeforeValidator,
    Field,
    RedisDsn,
    SecretStr,
    model_validator,
)
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict


def _between_commas(value: object) -> object:
    if isinstance(value, str):
        return tuple(part.strip() for part in value.split(",") if part.strip())
    return value


Names: TypeAlias = Annotated[tuple[str, ...], NoDecode, BeforeValidator(_between_commas)]


class LogFormat(StrEnum):
    """How log lines are written."""

    TEXT = "text"
    JSON = "json"


class Words(StrEnum):
    """In which words a configured model is asked."""

    TASK = "task"
    APPRENTICE = "apprentice"


def _state_folder() -> Path:
    home = os.environ.get("XDG_STATE_HOME") or Path.home() / ".local" / "state"
    return Path(home) / "modulo"


class Settings(BaseSettings):
    """Settings of one process. Each is an environment variable `MODULO_<NAME>`.

    A variable that is empty counts as not set, since composed files cannot leave one out.
    """

    model_config = SettingsConfigDict(
        env_prefix="MODULO_", env_ignore_empty=True, extra="ignore", frozen=True
    )

    model_url: AnyHttpUrl | None = Field(
        default=None,
        description="Base URL of an OpenAI-compatible server, such as "
        "http://localhost:8000/v1. Without one the embedded apprentice proposes.",
    )
    model: str | None = Field(
        default=None, description="Name of the model on that server; needed with model_url."
    )
    model_key: SecretStr | None = Field(default=None, description="API key of that server.")
    words: Words = Field(
        default=Words.TASK,
        description="How that model is asked: `task` for PDDL and natural language, "
        "`apprentice` where the server serves our own apprentice.",
    )
    structured: bool = Field(
        default=False,
        description="Send a grammar made for each task; for servers that take vLLM's "
        "structured_outputs.",
    )
    database: Path = Field(
        default_factory=lambda: _state_folder() / "sessions.db",
        description="SQLite file that remembers sessions.",
    )
    host: str = Field(default="127.0.0.1", description="Address that `modulo serve` binds.")
    port: int = Field(default=8000, ge=0, le=65535, description="Port; 0 takes a free one.")
    redis_url: RedisDsn | None = Field(
        default=None,
        description="Redis 7 or Valkey that holds sessions and queue, such as "
        "redis://localhost:6379/0. With one `modulo serve` only serves, and `modulo worker` "
        "runs the sessions; without one a SQLite file and this process do it all.",
    )
    concurrency: int = Field(
        default=64,
        ge=1,
        le=10_000,
        description="Interactive sessions that run at once in this process.",
    )
    batch_concurrency: int = Field(
        default=16, ge=1, le=10_000, description="Sessions of batches that run at once beside them."
    )
    tenant_concurrency: int | None = Field(
        default=None,
        ge=1,
        le=10_000,
        description="Sessions of one tenant that run at once, in each of the two queues and over "
        "all workers.",
    )
    redelivery_seconds: float = Field(
        default=8.0,
        ge=1,
        le=600,
        description="With Redis: after so long without a sign of life from its worker a session "
        "goes to another.",
    )
    drain_seconds: float = Field(
        default=10.0,
        ge=0,
        le=600,
        description="When the process is asked to end: how long attempts in flight may finish.",
    )
    worker_port: int | None = Field(
        default=None,
        ge=0,
        le=65535,
        description="Port on which `modulo worker` answers /livez, /readyz and /metrics; without "
        "one it does not.",
    )
    retention_hours: float = Field(
        default=24.0, gt=0, le=87_600, description="Ended sessions are forgotten after so long."
    )

    keys: Path = Field(
        default_factory=lambda: _state_folder() / "keys.db",
        description="SQLite file that holds the API keys, where there is no Redis.",
    )
    trust_network: bool = Field(
        default=False,
        description="Serve without any API key on an address that others can reach: for a "
        "container whose port is published on loopback alone.",
    )
    browser_origins: Names = Field(
        default=(),
        description="Origins whose pages may use the API from a browser, with commas between.",
    )
    webhooks: Names = Field(
        default=(),
        description="What the URL of a webhook may begin with, such as "
        "https://hooks.example.org/modulo/, with commas between. Without any none is taken.",
    )
    webhook_secret: SecretStr | None = Field(
        default=None,
        description="Secret that signs webhooks, `whsec_` and base64; needed with webhooks.",
    )

    model_priority: bool = Field(
        default=False,
        description="Send vLLM's `priority`: batches wait behind interactive sessions; for "
        "servers with --scheduling-policy priority.",
    )
    model_cache_salt: bool = Field(
        default=False,
        description="Send vLLM's `cache_salt`, one for each tenant: none can find out by time "
        "what another has asked.",
    )

    log_format: LogFormat = Field(default=LogFormat.TEXT, description="`text` or `json`.")
    log_level: Literal["debug", "info", "warning", "error"] = Field(
        default="info", description="Least weight of a line in the log."
    )
    traces: bool = Field(
        default=False,
        description="Send traces by OTLP, to where the OTEL_ variables say; needs the extra otel.",
    )

    verifier_processes: int = Field(
        default=2, ge=1, le=1024, description="Plans that are judged at once in processes."
    )
    verifier_seconds: float = Field(
        default=30.0, gt=0, le=3600, description="Wall-clock time to judge one plan, at most."
    )
    verifier_memory: int = Field(
        default=1024, ge=64, description="Memory of one such process, in mebibytes, at most."
    )
    planner_processes: int = Field(
        default=2, ge=1, le=1024, description="Sound planners that run at once."
    )
    planner_seconds: float = Field(
        default=60.0, gt=0, le=86_400, description="Wall-clock time of one planner, at most."
    )
    planner_memory: int = Field(
        default=2048, ge=256, description="Memory of one planner, in mebibytes, at most."
    )
    referee_rate: float = Field(
        default=0.0,
        ge=0,
        le=1,
        description="Share of sessions, from 0 to 1, whose verdicts independent validators "
        "look at unasked.",
    )
    referee_folder: Path = Field(
        default_factory=lambda: _state_folder() / "disagreements",
        description="Folder that keeps what validators disagree on.",
    )

    @model_validator(mode="after")
    def _what_belongs_together(self) -> "Settings":
        if (self.model_url is None) is not (self.model is None):
            missing = "MODULO_MODEL" if self.model is None else "MODULO_MODEL_URL"
            raise ValueError(f"model_url and model belong together; {missing} is not set")
        if self.webhooks and self.webhook_secret is None:
            raise ValueError("webhooks must be signed; MODULO_WEBHOOK_SECRET is not set")
        return self
