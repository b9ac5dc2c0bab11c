"""`run` and `resume`: from a plan to a run that has ended, or that somebody watches.

On a terminal the engine gets a process of its own and the cockpit opens as its first client: while the screen's parts
are loaded, the engine starts beside them. Without a screen the engine works in this process, and a face prints.
"""

import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import click

from tmtui.cli.completion import run_names
from tmtui.cli.errors import CommandError
from tmtui.cli.exit_codes import ExitCode
from tmtui.cli.order import Order
from tmtui.cli.output import say
from tmtui.cli.project import Project, here, no_terminal
from tmtui.system.lock import Held, holder_of
from tmtui.system.state_dir import PROJECT_MARKS, find_root, state_dir


PLAN_NAMES = ("tasks.yml", "tasks.yaml", "tasks.json")


def project_of(plan: Path) -> Project:
    """The project that a plan belongs to.

    That is the one around the plan's file, or the current folder when the plan lies below it and nothing marks one.
    """
    folder = plan.absolute().parent
    root = find_root(folder)
    marked = any((root / mark).exists() for mark in (*PROJECT_MARKS, ".git"))
    if not marked and folder.is_relative_to(Path.cwd()):
        root = Path.cwd()
    return Project(root, state_dir(root))


def _shared(command: Any) -> Any:
    """The options that `run` and `resume` share."""
    options = (
        click.option("--agent", metavar="AGENT", default="", help="Who works, such as scripted:FILE."),
        click.option("--profile", metavar="NAME", default="", help="The set of model options for every task."),
        click.option("--provider", metavar="NAME", default="", help="The provider for every task, such as claude."),
        click.option("--budget", metavar="USD", help="What the run may cost, such as 2.50."),
        click.option("--auto-apply", is_flag=True, help="Apply changes that an agent only suggests."),
        click.option(
            "--ignore-config-limits",
            is_flag=True,
            help="Set your own rate limits aside; asks for a word to be typed.",
        ),
        click.option("--yes-ignore-limits", is_flag=True, help="The typed word, where there is no terminal."),
        click.option("--no-cache", is_flag=True, help="Use no answer again that was given before."),
        click.option("--max-parallel", type=click.IntRange(1), help="Tasks at the same time."),
        click.option("--only", metavar="TASK", multiple=True, help="Keep to this task; may be given again."),
        click.option(
            "--on-decision",
            type=click.Choice(["ask", "retry", "skip", "abort"]),
            help="What to do about a task that is stuck. Without a terminal, the settings' `unattended` answers.",
        ),
        click.option(
            "--stop-on-first-failure", is_flag=True, default=None, help="End the run at the first failed task."
        ),
        click.option("--plain", is_flag=True, help="Print one line to an event instead of opening the screen."),
        click.option("--quiet", is_flag=True, help="Print results of tasks, questions and the report."),
        click.option("--json", "as_json", is_flag=True, help="Print one event to a line, as JSON."),
        click.option("--verbose", is_flag=True, help="Print more, and keep each prompt in the log folder."),
    )
    for option in reversed(options):
        command = option(command)
    return command


@click.command()
@click.argument("plan", required=False, type=click.Path(path_type=Path))
@click.option("--dry-run", is_flag=True, help="Show what would be done, and do nothing.")
@click.option("--resume/--fresh", "resume_it", default=None, help="Take an unfinished run up again, or begin anew.")
@_shared
def run(plan: Path | None, *, dry_run: bool, resume_it: bool | None, **options: Any) -> ExitCode:
    """Carry PLAN out: its tasks, each with its hooks, until all are done or somebody is needed.

    PLAN is tasks.yml by default. An unfinished run of the same plan is taken up again, after asking on a terminal.
    """
    found = _find_plan(plan)
    project = project_of(found)
    if dry_run:
        return _rehearse(_order(project, found, "", options))
    _refuse_when_held(project)
    unfinished = _unfinished(project, found)
    resumed = unfinished if unfinished and _wants_resume(project, unfinished, resume_it) else ""
    return start_run(_order(project, found, resumed, options), options)


def _rehearse(order: Order) -> ExitCode:
    from tmtui.cli.dry_run import dry_run_lines  # noqa: PLC0415  # reads plans and settings, which is heavy
    from tmtui.cli.forecast import make_forecast  # noqa: PLC0415  # likewise
    from tmtui.cli.serving import read_order  # noqa: PLC0415  # likewise
    from tmtui.system.clock import SystemClock  # noqa: PLC0415  # likewise

    prepared = read_order(order)
    say(*dry_run_lines(prepared, order.agent, make_forecast(prepared, order, SystemClock().wall_ms())))
    return ExitCode.OK


@click.command()
@click.argument("run_id", metavar="[RUN]", required=False, shell_complete=run_names)
@_shared
def resume(run_id: str | None, **options: Any) -> ExitCode:
    """Take up a run that was interrupted or laid down, or one that left tasks behind: the latest by default."""
    from tmtui.cli.project import load_state, open_log, pick_run  # noqa: PLC0415  # after the quick checks
    from tmtui.domain.status import RunStatus  # noqa: PLC0415  # likewise

    project = here()
    _refuse_when_held(project)
    with open_log(project) as reader:
        state = load_state(reader, pick_run(reader, run_id).run)
    if state.status is RunStatus.SUCCEEDED:
        say(f"Run {state.run} is done: all {len(state.tasks)} tasks succeeded. Nothing is left to resume.")
        return ExitCode.OK
    plan = state.plan.path if state.plan else PLAN_NAMES[0]
    return start_run(_order(project, project.root / plan, state.run, options), options)


