"""Everything a person can ask of the cockpit. A command is one class.

The class is the message that travels from whoever was asked (a widget, the footer, the palette) up to whoever does
it. Its docstring is its help, its tooltip and its line in the palette; its name in words is its title; `KEYS`, `WORD`
and the rest give the binding, the footer's hint and the page of keys. Nothing else in the program names a key.

`WHERE` says whose key it is: a key of `ANYWHERE` works in every pane, the others only while their pane has the focus.
So `r`, `s` and `a` decide a task's fate in the decision bar alone, and a stray `s` while reading does nothing.
"""

import re
from enum import StrEnum
from typing import ClassVar, Final

from textual.binding import Binding, BindingType
from textual.message import Message


class Where(StrEnum):
    """Whose key it is. The value heads its section on the page of keys."""

    ANYWHERE = "Anywhere"
    TREE = "Tasks"
    PANE = "Output and the other tabs"
    DECISION = "A task needs you"
    QUESTION = "A question of the cockpit"
    REPLAY = "Replay"
    CIRCUITS = "Money, limits and circuits"
    RUNS = "The runs of this project"


class Needs(StrEnum):
    """What must be there for a command to mean anything."""

    NOTHING = "nothing"
    ENGINE = "engine"
    """Somebody to send it to: there is none in a replay."""
    LIVE = "live"
    """A run that goes on."""
    REPLAY = "replay"
    """A recorded run."""


INTENTS: Final[dict[str, type["Intent"]]] = {}
"""Every command by its id, in the order of the page of keys."""


class Intent(Message):
    """A command. Subclasses with an `ID` are registered."""

    ID: ClassVar[str] = ""
    """By which a keymap names it."""
    KEYS: ClassVar[str] = ""
    """Default keys, separated by commas; the first is the one that is shown."""
    WORD: ClassVar[str] = ""
    """Its word in the footer; empty where it is not shown there."""
    WHERE: ClassVar[Where] = Where.ANYWHERE
    NEEDS: ClassVar[Needs] = Needs.NOTHING
    ASKED: ClassVar[str] = ""
    """For an answer: the question to which it belongs."""
    AT_ONCE: ClassVar[bool] = False
    """Whether it moves the keys elsewhere. Then it is done before the next key is looked at, so that keys that were
    typed ahead go where they would have gone if they had been typed slowly."""
    PALETTE: ClassVar[bool] = True
    """Whether the palette offers it: a movement is only a key."""

    def __init_subclass__(cls) -> None:
        super().__init_subclass__()
        if cls.ID:
            INTENTS[cls.ID] = cls

    @classmethod
    def title(cls) -> str:
        """Its name in words: `Next that needs me`."""
        words = re.sub(r"(?<=[a-z])(?=[A-Z])", " ", cls.__name__)
        return words[0] + words[1:].lower()

    @classmethod
    def help(cls) -> str:
        """What it does, as a person reads it."""
        return " ".join((cls.__doc__ or "").replace("`", "").split())

    @classmethod
    def binding(cls) -> Binding:
        """Its keys, for Textual."""
        return Binding(
            cls.KEYS,
            f"intent('{cls.ID}')",
            cls.WORD or cls.title(),
            show=False,
            tooltip=cls.help(),
            id=cls.ID,
            priority=cls.AT_ONCE,
        )


def bindings(*places: Where) -> list[BindingType]:
    """The bindings of those places."""
    return [intent.binding() for intent in INTENTS.values() if intent.WHERE in places and intent.KEYS]


# Getting about.


class NextThatNeedsMe(Intent):
    """Go to the next task that waits for you, with its question at hand."""

    AT_ONCE = True
    ID, KEYS, WORD = "needs-me", "exclamation_mark", "needs me"


class NextPane(Intent):
    """Go to the next pane."""

    AT_ONCE = True
    ID, KEYS, WORD, PALETTE = "pane.next", "tab", "pane", False


