"""The cockpit: state in, commands out, one frame clock.

Data goes one way. A `Source` yields what was recorded; the bridge folds it at once into the one `State` and notes
what that touched; thirty times a second the frame clock has whatever was touched drawn, inside one batch. Widgets
draw themselves line by line from the state and from texts that lie outside them, only what is visible. What a person
wants goes the other way: a key becomes an intent, the screen turns intents into commands, and `send` carries them
to the engine, whose answer comes back as events like everything else.

- `ports`: what the cockpit is given by whoever opens it.
- `bridge`, `player`, `frame`: how events become a state, and when it is drawn.
- `intents`, `keymap`: every command, its key and its words.
- `paint`, `themes`, `marks`, `figures`: how text, colour, signs and numbers look.
- `viewport`, `wrap`, `rows`, `pages`: texts on their way to a pane.
- `reading`, `steering`: which attempt the tabs hold; commands on their way to the engine.
- `widgets`, `screens`, `app`: what Textual is told.

Nothing here reads the terminal's own escapes out of foreign text: `paint` is the last gate, and no widget is given
markup.
"""

import gc
import os


gc.set_threshold(50_000, 20, 20)
# What is loaded and built before the first frame stays; looking through it for garbage four hundred times took a
# tenth of the start. While the screen runs, a pass over so many young objects takes two milliseconds.

os.environ.setdefault("TEXTUAL_FPS", "500")
# Textual paints on a timer of its own, whose rate it reads from here when it is imported. The timer rests while
# nothing has changed, and skips a beat when it wakes: at the default of 60 Hz a key's effect waits up to 33 ms for
# its frame, at this rate up to 4 ms. It paints no more often for it: what changes by itself is drawn thirty times a
# second.
