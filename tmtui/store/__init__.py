"""The SQLite log: one writer, readers that only read, and feeds of what they find.

`writer` takes events from the engine's loop and commits them in groups; `appender` is its connection. `reader`
answers questions at once, `feed` on an event loop; `selection` is how both walk through the log. `schema`,
`migrations` and `projections` say what stands in the file, `connection` how it is opened, `errors` what can go
wrong with it, `health` whether it is sound.
"""
