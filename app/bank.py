"""The parts on offer, by name, and a loop made of those that a request names.

With `app.composition` the composition root: no other module names concrete parts. What serves
HTTP stands there, so that the command line need not load it.
"""

from collections.abc import AsyncGenerator, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import replace
from typing import TypeAlias

from app.apprentice.model import DOMAINS, embedded_apprentice
from app.choices import CONSTRUCTIVE, constructive, ladder_of, sampled, strategy_of
from app.critics.cost_bound import CostBound
from app.critics.executability import Executability
from app.critics.preference import Preference
from app.llm.openai import OpenAICompatible
from app.models import Model, Told, apprentice, configured
from app.modulo.assurance import Assurance
from app.modulo.bank import LADDER, PLANNERS, STRATEGIES, Shape
from app.modulo.critique import Critic
from app.modulo.loop import Modulo
from app.modulo.quality import Goal
from app.modulo.strategies.batches import Batch
from app.modulo.watch import Watch, Watcher
from app.proposers.planned import Planned
from app.proposers.sound import SoundPlanners
from app.proposers.watching import BoundWatch, UnsolvabilityWatch
from app.reading import AnswerReader
from app.register import open_register
from app.sessions.errors import RequestRefused
from app.sessions.request import PlanRequest
from app.settings import Settings
from app.telemetry.watching import Unwatched, Watching
from planners.engines.engine import Engine, Purpose
from planners.engines.features import Feature
from planners.pool import Limits
from planners.referee import Referee
from planners.workers import VerifierProcesses

Offer: TypeAlias = dict[str, str | list[str] | None]
Offers: TypeAlias = dict[str, list[Offer]]


class Bank:
    """The parts on offer, by name; makes a loop of those that a request names.

    Args:
        models: By name; the first is the default.
        verifier: Judges plans.
        referee: Asks other validators about its verdicts.
        planners: Sound planners, for ladders, for watching, and to be asked directly.
        watching: Has the verifier watched where the loop asks it.
        told: What model servers are told of whose a call is.
        referee_rate: Share of sessions in which it is asked without a request, 0 to 1.
    """

    def __init__(
        self,
        models: Mapping[str, Model],
        *,
        verifier: VerifierProcesses,
        referee: Referee,
        planners: SoundPlanners,
        referee_rate: float = 0.0,
        watching: Watching | None = None,
        told: Told | None = None,
    ) -> None:
        self._models = models
        self._reader = AnswerReader()
        self._referee_rate = referee_rate
        self._told = told or Told()
        self._judge = (watching or Unwatched()).verifier(verifier)
        self.verifier = verifier
        self.referee = referee
        self.planners = planners

    def check(self, request: PlanRequest) -> None:
        """Refuse what cannot be served, before a session is made of it.

        Raises:
            RequestRefused: a name is not in the bank, names contradict each other, or the
                proposer does not work on this task.
            TaskError: the task cannot be read.
        """
        self.compose(request)
        if not STRATEGIES[strategy_of(request)].asks_model:
            return
        reason = self._model(request).proposer.refuses(request.task)
        if reason is not None:
            raise RequestRefused("", reason)

    def compose(self, request: PlanRequest) -> Modulo:
        """Put the parts of a request together.

        Raises:
            RequestRefused: a name is not in the bank, or names contradict each other.
        """
        model = self._model(request).with_fields(self._told.of(request.origin))
        name = strategy_of(request)
        ladder = ladder_of(request, name)
        rungs = ladder.rungs if name in {LADDER, PLANNERS} else ()
        self._refuse_unknown(ladder.engine)
        shape = Shape(
            batch=Batch(
                proposer=model.proposer.name,
                temperatures=model.temperatures,
                variants=model.variants,
                seed=request.seed,
            ),
            feedback=request.feedback,
            history=request.history,
            rungs=rungs,
            after=ladder.after,
            share=ladder.share,
            budget=request.budget,
        )
        return Modulo(
            strategy=STRATEGIES[name].build(shape),
            proposers={
                model.proposer.name: model.proposer,
                **{
                    rung.proposer: Planned(rung, self.planners, engine=ladder.engine)
                    for rung in rungs
                },
            },
            reader=self._reader,
            verifier=self._judge,
            critics=self._critics(request, model),
            referee=self.referee if self._is_refereed(request) else None,
            goal=request.goal,
            watchers=self._watchers(request),
        )

    def _refuse_unknown(self, engine: str | None) -> None:
        names = [each.name for each in self.planners.engines]
        if engine is not None and engine not in names:
            said = f"there is no engine {engine!r}; on offer: {', '.join(names)}"
            raise RequestRefused("/ladder/engine", said)

    def _watchers(self, request: PlanRequest) -> tuple[Watcher, ...]:
        if Watch.BOUND in request.watch and request.goal is not Goal.BEST:
            raise RequestRefused("/watch", "a bound is of use only where goal is 'best'")
        made: dict[Watch, Watcher] = {
            Watch.UNSOLVABILITY: UnsolvabilityWatch(self.planners),
            Watch.BOUND: BoundWatch(self.planners, self.verifier),
        }
        return tuple(made[watch] for watch in dict.fromkeys(request.watch))

    def _is_refereed(self, request: PlanRequest) -> bool:
        return request.assurance is Assurance.DOUBLE or sampled(request, self._referee_rate)

    def names(self, request: PlanRequest) -> tuple[str, str]:
        """Name the proposer and the strategy that a request comes down to.

        Raises:
            RequestRefused: a name is not in the bank.
        """
        name = strategy_of(request)
        if not STRATEGIES[name].asks_model:
            return ladder_of(request, name).rungs[0].proposer, name
        return self._model(request).proposer.name, name

    def catalogue(self) -> Offers:
        """List what is on offer: by kind, each with a name and a line about it.

        Engines say more: their `version`, or None where they are not installed, their
        `licence`, the `source` to get them from, their `purposes` and the `features` that a
        task may use.
        """
        return {
            "models": [
                {"name": name, "summary": model.summary} for name, model in self._models.items()
            ],
            "strategies": [
                {"name": name, "summary": offer.summary} for name, offer in STRATEGIES.items()
            ],
            "critics": [
                {"name": critic.name, "summary": _first_line(critic)}
                for critic in (Executability, CostBound, Preference, *CONSTRUCTIVE.values())
            ],
            "engines": [_offer(engine) for engine in self.planners.engines],
            "domains": [{"name": name, "summary": said} for name, said in DOMAINS.items()],
        }

    def _model(self, request: PlanRequest) -> Model:
        name = request.model or next(iter(self._models))
        if name not in self._models:
            raise RequestRefused(
                "/model", f"there is no model {name!r}; on offer: {', '.join(self._models)}"
            )
        return self._models[name]

    def _critics(self, request: PlanRequest, model: Model) -> tuple[Critic, ...]:
        critics: list[Critic] = [Executability()]
        if request.cost_bound is not None:
            critics.append(CostBound(bound=request.cost_bound))
        if request.preference is not None:
            if not model.general:
                raise RequestRefused(
                    "/critics/preference",
                    f"{model.proposer.name} cannot judge a preference, it knows no words for "
                    "it; configure a model with --model-url and --model",
                )
            critics.append(Preference(model=model.chat, preference=request.preference))
        return (*critics, *constructive(request, model.proposer.name, general=model.general))


