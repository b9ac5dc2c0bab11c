"""What can go wrong, and what to do about it. Arithmetic on values: the time and the dice are arguments.

What is said of a failure:

- `taxonomy`: every kind with its one treatment; `error_names`: the names that people use for kinds.
- `notice`: what a provider says about its limits, read from headers and events.
- `defaults`: the one table of numbers.

What decides, in the order in which a request meets it:

- `budget`: may it cost so much? `periods` tells the calendar.
- `windows` and `buckets`: do the limits of the user and of the provider leave room? `waiting`: what if not?
- `slow_start` and `throttle`: is this the moment to ask for so much?
- `circuits` and `breaker`: is the provider, or the model, known to be down?
- `backoff` and `retry_budget`: may it be asked again, and when?
- `fallback`: who serves it instead?

Each has a frozen value that can be stored, and functions from value to value. `now_ms` is wall time in milliseconds,
for what outlives a process; `now` is monotonic time in seconds, for what does not.
"""
