"""The run on the screen: a router between keys, widgets, the bridge and the engine.

Nothing is computed here. What a widget or a key asks for arrives as a message, and a handler of a few lines passes
it on: to the pane's `Reading`, to the engine's `Steering`, to the bridge. Once in a frame whatever was touched is
drawn. The handlers that decide and those that get about lie in modules of their own.
"""

from collections.abc import Callable, Mapping
from typing import Final

from textual import events, on
from textual.app import ComposeResult
from textual.containers import Horizontal, Vertical
from textual.widget import Widget

from tmtui.tui import intents
from tmtui.tui.frame import FRAMES_A_SECOND, Touched
from tmtui.tui.intents import INTENTS, Intent, Needs, Where, bindings
from tmtui.tui.keymap import key_label, keys_of
from tmtui.tui.meters import circuit_keys
from tmtui.tui.ports import CockpitExit, Rig, StartFailedError
from tmtui.tui.screens.moving import GettingAbout
from tmtui.tui.screens.parts import HasTerminal
from tmtui.tui.steering import Leave
from tmtui.tui.widgets.decision import DecisionBar
from tmtui.tui.widgets.footer import Footer, Hint
from tmtui.tui.widgets.pane import Pane
from tmtui.tui.widgets.question import QuestionBar
from tmtui.tui.widgets.scrubber import Scrubber
from tmtui.tui.widgets.tree import TaskTree
from tmtui.tui.work import start


PLACES: Final[Mapping[type[Widget], Where]] = {
    TaskTree: Where.TREE,
    Pane: Where.PANE,
    DecisionBar: Where.DECISION,
    QuestionBar: Where.QUESTION,
}
"""Whose keys work where the focus is."""

ALWAYS_HINTED: Final = (intents.OpenPalette, intents.ShowHelp, intents.Quit)
"""These stand at the right end of the footer whatever happens."""


Means = Callable[[type[Intent]], bool]
"""Tells whether a command means something now."""


class Beside(Horizontal):
    """Widgets side by side, with nothing of its own to be drawn beneath them at every frame."""

    BLANK = True


class Stacked(Vertical):
    """Widgets one above the other, likewise."""

    BLANK = True