def _offer(engine: Engine) -> Offer:
    return {
        "name": engine.name,
        "summary": engine.summary,
        "version": engine.version(),
        "licence": engine.licence,
        "source": engine.source,
        "purposes": [purpose.value for purpose in Purpose if purpose in engine.purposes],
        "features": [feature.value for feature in Feature if feature in engine.features],
    }


def _first_line(part: type) -> str:
    return (part.__doc__ or "").partition("\n")[0].rstrip(".")


@asynccontextmanager
async def open_bank(
    settings: Settings, watching: Watching | None = None
) -> AsyncGenerator[Bank, None]:
    """Open the models and the judges that the settings name, and close them at the end.

    Args:
        settings: Of this process.
        watching: Puts them under watch, where that is wanted.

    Raises:
        RegisterUnavailable: the salt of a cache is wanted, and the secret for it is out of reach.
    """
    watching = watching or Unwatched()
    async with AsyncExitStack() as opened:
        models: dict[str, Model] = {}
        key = settings.model_key
        if settings.model_url is not None and settings.model is not None:
            chat = await opened.enter_async_context(
                OpenAICompatible(
                    url=str(settings.model_url),
                    model=settings.model,
                    key=key.get_secret_value() if key else None,
                )
            )
            models[settings.model] = replace(
                configured(settings, watching.model(chat)),
                sending=lambda extra: watching.model(chat.sending(extra)),
            )
        embedded = watching.model(embedded_apprentice())
        # A server that serves a model of this name comes first.
        models.setdefault(embedded.name, apprentice(embedded.name, embedded, "embedded"))
        limits = Limits(
            processes=settings.verifier_processes,
            seconds=settings.verifier_seconds,
            memory_mebibytes=settings.verifier_memory,
        )
        verifier = await opened.enter_async_context(VerifierProcesses(limits))
        referee = await opened.enter_async_context(referee_of(settings))
        yield Bank(
            models,
            verifier=verifier,
            referee=referee,
            planners=planners_of(settings),
            referee_rate=settings.referee_rate,
            watching=watching,
            told=await _told(settings),
        )


async def _told(settings: Settings) -> Told:
    secret = None
    if settings.model_cache_salt:
        async with open_register(settings) as register:
            secret = await register.secret()
    return Told(priority=settings.model_priority, secret=secret)


def planners_of(settings: Settings) -> SoundPlanners:
    """Make a room for the planners that are installed; it holds nothing open."""
    return SoundPlanners(
        Limits(
            processes=settings.planner_processes,
            seconds=settings.planner_seconds,
            memory_mebibytes=settings.planner_memory,
        )
    )


def referee_of(settings: Settings) -> Referee:
    """Make a referee that asks the validators that are installed; whoever enters it closes it."""
    return Referee.of_what_is_installed(
        seconds=settings.verifier_seconds, folder=settings.referee_folder
    )