class PreviousPane(Intent):
    """Go to the previous pane."""

    AT_ONCE = True
    ID, KEYS, PALETTE = "pane.previous", "shift+tab", False


class NextTab(Intent):
    """Show the next tab."""

    ID, KEYS, PALETTE = "tab.next", "right_square_bracket", False


class PreviousTab(Intent):
    """Show the previous tab."""

    ID, KEYS, PALETTE = "tab.previous", "left_square_bracket", False


class ShowOutput(Intent):
    """Show what the agent says and does."""

    ID, KEYS = "tab.output", "1"


class ShowDiff(Intent):
    """Show what the attempt changed, against its checkpoint."""

    ID, KEYS = "tab.diff", "2"


class ShowHooks(Intent):
    """Show each hook with its exit code, its time and its output."""

    ID, KEYS = "tab.hooks", "3"


class ShowPrompt(Intent):
    """Show what the agent was asked, word for word."""

    ID, KEYS = "tab.prompt", "4"


class ShowAttempts(Intent):
    """Show the task's attempts side by side."""

    ID, KEYS = "tab.attempts", "5"


class ShowInfo(Intent):
    """Show why the task's status is believed, its times, its receipt and what depends on it."""

    ID, KEYS = "tab.info", "6"


class EarlierAttempt(Intent):
    """Look at the attempt before this one."""

    ID, KEYS = "attempt.previous", "left_curly_bracket"


class LaterAttempt(Intent):
    """Look at the attempt after this one; behind the last one, at whichever is the latest."""

    ID, KEYS = "attempt.next", "right_curly_bracket"


class Enlarge(Intent):
    """Give the pane with the focus all the room."""

    ID, KEYS = "pane.enlarge", "plus"


class ShareRoom(Intent):
    """Share the room among tree and text again."""

    ID, KEYS = "pane.share", "underscore"


class WidenTree(Intent):
    """Move the border to the right; the mouse can drag it as well."""

    ID, KEYS = "tree.wider", "shift+right"


class NarrowTree(Intent):
    """Move the border to the left."""

    ID, KEYS = "tree.narrower", "shift+left"


class OtherPaneDown(Intent):
    """Scroll the text on the right down without leaving the tree."""

    ID, KEYS, PALETTE = "other.down", "J", False


class OtherPaneUp(Intent):
    """Scroll the text on the right up without leaving the tree."""

    ID, KEYS, PALETTE = "other.up", "K", False


class Back(Intent):
    """Go back one level: out of a question, a search or a pane. It never quits."""

    AT_ONCE = True
    ID, KEYS, PALETTE = "back", "escape", False


# The run.


class PauseOrGoOn(Intent):
    """Hold the run, so that nothing new starts, or let it go on."""

    ID, KEYS, WORD, NEEDS = "run.pause", "p", "pause", Needs.ENGINE


class GoOnNow(Intent):
    """Wait no longer: ask the provider again at once."""

    ID, KEYS, WORD, NEEDS = "run.wake", "W", "go on now", Needs.ENGINE


class TakeFallback(Intent):
    """Let the next model of the chain serve the requests that wait, rather than wait any longer."""

    ID, KEYS, WORD, NEEDS = "run.fallback", "U", "use fallback", Needs.ENGINE


class StopRun(Intent):
    """Lay the run down so that it can be resumed. Asks first."""

    AT_ONCE = True
    ID, KEYS, WORD, NEEDS = "run.stop", "x", "stop", Needs.ENGINE


class Quit(Intent):
    """Leave the cockpit. Asks what is to become of a run that goes on."""

    AT_ONCE = True
    ID, KEYS, WORD = "quit", "q,ctrl+q", "quit"


class CopyOrAsk(Intent):
    """Copy what is selected. It ends nothing: `q` quits."""

    ID, KEYS, PALETTE = "copy.selection", "ctrl+c,super+c", False


class ChooseTheme(Intent):
    """Choose the colours."""

    ID, KEYS = "theme", "T"