def start_run(order: Order, options: dict[str, Any], before: Callable[[], None] = lambda: None) -> ExitCode:
    """Start an engine for `order`, and show it the way that fits: the screen, or a face.

    Args:
        order: What the engine is to do.
        options: The options that `run` has.
        before: What has to be done before the engine can start.
    """
    manner = _manner(options)
    if order.ignore_config_limits:
        from tmtui.cli.override import confirm_override  # noqa: PLC0415  # hardly anybody wants it

        confirm_override(given=options["yes_ignore_limits"])
    if manner is None:
        from tmtui.cli.screen import run_on_screen  # noqa: PLC0415  # no screen, no cost

        return run_on_screen(order, before)
    from tmtui.cli.faces import Manner, make_face  # noqa: PLC0415  # no face for a screen
    from tmtui.cli.headless import run_headless  # noqa: PLC0415  # the engine is heavy

    before()
    asks = order.attended and manner == "plain"
    return run_headless(order, make_face(Manner(manner), verbose=options["verbose"]), asks=asks)


def _manner(options: dict[str, Any]) -> str | None:
    chosen = [name for name, key in (("json", "as_json"), ("quiet", "quiet"), ("plain", "plain")) if options[key]]
    if len(chosen) > 1:
        raise CommandError(f"--{chosen[0]} and --{chosen[1]} exclude each other", "Give one of them.")
    return chosen[0] if chosen else ("plain" if no_terminal() else None)


def _order(project: Project, plan: Path, resumed: str, options: dict[str, Any]) -> Order:
    overrides = {
        name: options[name]
        for name in ("max_parallel", "on_decision", "stop_on_first_failure")
        if options[name] is not None
    }
    if options["budget"] is not None:
        overrides["budget_usd"] = options["budget"]
    if options["no_cache"]:
        overrides["cache"] = {"enabled": False}
    path = plan.absolute()
    shown = path.relative_to(project.root) if path.is_relative_to(project.root) else path
    manner = _manner(options)
    return Order(
        root=str(project.root),
        state_dir=str(project.state_dir),
        plan=str(shown),
        resume=resumed,
        agent=options["agent"],
        overrides=overrides,
        only=tuple(options["only"]),
        profile=options["profile"],
        provider=options["provider"],
        auto_apply=options["auto_apply"],
        ignore_config_limits=options["ignore_config_limits"],
        verbose=options["verbose"],
        attended=manner is None or (manner == "plain" and not no_terminal()),
        argv0=Path(sys.argv[0]).name,
    )


def _find_plan(plan: Path | None) -> Path:
    if plan is not None:
        if not plan.exists():
            raise CommandError(f"there is no plan {str(plan)!r}", "Write one: tmtui init. See one: tmtui demo")
        return plan
    for name in PLAN_NAMES:
        if Path(name).exists():
            return Path(name)
    raise CommandError("there is no tasks.yml here", "Name a plan: tmtui run PLAN. Write one: tmtui init")


def _refuse_when_held(project: Project) -> None:
    holder = holder_of(project.state_dir)
    if holder is not None:
        raise Held(holder)


def _unfinished(project: Project, plan: Path) -> str:
    """The latest run here when it is of this plan and has not ended; nothing otherwise."""
    if not (project.state_dir / "state.db").exists():
        return ""
    from tmtui.cli.project import open_log  # noqa: PLC0415  # only where a log is
    from tmtui.domain.status import RUN_ENDED  # noqa: PLC0415  # likewise

    with open_log(project) as reader:
        latest = reader.latest_run()
    same = latest is not None and (project.root / latest.plan_path) == plan.absolute()
    return latest.run if latest is not None and same and latest.status not in RUN_ENDED else ""


def _wants_resume(project: Project, run_id: str, given: bool | None) -> bool:
    if given is not None:
        return given
    if no_terminal():
        return True
    from tmtui.cli.project import load_state, open_log  # noqa: PLC0415  # only to ask
    from tmtui.cli.times import ago  # noqa: PLC0415  # likewise
    from tmtui.system.clock import SystemClock  # noqa: PLC0415  # likewise

    with open_log(project) as reader:
        state = load_state(reader, run_id)
    done = sum(1 for subject in state.tasks.values() if subject.status == "succeeded")
    place = next((n for n, subject in enumerate(state.tasks.values(), 1) if not subject.ended), 1)
    say("Found existing run state:")
    say(f"  Task file: {state.plan.path if state.plan else '?'}")
    say(f"  Completed: {done}/{len(state.tasks)} tasks")
    say(f"  Last updated: {ago(state.updated_ms, SystemClock().wall_ms())}")
    say("")
    return click.confirm(f"Resume from task {place}?", default=True)
