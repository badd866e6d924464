"""Every environment variable that Modulo listens to, with unit and default."""

import os
from enum import StrEnum
from pathlib import Path

from pydantic import AnyHttpUrl, Field, SecretStr, model_validator
from pydantic_settings import BaseSettings, SettingsConfigDict


class Words(StrEnum):
    """In which words a configured model is asked."""

    TASK = "task"
    APPRENTICE = "apprentice"


def _state_folder() -> Path:
    home = os.environ.get("XDG_STATE_HOME") or Path.home() / ".local" / "state"
    return Path(home) / "modulo"


class Settings(BaseSettings):
    """Settings of one process. Each is an environment variable `MODULO_<NAME>`."""

    model_config = SettingsConfigDict(env_prefix="MODULO_", extra="ignore", frozen=True)

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
    concurrency: int = Field(
        default=64, ge=1, le=10_000, description="Sessions that run at once in this process."
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
    def _a_server_needs_a_model(self) -> "Settings":
        if (self.model_url is None) is not (self.model is None):
            missing = "MODULO_MODEL" if self.model is None else "MODULO_MODEL_URL"
            raise ValueError(f"model_url and model belong together; {missing} is not set")
        return self
