"""The SQLite log: one writer, readers that only read, and feeds of what they find.

- In: `writer` (the engine's way in), `intake` (from the loop to the writer's thread), `batch` (events become rows),
  `appender` (the one connection that writes), `head` (the witness of what was shown).
- Out: `reader` (questions answered at once), `feed` (batches for an event loop), `selection` (how both walk through
  the log), `summary` (runs, attempts and money as values).
- The file: `schema`, `migrations`, `projections`, `connection`; `errors` says what can go wrong with it, `health`
  whether it is sound.
"""