class ToggleNoise(Intent):
    """Ring and notify when a task needs you or the run ends, or be silent."""

    ID, KEYS, NEEDS = "noise", "B", Needs.LIVE


class ShowLedger(Intent):
    """Show all that was spent, every limit that was told, and how each model answers."""

    ID, KEYS = "ledger", "m"


class SwitchUnit(Intent):
    """Count what is used in dollars, in tokens, or as a part of the window that is nearest its end."""

    ID, KEYS = "unit", "percent_sign"


class OpenPalette(Intent):
    """Find any command by its name."""

    ID, KEYS, WORD, PALETTE = "palette", "ctrl+p", "commands", False


class ShowHelp(Intent):
    """Show the keys that work here."""

    ID, KEYS, WORD = "help", "question_mark,f1", "help"


# The tree.


class CursorDown(Intent):
    """Go down a row."""

    ID, KEYS, WHERE, PALETTE = "tree.down", "j,down", Where.TREE, False


class CursorUp(Intent):
    """Go up a row."""

    ID, KEYS, WHERE, PALETTE = "tree.up", "k,up", Where.TREE, False


class CursorTop(Intent):
    """Go to the first row."""

    ID, KEYS, WHERE, PALETTE = "tree.top", "g,home", Where.TREE, False


class CursorBottom(Intent):
    """Go to the last row."""

    ID, KEYS, WHERE, PALETTE = "tree.bottom", "G,end", Where.TREE, False


class CursorPageDown(Intent):
    """Go down half a screen."""

    ID, KEYS, WHERE, PALETTE = "tree.page-down", "ctrl+d,pagedown", Where.TREE, False


class CursorPageUp(Intent):
    """Go up half a screen."""

    ID, KEYS, WHERE, PALETTE = "tree.page-up", "ctrl+u,pageup", Where.TREE, False


class OpenTask(Intent):
    """Go to the text on the right; on a phase, fold or unfold it."""

    AT_ONCE = True
    ID, KEYS, WORD, WHERE, PALETTE = "tree.open", "enter", "open", Where.TREE, False


class FollowRunning(Intent):
    """Let the selection follow the running task again."""

    ID, KEYS, WHERE = "tree.follow", "F", Where.TREE


class FilterTasks(Intent):
    """Show only the tasks that have these words in id, title, phase or status; `!word` leaves out those that do."""

    AT_ONCE = True
    ID, KEYS, WORD, WHERE = "tree.filter", "slash", "filter", Where.TREE


class NextPart(Intent):
    """Show all tasks, only the open ones, only those in trouble, or only the done ones."""

    ID, KEYS, WHERE = "tree.part", "o", Where.TREE


class ShowDependencies(Intent):
    """Show only what the task waits for (↑) and what falls with it (↓), or everything again."""

    ID, KEYS, WHERE = "tree.dependencies", "d", Where.TREE


class ShowCriticalPath(Intent):
    """Show only the longest chain of open tasks, which no number of workers can shorten; or everything again."""

    ID, KEYS, WHERE = "tree.critical", "c", Where.TREE


class MarkTask(Intent):
    """Mark the task, or take the mark away; on a phase, all of its tasks. Some commands take all marked tasks."""

    ID, KEYS, WORD, WHERE, NEEDS = "tree.mark", "space", "mark", Where.TREE, Needs.LIVE


class StopTask(Intent):
    """Stop the running attempt of the task, or of the marked ones; each then asks what is to become of it."""

    AT_ONCE = True
    ID, KEYS, WHERE, NEEDS = "task.stop", "X", Where.TREE, Needs.ENGINE


# The pane.


class LineDown(Intent):
    """Scroll down a line; among the attempts, go to the next."""

    ID, KEYS, WHERE, PALETTE = "text.down", "j,down", Where.PANE, False


class LineUp(Intent):
    """Scroll up a line; among the attempts, go to the previous."""

    ID, KEYS, WHERE, PALETTE = "text.up", "k,up", Where.PANE, False


