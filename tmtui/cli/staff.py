"""Who does each task: from settings, flags and the task to an agent, or to a chain of models."""

from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any, Final

from tmtui.agents.model import Model
from tmtui.agents.port import Agent
from tmtui.agents.registry import KINDS, MODEL_KINDS, AgentSpecError, make_agent, make_model
from tmtui.agents.static import StaticModel
from tmtui.agents.tools.specs import TOOL_SPECS
from tmtui.cli.answer_form import AnswerForm
from tmtui.cli.errors import CommandError
from tmtui.cli.launching import ProgramLauncher
from tmtui.cli.order import Order
from tmtui.config.choosing import Choice, choose, provider_for
from tmtui.config.settings import FallbackEntry, Profile, ProviderSettings, Settings
from tmtui.config.values.providers import CLAUDE_CODE, COMMAND
from tmtui.config.values.safety import MODES
from tmtui.domain.clock import Clock
from tmtui.domain.models import STATIC, in_service
from tmtui.domain.plan import Plan, Task
from tmtui.engine.ports import Chain, Manner


PROFILE: Final = "profile"
"""`profile:NAME` is how the staff that the settings describe is called, in the log and on the command line."""


KEY_VARIABLES: Final = ("ANTHROPIC_API_KEY", "ANTHROPIC_AUTH_TOKEN", "OPENAI_API_KEY")
"""With one of these set, somebody can be asked although no settings name anybody."""


