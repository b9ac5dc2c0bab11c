"""A widget that draws its own lines.

Textual's widgets render whole renderables; ours answer for one line at a time, in inks, so that a frame costs what is
in sight and no text is ever read as markup. The palette is the app's; the styles made from it lie cached until the
style sheet or the theme changes.
"""

from typing import Protocol, Self, cast, runtime_checkable

from rich.segment import Segment
from rich.style import Style
from textual.geometry import Region, Size
from textual.strip import Strip
from textual.widget import Widget

from tmtui.tui.intents import INTENTS, Intent
from tmtui.tui.paint import Ink, Inks, Palette, Span, Spans, fit, spread, strip


class Themed(Protocol):
    """An app with a palette."""

    palette: Palette


@runtime_checkable
class Offers(Protocol):
    """A screen that knows which commands mean something now, and does them."""

    def offers(self, intent: type[Intent]) -> bool:
        """Whether it means something now."""
        ...

    def refuses(self, intent: type[Intent]) -> bool:
        """Whether it would mean something on a screen that is not read-only."""
        ...

    def perform(self, intent: type[Intent]) -> None:
        """Do it, or say why not."""
        ...


class Commanded(Widget):
    """Somebody with keys of its own: a key posts its intent, if that means something now."""

    def action_intent(self, intent_id: str) -> None:
        """A key was pressed: do what has to be done at once, and say what else is asked for."""
        intent = INTENTS[intent_id]
        if isinstance(self.screen, Offers) and (intent.AT_ONCE or self.screen.refuses(intent)):
            self.screen.perform(intent)
        else:
            self.post_message(intent())

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Whether a key means something now."""
        if action == "intent" and isinstance(self.screen, Offers):
            intent = INTENTS[str(parameters[0])]
            return self.screen.offers(intent) or self.screen.refuses(intent)
        return True


class Canvas(Commanded):
    """Lines of ink on the widget's background."""

    ALLOW_SELECT = False

    def __init__(self) -> None:
        self._inks: Inks | None = None
        self._drawn: dict[int, Strip] = {}
        self._drawn_size = Size(0, 0)
        super().__init__()

    @property
    def inks(self) -> Inks:
        """The palette on this widget's background."""
        if self._inks is None:
            base = Style(color=self.rich_style.color, bgcolor=self.rich_style.bgcolor)
            self._inks = Inks(base, cast("Themed", self.app).palette)
        return self._inks

    def notify_style_update(self) -> None:
        """The style sheet or the theme changed."""
        super().notify_style_update()
        self._inks = None
        self._drawn.clear()

    def paint(self, y: int, width: int) -> Spans:
        """What stands on line `y`."""
        raise NotImplementedError

    def draw(self, y: int) -> Strip:
        """Line `y`, exactly as wide as the widget."""
        width = self.size.width
        return strip(self.paint(y, width), width, self.inks)

    def render_line(self, y: int) -> Strip:
        """Line `y`, for Textual, where it looks for what stands under the mouse."""
        return self.draw(y)

    def render_lines(self, crop: Region) -> list[Strip]:
        """The lines of `crop`, for Textual, which asks every widget for all of them whenever one has changed.

        Ours are as wide as the widget and have their ground, so nothing of what a style sheet can lay around and over
        a line has to be worked out; and a line is made once, until `refresh` says that it is another.
        """
        if self._drawn_size != self.size:
            self._drawn.clear()
            self._drawn_size = self.size
        if missing := [y for y in crop.line_range if y not in self._drawn]:
            self._draw_lines(missing)
        lines = [self._drawn[y] for y in crop.line_range]
        start, stop = crop.column_span
        whole = (start, stop) == (0, self.size.width)
        return lines if whole else [each.crop(start, stop) for each in lines]

    def _draw_lines(self, missing: list[int]) -> None:
        filters, ground = self.get_line_filters(), self.background_colors[1]
        for y in missing:
            line = self.draw(y)
            for each in filters:
                line = line.apply_filter(each, ground)
            self._drawn[y] = line

    def refresh(self, *regions: Region, repaint: bool = True, layout: bool = False, recompose: bool = False) -> Self:
        """Have the lines of these regions made anew, or all of them."""
        for region in regions:
            for y in region.line_range:
                self._drawn.pop(y, None)
        if not regions:
            self._drawn.clear()
        return super().refresh(*regions, repaint=repaint, layout=layout, recompose=recompose)


class Panel(Canvas):
    """A canvas with a frame. The title, the badge and the scroll bar stand in the frame's own lines."""

    def frame_ink(self) -> Ink:
        """The frame's colour."""
        return Ink.BORDER_FOCUS if self.has_focus else Ink.BORDER

    def heading(self, width: int) -> tuple[Spans, Spans]:  # noqa: ARG002  # a heading may need to know its room
        """What stands at the left and at the right of the upper line, within `width` cells."""
        return (), ()

    def footing(self, width: int) -> Spans:  # noqa: ARG002  # likewise
        """What stands at the right of the lower line."""
        return ()

    def thumb(self, track: int) -> tuple[int, int] | None:  # noqa: ARG002  # only panels that scroll have one
        """Where the scroll bar's mark begins on a track of so many rows, and its length."""
        return None

    def paint_inside(self, y: int, width: int) -> Strip:
        """Line `y` within the frame, exactly `width` cells."""
        return strip(self.paint(y, width), width, self.inks)

    @property
    def inner_width(self) -> int:
        """Cells within the frame."""
        return max(0, self.size.width - 2)

    @property
    def inner_height(self) -> int:
        """Lines within the frame."""
        return max(0, self.size.height - 2)

    def on_focus(self) -> None:
        """The frame changes its colour."""
        self.refresh()

    def on_blur(self) -> None:
        """The frame changes its colour."""
        self.refresh()

    def draw(self, y: int) -> Strip:
        """Line `y`, exactly as wide as the widget."""
        width, height = self.size
        if y == 0:
            return self._edge("╭", "╮", *self.heading(width - 4))
        if y == height - 1:
            return self._edge("╰", "╯", (), self.footing(width - 4))
        inside = self.paint_inside(y - 1, width - 2)
        return Strip([self._side("│", self.frame_ink()), *inside, self._right_side(y - 1, height - 2)], width)

    def _side(self, sign: str, ink: Ink) -> Segment:
        return Segment(sign, self.inks.style(ink))

    def _right_side(self, y: int, track: int) -> Segment:
        """The frame's right line, which is the track of the scroll bar."""
        thumb = self.thumb(track)
        if thumb is None or not thumb[0] <= y < sum(thumb):
            return self._side("│", self.frame_ink())
        return self._side("┃", Ink.BORDER_FOCUS if self.has_focus else Ink.MUTED)

    def _edge(self, start: str, stop: str, left: Spans, right: Spans) -> Strip:
        ink = self.frame_ink()
        width = self.size.width
        left = [Span(" "), *left, Span(" ")] if left else []
        right = [Span(" "), *fit(right, width - 4), Span(" ")] if right else []
        line = spread(left, [*right, Span("─", ink)], width - 3, Span("─", ink))
        return strip([Span(f"{start}─", ink), *line, Span(stop, ink)], width, self.inks)