class PageDown(Intent):
    """Scroll down half a screen."""

    ID, KEYS, WHERE, PALETTE = "text.page-down", "ctrl+d,pagedown", Where.PANE, False


class PageUp(Intent):
    """Scroll up half a screen."""

    ID, KEYS, WHERE, PALETTE = "text.page-up", "ctrl+u,pageup", Where.PANE, False


class TextTop(Intent):
    """Go to the beginning of the text."""

    ID, KEYS, WHERE, PALETTE = "text.top", "g,home", Where.PANE, False


class TextEnd(Intent):
    """Go to the end of the text, and follow what comes."""

    ID, KEYS, WORD, WHERE, PALETTE = "text.end", "G,end", "follow", Where.PANE, False


class TextLeft(Intent):
    """Scroll left, where lines are not wrapped."""

    ID, KEYS, WHERE, PALETTE = "text.left", "h", Where.PANE, False


class TextRight(Intent):
    """Scroll right, where lines are not wrapped."""

    ID, KEYS, WHERE, PALETTE = "text.right", "l", Where.PANE, False


class ToggleWrap(Intent):
    """Wrap long lines, or cut them."""

    ID, KEYS, WORD, WHERE = "text.wrap", "w", "wrap", Where.PANE


class ToggleTimes(Intent):
    """Show when each line came, or do not."""

    ID, KEYS, WORD, WHERE = "text.times", "t", "times", Where.PANE


class Search(Intent):
    """Search the text. Capitals count only where you type some."""

    AT_ONCE = True
    ID, KEYS, WORD, WHERE = "search", "slash", "search", Where.PANE


class NextMatch(Intent):
    """Go to the next place where the search matches."""

    ID, KEYS, WHERE = "search.next", "n", Where.PANE


class PreviousMatch(Intent):
    """Go to the previous place where the search matches."""

    ID, KEYS, WHERE = "search.previous", "N", Where.PANE


class Copy(Intent):
    """Copy what is selected, else the line that a search found, else the call pointed at, else what is in sight."""

    ID, KEYS, WORD, WHERE = "text.copy", "y", "copy", Where.PANE


class NextCall(Intent):
    """Point at the next tool call or hook."""

    ID, KEYS, WHERE, PALETTE = "call.next", "right_parenthesis", Where.PANE, False


class PreviousCall(Intent):
    """Point at the tool call or hook before."""

    ID, KEYS, WHERE, PALETTE = "call.previous", "left_parenthesis", Where.PANE, False


class FoldCall(Intent):
    """Fold or unfold the call that is pointed at, else the first in sight; among the attempts, open its output."""

    ID, KEYS, WORD, WHERE = "call.fold", "enter", "fold", Where.PANE


class FoldAll(Intent):
    """Fold every call to one line, or unfold every one."""

    ID, KEYS, WHERE = "call.fold-all", "Z", Where.PANE


class Compare(Intent):
    """Hold the attempt, its prompt or its diff against the attempt before; again, and it stands alone."""

    ID, KEYS, WORD, WHERE = "attempt.compare", "c", "compare", Where.PANE


class NextError(Intent):
    """Go to the first line that reads like an error, then to the next."""

    ID, KEYS, WORD, WHERE = "text.error", "E", "error", Where.PANE


class ToggleProse(Intent):
    """Show the agent's words as they were written, or as they are read."""

    ID, KEYS, WHERE = "text.written", "M", Where.PANE


class OpenInEditor(Intent):
    """Open the text in your editor ($VISUAL, $EDITOR), at the line in sight. What you change there stays there."""

    ID, KEYS, WHERE = "text.editor", "e", Where.PANE


# A decision: a task is stuck. `ASKED` tells its answers from those to a permission question, which share some keys.