class RunScreen(GettingAbout, inherit_bindings=False):
    """One run, live or played."""

    BLANK = True

    BINDINGS = bindings(Where.ANYWHERE, Where.REPLAY)
    AUTO_FOCUS = "TaskTree"
    HORIZONTAL_BREAKPOINTS = [(0, "-list"), (50, "-stacked"), (80, "-wide")]  # noqa: RUF012  # Textual's own form
    VERTICAL_BREAKPOINTS = [(0, "-short"), (20, "-tall")]  # noqa: RUF012  # Textual's own form

    def __init__(self, rig: Rig, leave: Leave) -> None:
        super().__init__(rig, leave)
        self._at_once: Mapping[type[Intent], Callable[[], None]] = {
            intents.NextThatNeedsMe: self._next_that_needs_me,
            intents.NextPane: self._next_pane,
            intents.PreviousPane: self._previous_pane,
            intents.Back: self._back,
            intents.StopRun: self._ask_stop,
            intents.Quit: self._ask_quit,
            intents.OpenTask: self._open_task,
            intents.Search: self._search,
            intents.FilterTasks: self._filter,
            intents.StopTask: self._ask_stop_task,
            intents.AbortRun: self._ask_abort,
            intents.NoteAndRetry: self._note,
            intents.RejectWithNote: self._note_why_not,
            intents.LeaveIt: self._unask,
        }
        self._meaning: Mapping[type[Intent], Means] = {
            intents.GoOnNow: lambda _: self.steering.can_wake,
            intents.TakeFallback: lambda _: self.steering.somebody_waits,
            intents.NextThatNeedsMe: lambda _: bool(self.bridge.state.open_decisions),
            intents.StopTask: lambda _: bool(self.steering.stoppable(self.tasks.targets())),
        }
        self._meaning_at: Mapping[Where, Means] = {
            Where.QUESTION: self.question.asks,
            Where.DECISION: self.decision.takes,
            Where.RUNS: lambda _: False,
            Where.CIRCUITS: lambda intent: intent.PALETTE and bool(circuit_keys(self.bridge.state)),
        }

    # Laying out and starting.

    def compose(self) -> ComposeResult:
        """The widgets, from the top."""
        self.decision.keymap = self.question.keymap = self.notices.keymap = self.keymap
        yield self.header
        yield self.notices
        with Beside(id="body"):
            yield self.tasks
            with Stacked(id="right"):
                yield self.pane
                yield self.gauges
        yield self.decision
        yield self.question
        if self.scrubber is not None:
            yield self.scrubber
        yield self.footer

    def on_mount(self) -> None:
        """Begin to take events, and start the frame clock."""
        self.attention.begin()
        habits = self._rig.habits
        self.pane.dress(wrap=habits.wrap, times=habits.times, as_written=habits.as_written)
        self.call_after_refresh(self._add_entry)
        start(self, self._begin, "feed")
        self.set_interval(1 / FRAMES_A_SECOND, self._draw)

    def on_unmount(self) -> None:
        """The terminal gets its own title back."""
        self.attention.end()

    def _call_attention(self) -> None:
        """Somebody may look elsewhere; a replay calls nobody."""
        if self._replay is None and isinstance(self.app, HasTerminal):
            alive = self.bridge.engine_alive
            self.attention.update(
                self.bridge.state, self._rig.now(), engine_alive=alive, looked_at=self.app.looked_at
            )

    @on(intents.ToggleNoise)
    def _toggle_noise(self) -> None:
        self.attention.loud = not self.attention.loud
        self._tell("rings and notifies" if self.attention.loud else "silent: only the title tells")
        self._keep_habits()

    def on_resize(self, event: events.Resize) -> None:
        """The border stays where it was put, as far as there is room."""
        self.sharing.fit(event.size.width)

    def _add_entry(self) -> None:
        """The line to type into comes behind the first frame, which it is not needed for."""
        if self.is_attached:
            self.mount(self.entry, before=self.footer)

    async def _begin(self) -> None:
        if self._rig.starting is not None:
            self.tasks.waiting_for = "starting the engine…"
            try:
                await self._rig.starting
            except StartFailedError as error:
                self._leave(CockpitExit("failed", error.message, error.exit_code))
                return
            self.tasks.waiting_for = "reading the log…"
        await self.bridge.run()

    # Drawing.

    def _draw(self) -> None:
        """One frame."""
        before, self._seconds = self._seconds, self._rig.ticks()
        if self._replay is not None:
            self._replay.play(self._seconds - before)
        touched = self._frame.take(self._rig.now())
        if touched is Touched.NOTHING:
            return
        with self.app.batch_update():
            self._update(touched)

    def _update(self, touched: Touched) -> None:
        if touched & Touched.CLOCK:
            self._look_for_the_engine()
        if touched & (Touched.STATE | Touched.PLAN):
            self._show_state(plan_changed=Touched.PLAN in touched)
        elif touched & Touched.CLOCK:
            self._show_time()
        self.reading.update(touched)

    def _show_state(self, *, plan_changed: bool) -> None:
        self.tasks.update(plan_changed=plan_changed)
        self.notices.update()
        self._show_decision()
        self.steering.update()
        self._call_attention()
        self._hint()
        self._show_clocks()

    def _show_time(self) -> None:
        """Time has passed, and nothing else: of the tasks only those that run say so."""
        self.tasks.refresh_times()
        self._show_clocks()

    def _show_clocks(self) -> None:
        """What runs by itself: the header's clock, what is waited for, and the playhead."""
        self.header.refresh()
        self.gauges.refresh()
        if self.bridge.state.until_ms is not None or self.bridge.state.holds:
            self.notices.refresh()
        if self.scrubber is not None:
            self.scrubber.refresh()

    def _look_for_the_engine(self) -> None:
        """The engine is gone when its lock was free twice: between a run's two sittings it is free for a moment."""
        alive = self._rig.engine_alive
        if alive is None or self.bridge.state.plan is None:
            return
        self._engine_missed = 0 if alive() else self._engine_missed + 1
        is_there = self._engine_missed < 2  # noqa: PLR2004  # twice
        if is_there != self.bridge.engine_alive:
            self.bridge.engine_alive = is_there
            self._frame.mark(Touched.STATE)

    def on_descendant_focus(self) -> None:
        """Other keys mean something now."""
        self._hint()

    def on_descendant_blur(self) -> None:
        """Other keys mean something now."""
        self._hint()

    def _hint(self) -> None:
        if self.entry.purpose:
            self.footer.show([Hint(intents.Back, key_label(keys_of(intents.Back, self.keymap)[0]), "cancel")], [])
            return
        place = PLACES.get(type(self.focused)) if self.focused is not None else None
        here = [each for each in INTENTS.values() if each.WHERE is place and place is not None]
        wide = [each for each in INTENTS.values() if each.WHERE in (Where.REPLAY, Where.ANYWHERE)]
        hints = [self._hint_for(each) for each in (*here, *wide) if self._is_hinted(each)]
        if self.back_to_runs is not None and place is Where.TREE:
            hints.append(Hint(intents.Back, key_label(keys_of(intents.Back, self.keymap)[0]), "runs"))
        self.footer.show(hints, [self._hint_for(each) for each in ALWAYS_HINTED])

    def _is_hinted(self, intent: type[Intent]) -> bool:
        said_above = intent.WHERE in (Where.DECISION, Where.QUESTION)
        return bool(intent.WORD) and intent not in ALWAYS_HINTED and not said_above and self.offers(intent)

    def _hint_for(self, intent: type[Intent]) -> Hint:
        keys = keys_of(intent, self.keymap)
        word = intent.WORD
        if intent is intents.PauseOrGoOn and self.bridge.state.paused:
            word = "go on"
        elif intent is intents.PlayOrHold and self._replay is not None and self._replay.player.playing:
            word = "hold"
        return Hint(intent, key_label(keys[0]) if keys else "", word)

    # Commands: which mean something, and who does them.

    def offers(self, intent: type[Intent]) -> bool:
        """Whether a command means something now."""
        if self.entry.purpose and intent.AT_ONCE:
            return intent is intents.Back
        if not self._has(intent.NEEDS):
            return False
        means = self._meaning.get(intent) or self._meaning_at.get(intent.WHERE)
        return means is None or means(intent)

    def _has(self, needs: Needs) -> bool:
        match needs:
            case Needs.REPLAY:
                return self._replay is not None
            case Needs.ENGINE:
                return self.steering.can_command
            case Needs.LIVE:
                return self._replay is None
            case Needs.NOTHING:
                return True

    def refuses(self, intent: type[Intent]) -> bool:
        """Whether a command would mean something if this screen were not read-only."""
        if not self._rig.read_only or intent.NEEDS is not Needs.ENGINE or not self.steering.has_engine:
            return False
        if intent.WHERE is Where.DECISION:
            return self.decision.takes(intent)
        return intent.WHERE is not Where.QUESTION

    def perform(self, intent: type[Intent]) -> None:
        """Do a command, or have its owner do it."""
        owners: Mapping[Where, Widget | None] = {
            Where.TREE: self.tasks,
            Where.PANE: self.pane,
            Where.DECISION: self.decision,
            Where.QUESTION: self.question,
            Where.REPLAY: self.scrubber,
        }
        owner = owners.get(intent.WHERE) or self
        if self.refuses(intent):
            self._tell("read-only: nothing is steered from here")
        if not self.offers(intent):
            return
        if intent.AT_ONCE:
            self._at_once[intent]()
        else:
            owner.post_message(intent())

    def action_intent(self, intent_id: str) -> None:
        """A key of no pane in particular was pressed."""
        self.perform(INTENTS[intent_id])

    @on(Footer.Clicked)
    def _clicked(self, event: Footer.Clicked) -> None:
        self.perform(event.intent)

    # Everything around it.

    @on(Scrubber.Moved)
    def _playhead_moved(self) -> None:
        if self._replay is not None:
            self._replay.show()
            self._frame.mark(Touched.EVERYTHING & ~Touched.PLAN)

    @on(Scrubber.NothingThere)
    def _no_mark(self, event: Scrubber.NothingThere) -> None:
        self._tell(f"no {event.what} behind this moment")

    @on(intents.OpenPalette)
    def _open_palette(self) -> None:
        from tmtui.tui.palette import Commands, Finder  # noqa: PLC0415  # not needed for the first frame

        self.app.push_screen(Finder([Commands], placeholder="What would you like to do?"))

    @on(intents.ShowLedger)
    def _look_at_ledger(self) -> None:
        self._show_ledger()

    def _show_ledger(self, *, asks: bool = False) -> None:
        from tmtui.tui.pages.ledger import ledger_page  # noqa: PLC0415  # not needed for the first frame
        from tmtui.tui.screens.ledger import LedgerScreen  # noqa: PLC0415  # likewise

        self.app.push_screen(LedgerScreen(self.bridge, ledger_page, self.steering, self.keymap, asks=asks))

    @on(intents.CloseCircuit)
    @on(intents.HoldCircuitOpen)
    def _ask_circuit(self) -> None:
        """From the palette: which circuit is asked where they stand."""
        self._show_ledger(asks=True)

    @on(intents.SwitchUnit)
    def _switch_unit(self) -> None:
        self.bridge.unit = self.bridge.unit.following
        self._tell(f"counts in {self.bridge.unit}")
        self._frame.mark(Touched.STATE)
        self._keep_habits()

    @on(intents.ChooseTheme)
    def _choose_theme(self) -> None:
        from tmtui.tui.palette import Finder, ThemeChoices  # noqa: PLC0415  # not needed for the first frame

        self.app.push_screen(Finder([ThemeChoices], placeholder="Which colours?"))

    @on(intents.ShowHelp)
    def _show_help(self) -> None:
        from tmtui.tui.screens.help import HelpScreen  # noqa: PLC0415  # not needed for the first frame

        place = PLACES.get(type(self.focused)) if self.focused is not None else None
        here = [place] if place is not None else []
        played = [Where.REPLAY] if self._replay is not None else []
        others = [each for each in Where if each not in (*here, *played) and each is not Where.REPLAY]
        self.app.push_screen(HelpScreen([*here, *played, *others], self.keymap, live=self._rig.live))