class Staff:
    """Everybody who works in one run."""

    def __init__(self, order: Order, settings: Settings, named: str, clock: Clock, env: Mapping[str, str]) -> None:
        """Get to know them; nobody is asked for anything.

        Args:
            order: What the command line names.
            settings: The project's settings.
            named: How the staff is called: an agent such as `scripted:FILE`, a model such as `claude:sonnet`, or
                empty for whom the settings name for each task.
            clock: For those who wait.
            env: The environment, which may hold keys.

        Raises:
            CommandError: there is nobody of that name.
        """
        self._order = order
        self._settings = settings
        self._root = Path(order.root)
        self._clock = clock
        self._env = env
        self._models: dict[tuple[str, str], Model] = {}
        self._agents: dict[tuple[str, str], Agent] = {}
        self.launcher = ProgramLauncher()
        """Starts those who are programs, once it was opened."""
        self._profile = order.profile
        kind, _, rest = named.partition(":")
        if kind == PROFILE:
            self._profile, named = order.profile or rest, ""
        self._agent = self._whole(named) if named and not self._is_model(named) else None
        self._named_model = named if named and self._agent is None else ""
        self.name = named or f"{PROFILE}:{self._profile or settings.profile}"
        """How the log calls them."""

    def check(self, plan: Plan) -> None:
        """Make everybody whom the plan's tasks need, so that what is missing is told before anything runs.

        Raises:
            CommandError: somebody cannot be had.
        """
        for task in plan.tasks:
            self.worker(task)

    def worker(self, task: Task) -> Agent | Chain:
        """Who does a task.

        Raises:
            CommandError: somebody cannot be had.
        """
        if self._agent is not None:
            return self._agent
        try:
            return self._chosen(task)
        except AgentSpecError as error:
            raise _nobody(error) from error

    def written_models(self, plan: Plan) -> list[str]:
        """The models that the plan's tasks may ask, under the names by which they are written."""
        if self._agent is not None:
            return []
        choices = [self._choice(task) for task in plan.tasks]
        chains = [self._settings.fallback.chain(choice.profile.name) for choice in choices]
        return [
            *(choice.model for choice in choices if choice.model),
            *(entry.model for chain in chains for entry in chain if entry.model not in ("", STATIC)),
        ]

    def models(self, plan: Plan) -> list[Model]:
        """The models that the plan's tasks begin with.

        Raises:
            CommandError: somebody cannot be had.
        """
        workers = [self.worker(task) for task in plan.tasks]
        return [worker.models[0] for worker in workers if isinstance(worker, Chain)]

    async def close(self) -> None:
        """Let go of connections."""
        for model in self._models.values():
            await model.close()

    def _is_model(self, named: str) -> bool:
        return named.partition(":")[0] in {*MODEL_KINDS, *self._settings.all_providers} - set(KINDS)

    def _whole(self, spec: str) -> Agent:
        """An agent that was named, with what the settings say of a provider by that name."""
        name = spec.partition(":")[0].strip()
        server = self._settings.all_providers.get(name) or ProviderSettings(name=name, type="")
        profile = self._settings.profiles[self._profile or self._settings.profile]
        try:
            return self._made(spec, server, profile)
        except AgentSpecError as error:
            raise _nobody(error) from error

    def _made(self, spec: str, server: ProviderSettings, profile: Profile) -> Agent:
        key = spec, profile.name
        if key not in self._agents:
            self._agents[key] = make_agent(
                spec,
                self._root,
                self._clock,
                self._env,
                options=program_options(server, profile, self._settings),
                profile=profile.name,
                launcher=self.launcher,
            )
        return self._agents[key]

    def _choice(self, task: Task) -> Choice:
        choice = choose(self._settings, task, profile=self._profile, provider=self._order.provider)
        if not self._named_model:
            return choice
        name, _, model = self._named_model.partition(":")
        server = self._settings.all_providers.get(name) or ProviderSettings(name=name, type=name)
        return Choice(choice.profile, server, model or choice.model, "" if model else choice.instead_of)

    def _chosen(self, task: Task) -> Agent | Chain:
        choice = self._choice(task)
        if choice.provider.type in KINDS:
            server = choice.provider
            model = f":{choice.model}" if choice.model and server.type != COMMAND else ""
            return self._made(f"{server.name}{model}", server, choice.profile)
        first = self._model(choice.provider, choice.model)
        profile = choice.profile
        fallback = self._settings.fallback
        links = list(self._links(fallback.chain(profile.name), (choice.provider.name, first.model)))
        return Chain(
            name=self.name,
            models=(first, *(model for model, _ in links)),
            on_overflow=tuple(model for model, _ in self._links(fallback.for_long_context(profile.name))),
            on_refusal=tuple(model for model, _ in self._links(fallback.for_refusal(profile.name))),
            tools=TOOL_SPECS,
            timeouts={f"{model.provider}/{model.model}": seconds for model, seconds in links if seconds},
            manner=self._manner(profile, choice, first),
        )

    def _links(
        self, entries: Iterable[FallbackEntry], first: tuple[str, str] = ("", "")
    ) -> Iterator[tuple[Model, float | None]]:
        """The models of a list that can be had, the first choice left out."""
        for entry in entries:
            if entry.model == STATIC:
                yield StaticModel(self._root, entry.template), entry.timeout
                continue
            server = (
                self._settings.all_providers[entry.provider]
                if entry.provider
                else provider_for(self._settings, entry.model)
            )
            try:
                model = self._model(server, entry.model)
            except AgentSpecError:
                continue
            if (server.name, model.model) != first:
                yield model, entry.timeout

    def _model(self, server: ProviderSettings, written: str) -> Model:
        wanted = in_service(written or server.model, self._clock.wall_ms())
        key = server.name, wanted
        if key not in self._models:
            self._models[key] = make_model(f"{server.name}:{wanted}", _options(server), self._env)
        return self._models[key]

    def _manner(self, profile: Profile, choice: Choice, first: Model) -> Manner:
        form = AnswerForm.of(profile, self._root)
        return Manner(
            profile=profile.name,
            reusable=self._settings.cache.enabled and (form.json or form.checked) and first.provider != STATIC,
            instead_of=in_service(choice.instead_of, self._clock.wall_ms()),
            max_tokens=profile.max_tokens or choice.provider.max_tokens or min(32_000, first.traits.max_output),
            effort=profile.effort,
            temperature=profile.temperature,
            schema=form.schema,
            check=form.problem if form.checked else None,
            request_timeout=profile.timeout or self._settings.agent_timeout,
            retries=profile.retries,
        )


def _options(server: ProviderSettings) -> dict[str, Any]:
    said = {
        "type": server.type,
        "api_key": server.api_key,
        "base_url": server.base_url,
        "model": server.model,
    }
    return {**server.options, **{name: value for name, value in said.items() if value}}


def program_options(server: ProviderSettings, profile: Profile, settings: Settings) -> dict[str, Any]:
    """What the settings say to an agent that is a program. What its own `options` say goes first."""
    said: dict[str, Any] = {
        **_options(server),
        "command": server.command,
        "args": server.args,
        "env": server.env,
        "effort": profile.effort,
    }
    if server.type == CLAUDE_CODE:
        rules = settings.permissions
        said["allowed_tools"], said["disallowed_tools"] = rules.allow, rules.deny
        said["permission_mode"] = "" if rules.mode == MODES[0] else rules.mode
    return {**{name: value for name, value in said.items() if value}, **server.options}


def _nobody(error: AgentSpecError) -> CommandError:
    return CommandError(
        str(error),
        "Choose who does the work with --agent or --provider, or in .taskmaster.yml: `agent:`, `providers:`.",
    )