class Retry(Intent):
    """Give the task one more attempt."""

    ID, KEYS, WORD, ASKED = "decision.retry", "r", "Retry", "task"
    WHERE, NEEDS, PALETTE = Where.DECISION, Needs.ENGINE, False


class Skip(Intent):
    """Go on without the task, and without those that need it."""

    ID, KEYS, WORD, ASKED = "decision.skip", "s", "Skip", "task"
    WHERE, NEEDS, PALETTE = Where.DECISION, Needs.ENGINE, False


class AbortRun(Intent):
    """Give the whole run up. Asks once more."""

    AT_ONCE = True
    ID, KEYS, WORD, ASKED = "decision.abort", "a", "Abort run", "task"
    WHERE, NEEDS, PALETTE = Where.DECISION, Needs.ENGINE, False


class LookAtDiff(Intent):
    """Look at what the last attempt changed."""

    ID, KEYS, WORD, ASKED = "decision.diff", "d", "Diff", "task"
    WHERE, PALETTE = Where.DECISION, False


class EditPrompt(Intent):
    """Edit the task's description in your editor, and give it one more attempt with that."""

    ID, KEYS, WORD, ASKED = "decision.prompt", "e", "Edit prompt", "task"
    WHERE, NEEDS, PALETTE = Where.DECISION, Needs.ENGINE, False


class NoteAndRetry(Intent):
    """Tell the agent something, and give it one more attempt."""

    AT_ONCE = True
    ID, KEYS, WORD, ASKED = "decision.note", "n", "Note and retry", "task"
    WHERE, NEEDS, PALETTE = Where.DECISION, Needs.ENGINE, False


class UndoAndRetry(Intent):
    """Take back what the last attempt changed, and give the task one more attempt."""

    ID, KEYS, WORD, ASKED = "decision.undo", "u", "Undo and retry", "task"
    WHERE, NEEDS, PALETTE = Where.DECISION, Needs.ENGINE, False


class RetryAll(Intent):
    """Give every task that is stuck, or every marked one, one more attempt."""

    ID, KEYS, WORD, ASKED = "decision.retry-all", "R", "Retry all", "task"
    WHERE, NEEDS, PALETTE = Where.DECISION, Needs.ENGINE, False


class SkipAll(Intent):
    """Go on without every task that is stuck, or every marked one."""

    ID, KEYS, WORD, ASKED = "decision.skip-all", "S", "Skip all", "task"
    WHERE, NEEDS, PALETTE = Where.DECISION, Needs.ENGINE, False


# A decision: an agent wants to do something.


class AllowOnce(Intent):
    """Let it be done, this once."""

    ID, KEYS, WORD, ASKED = "permission.once", "a", "Allow once", "permission"
    WHERE, NEEDS, PALETTE = Where.DECISION, Needs.ENGINE, False


class AllowAlways(Intent):
    """Let it be done, and whatever else the rule allows, for the rest of the run."""

    ID, KEYS, WORD, ASKED = "permission.always", "A", "Allow always", "permission"
    WHERE, NEEDS, PALETTE = Where.DECISION, Needs.ENGINE, False


class Reject(Intent):
    """Do not let it be done; the agent is told, and goes on another way."""

    ID, KEYS, WORD, ASKED = "permission.reject", "r", "Reject", "permission"
    WHERE, NEEDS, PALETTE = Where.DECISION, Needs.ENGINE, False


class RejectAlways(Intent):
    """Do not let it be done, nor anything else that the rule names, for the rest of the run."""

    ID, KEYS, WORD, ASKED = "permission.reject-always", "R", "Reject always", "permission"
    WHERE, NEEDS, PALETTE = Where.DECISION, Needs.ENGINE, False


class RejectWithNote(Intent):
    """Do not let it be done, and tell the agent why."""

    AT_ONCE = True
    ID, KEYS, WORD, ASKED = "permission.note", "n", "Reject with a note", "permission"
    WHERE, NEEDS, PALETTE = Where.DECISION, Needs.ENGINE, False


