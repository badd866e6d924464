"""The report of a run: what was asked, what was seen, and whether that is within bounds.

`python -m deploy.loadtest.report` prints the JSON schema of it.
"""

import json
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

from deploy.loadtest.percentiles import Spread


class _Closed(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Probe(_Closed):
    """One `GET` request that was timed beside the sessions."""

    at: float = Field(description="When it was due, in seconds of the wall clock.")
    seconds: float = Field(description="From then to the end of its answer.")
    status: int = Field(description="Of the answer; 0 where none came.")
    what: Literal["session", "list"]


class Sample(_Closed):
    """One look at a process."""

    at: float = Field(description="Seconds of the wall clock; in a report, from the start.")
    program: str
    pid: int
    rss_mebibytes: float = Field(description="Resident memory of the process.")
    children_mebibytes: float = Field(description="That of the processes it has started.")
    cpu_seconds: float = Field(description="CPU time taken so far, without its children's.")


class Bound(_Closed):
    """Something that has to hold for the run to pass."""

    name: str
    wanted: str = Field(description="What has to hold, in words.")
    seen: float | None = Field(description="What was seen; null where nothing was.")
    met: bool


class Ends(_Closed):
    """How sessions ended."""

    scheduled: int
    accepted: int
    solved: int = 0
    exhausted: int = 0
    unsolvable: int = 0
    cancelled: int = 0
    failed: int = 0
    lost: int = Field(default=0, description="Accepted, and then unknown to the service.")
    unfinished: int = Field(default=0, description="Accepted, and without an end in time.")
    not_taken: int = Field(default=0, description="Never accepted, however often sent.")


class Integrity(_Closed):
    """What must never happen, counted."""

    missing_events: int = Field(description="Numbers that a stream left out.")
    doubled_events: int = Field(description="Events that a stream sent again.")
    differing_logs: int = Field(
        description="Logs that were others when read again than the stream had shown."
    )
    finished_twice: int = Field(description="Attempts that stand finished twice in a log.")
    begun_again: int = Field(description="Attempts that were begun again when finished.")
    asked_again: int | None = Field(
        description="Calls of the model for attempts that stood finished in their log. Null "
        "where the model server is not the test's own, or clients wait by long polls."
    )


class Traffic(_Closed):
    """What came on the way, none of it wrong in itself."""

    refusals: int = Field(description="Requests for a plan that were not taken at once.")
    reconnects: int = Field(description="Streams that broke and were taken up again.")
    hung_up: int = Field(description="Streams that their client broke on purpose.")
    redeliveries: int = Field(description="Sessions taken up again by a worker.")
    troubles: dict[str, int] = Field(
        default_factory=dict, description="All of that and failed `GET`s, by what was seen."
    )
    calls: int | None = Field(description="Calls that the model server took.")
    answers_in_vain: int | None = Field(
        description="Whole answers of the model that stand in no log: their worker was lost "
        "before, or another attempt of the round had been accepted."
    )


class Figures(_Closed):
    """What was measured. Times are in seconds; sessions count from their scheduled start."""

    seconds: float = Field(description="From the first scheduled start to the last end.")
    offered_rate: float = Field(description="Sessions scheduled per second while they came.")
    goodput: float = Field(description="Valid plans per second, from first start to last end.")
    attempt_rate: float = Field(description="Finished attempts per second, likewise.")
    most_in_flight: int = Field(description="Sessions accepted and not ended, at most.")
    plan_seconds: Spread = Field(description="To a valid plan.")
    first_attempt_seconds: Spread = Field(description="To the first finished attempt.")
    queue_seconds: Spread = Field(description="From acceptance to a worker.")
    accept_seconds: Spread = Field(description="From sending the request to acceptance.")
    verifier_seconds: Spread = Field(
        description="Of each attempt, from the proposal to the last critique."
    )
    silence_seconds: Spread = Field(
        description="Without an event before a worker took a session up again: the time to "
        "notice that one was lost, and what had gone into the lost attempt."
    )
    attempts: Spread = Field(description="Finished attempts of each session that was accepted.")
    tokens: Spread = Field(description="Of all proposals of such a session.")
    get_session_seconds: Spread = Field(description="`GET` of a session meanwhile.")
    get_list_seconds: Spread = Field(description="`GET` of a list of 20 meanwhile.")
    get_failures: int = Field(description="Such requests without a good answer.")


class Step(_Closed):
    """One step of a rising rate."""

    rate: float = Field(description="Sessions per second that were to come.")
    offered: float = Field(description="Sessions per second that came.")
    goodput: float = Field(
        description="Valid plans per second in the time of the step, put off by what a session of "
        "the first step took in the middle."
    )
    plan_p50: float | None = Field(description="Seconds to a valid plan of those that came.")
    plan_p95: float | None
    solved_share: float = Field(description="Of those that came, in the end.")


class Moment(_Closed):
    """One second of the run, for pictures."""

    at: float = Field(description="Seconds from the start.")
    arrived: int
    solved: int
    in_flight: int
    plan_p50: float | None = Field(description="Of the plans found in this second.")
    plan_p95: float | None
    get_most: float | None = Field(description="Of the `GET`s of a session due in this second.")


class Filled(_Closed):
    """How well the slots of the model were used while enough sessions were in flight."""

    at: float = Field(description="Seconds into the run at which the part begins.")
    seconds: float = Field(description="Length of the part of the run that was looked at.")
    goodput: float = Field(description="Valid plans per second in it.")
    attempts: float = Field(description="Finished attempts for each valid plan in it.")
    allowed: float = Field(
        description="Valid plans per second that the slots allow at so many attempts for each."
    )
    share: float = Field(description="Goodput over what is allowed.")
    get_session_seconds: Spread = Field(
        default=Spread(count=0), description="`GET` of a session in it."
    )


class Growth(_Closed):
    """How the memory of a program grew from one time of the run on."""

    program: str
    from_mebibytes: float = Field(description="At that time.")
    most_mebibytes: float = Field(description="At most, from then on.")
    times: float = Field(description="The second over the first.")


class Incident(_Closed):
    """Something that the test has done to the service."""

    at: float = Field(description="Seconds from the start.")
    what: str


class Phase(_Closed):
    """The sessions of one tenant in one part of the run."""

    tenant: str
    phase: str
    sessions: int
    plan_seconds: Spread


class Machine(_Closed):
    """What the run ran on."""

    cpus: int
    load_before: float = Field(description="Load of one minute when the run began.")
    load_after: float = Field(description="Likewise when it ended; the run itself is in it.")
    cpu_shares: dict[str, float] = Field(
        description="CPU seconds per second of the run, by program."
    )


class Report(_Closed):
    """One run of a load test."""

    version: Literal["modulo-loadtest/1"] = "modulo-loadtest/1"
    scenario: str
    verdict: Literal["met", "missed"]
    bounds: tuple[Bound, ...]
    began_at: str = Field(description="RFC 3339.")
    settings: dict[str, object] = Field(description="Everything that was asked for.")
    versions: dict[str, str]
    machine: Machine
    ends: Ends
    figures: Figures
    integrity: Integrity
    traffic: Traffic
    steps: tuple[Step, ...] = ()
    knee: Step | None = Field(default=None, description="The last step that held.")
    phases: tuple[Phase, ...] = ()
    filled: Filled | None = None
    growth: tuple[Growth, ...] = ()
    incidents: tuple[Incident, ...] = ()
    takeover_seconds: Spread | None = Field(
        default=None,
        description="From the kill of a worker to another one taking up a session of its, where "
        "no second kill came between.",
    )
    failures: dict[str, int] = Field(default_factory=dict, description="What failed sessions said.")
    moments: tuple[Moment, ...] = ()
    memory: tuple[Sample, ...] = ()


if __name__ == "__main__":
    print(json.dumps(Report.model_json_schema(), indent=2))