class LookAtWhole(Intent):
    """Look at the whole of what is asked."""

    ID, KEYS, WORD, ASKED = "permission.look", "v", "View it whole", "permission"
    WHERE, PALETTE = Where.DECISION, False


# The answers to a question of the cockpit's own.


class ReallyAbort(Intent):
    """Yes, give the run up."""

    ID, KEYS, WORD, ASKED = "answer.abort", "y", "Abort the run", "abort"
    WHERE, NEEDS, PALETTE = Where.QUESTION, Needs.ENGINE, False


class ReallyStop(Intent):
    """Lay the run down when the steps that run now are done."""

    ID, KEYS, WORD, ASKED = "answer.stop", "y", "Stop after the current step", "stop"
    WHERE, NEEDS, PALETTE = Where.QUESTION, Needs.ENGINE, False


class StopAtOnce(Intent):
    """Lay the run down and end what runs now."""

    ID, KEYS, WORD, ASKED = "answer.stop-now", "f", "End it at once", "stop"
    WHERE, NEEDS, PALETTE = Where.QUESTION, Needs.ENGINE, False


class ReallyStopTask(Intent):
    """Yes, stop it: its question opens then."""

    ID, KEYS, WORD, ASKED = "answer.stop-task", "y", "Stop its attempt", "stop-task"
    WHERE, NEEDS, PALETTE = Where.QUESTION, Needs.ENGINE, False


class Detach(Intent):
    """Leave the cockpit and let the run go on."""

    ID, KEYS, WORD, ASKED = "answer.detach", "d", "Detach: let it run", "quit"
    WHERE, NEEDS = Where.QUESTION, Needs.LIVE


class StopAndQuit(Intent):
    """Lay the run down, then leave the cockpit."""

    ID, KEYS, WORD, ASKED = "answer.stop-quit", "s", "Stop and quit", "quit"
    WHERE, NEEDS, PALETTE = Where.QUESTION, Needs.ENGINE, False


class LeaveIt(Intent):
    """No: leave things as they are."""

    AT_ONCE = True
    ID, KEYS, WORD, WHERE, PALETTE = "answer.no", "n", "No", Where.QUESTION, False


# A replay.


class PlayOrHold(Intent):
    """Play, or hold."""

    ID, KEYS, WORD, WHERE, NEEDS = "replay.play", "space", "play", Where.REPLAY, Needs.REPLAY


class Slower(Intent):
    """Play slower."""

    ID, KEYS, WHERE, NEEDS = "replay.slower", "less_than_sign", Where.REPLAY, Needs.REPLAY


class Faster(Intent):
    """Play faster."""

    ID, KEYS, WORD, WHERE, NEEDS = "replay.faster", "greater_than_sign", "faster", Where.REPLAY, Needs.REPLAY


class StepBack(Intent):
    """Go back one event."""

    ID, KEYS, WHERE, NEEDS, PALETTE = "replay.step-back", "comma", Where.REPLAY, Needs.REPLAY, False


class Step(Intent):
    """Go on one event."""

    ID, KEYS, WORD = "replay.step", "full_stop", "step"
    WHERE, NEEDS, PALETTE = Where.REPLAY, Needs.REPLAY, False


class JumpBack(Intent):
    """Go back five seconds."""

    ID, KEYS, WHERE, NEEDS, PALETTE = "replay.back", "left", Where.REPLAY, Needs.REPLAY, False


class JumpOn(Intent):
    """Go on five seconds."""

    ID, KEYS, WHERE, NEEDS, PALETTE = "replay.on", "right", Where.REPLAY, Needs.REPLAY, False


class ToBeginning(Intent):
    """Go to the beginning of the run."""

    ID, KEYS, WHERE, NEEDS = "replay.beginning", "0", Where.REPLAY, Needs.REPLAY


class ToEnd(Intent):
    """Go to the end of the run."""

    ID, KEYS, WHERE, NEEDS = "replay.end", "dollar_sign", Where.REPLAY, Needs.REPLAY


class NextFailure(Intent):
    """Go to the next attempt that failed."""

    ID, KEYS, WORD, WHERE, NEEDS = "replay.failure", "f", "failure", Where.REPLAY, Needs.REPLAY


class NextDecision(Intent):
    """Go to the next question that was asked."""

    ID, KEYS, WORD, WHERE, NEEDS = "replay.decision", "D", "decision", Where.REPLAY, Needs.REPLAY


class NextStart(Intent):
    """Go to where the next task began."""

    ID, KEYS, WORD, WHERE, NEEDS = "replay.start", "b", "task", Where.REPLAY, Needs.REPLAY


# Behind the gauges: the circuits.


class NextCircuit(Intent):
    """Go to the next circuit."""

    ID, KEYS, WHERE, PALETTE = "circuit.next", "j,down", Where.CIRCUITS, False


class PreviousCircuit(Intent):
    """Go to the circuit before."""

    ID, KEYS, WHERE, PALETTE = "circuit.previous", "k,up", Where.CIRCUITS, False


class AskCircuit(Intent):
    """Ask what is to become of the circuit."""

    ID, KEYS, WORD, WHERE, PALETTE = "circuit.ask", "enter", "change", Where.CIRCUITS, False


class CloseCircuit(Intent):
    """Reset a circuit: close it, and forget why it was open."""

    ID, KEYS, WORD, WHERE, NEEDS = "circuit.reset", "r", "Reset it", Where.CIRCUITS, Needs.ENGINE


class HoldCircuitOpen(Intent):
    """Hold a circuit open: its model is not asked until somebody resets it."""

    ID, KEYS, WORD, WHERE, NEEDS = "circuit.open", "o", "Hold it open", Where.CIRCUITS, Needs.ENGINE


# The runs of a project.


class NextRun(Intent):
    """Go down a row."""

    ID, KEYS, WHERE, PALETTE = "runs.down", "j,down", Where.RUNS, False


class PreviousRun(Intent):
    """Go up a row."""

    ID, KEYS, WHERE, PALETTE = "runs.up", "k,up", Where.RUNS, False


class NewestRun(Intent):
    """Go to the first row."""

    ID, KEYS, WHERE, PALETTE = "runs.top", "g,home", Where.RUNS, False


class OldestRun(Intent):
    """Go to the last row."""

    ID, KEYS, WHERE, PALETTE = "runs.bottom", "G,end", Where.RUNS, False


class RunsPageDown(Intent):
    """Go down half a screen."""

    ID, KEYS, WHERE, PALETTE = "runs.page-down", "ctrl+d,pagedown", Where.RUNS, False


class RunsPageUp(Intent):
    """Go up half a screen."""

    ID, KEYS, WHERE, PALETTE = "runs.page-up", "ctrl+u,pageup", Where.RUNS, False


class OpenRun(Intent):
    """Watch the run if it goes on, or play it again if it has ended; esc comes back here."""

    ID, KEYS, WORD, WHERE = "runs.open", "enter", "open", Where.RUNS


class FilterRuns(Intent):
    """Show only the runs that have these words in id, plan, agent or status; `!word` leaves out those that do."""

    AT_ONCE = True
    ID, KEYS, WORD, WHERE = "runs.filter", "slash", "filter", Where.RUNS


class SortRuns(Intent):
    """Sort by the time of the last event, by money, by how long it took, or by status."""

    ID, KEYS, WORD, WHERE = "runs.sort", "o", "sort", Where.RUNS


class MarkRun(Intent):
    """Mark the run, or take the mark away. Two marked runs can be compared."""

    ID, KEYS, WORD, WHERE = "runs.mark", "space", "mark", Where.RUNS


class CompareRuns(Intent):
    """Hold the two marked runs against each other: tasks, outcome, attempts, money and time."""

    ID, KEYS, WORD, WHERE = "runs.compare", "c", "compare", Where.RUNS
