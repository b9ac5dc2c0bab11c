"""How fast tmtui is, as ratios: `python -m tests.benchmarks [NAME...]`.

Wall times on a shared machine say little, so nothing here is asserted by a clock. Each row holds our figure against
a yardstick (the raw limit, or a peer) that ran in turn with it, round for round, and gives the median of the rounds'
ratios, the target, and how much of the CPU the hypervisor took meanwhile: repeat a row that had more than 5 %.

To add a benchmark, put a module beside this one that has

    def run() -> list[Row]: ...

with `Row`, `compare` and `interleave` from `tests.benchmarks.measure`. The command line calls it by its name, and its
docstring's first line is printed above its rows. It imports what may not be installed inside `run`; an ImportError
there, or when the module is imported, is reported and the rest goes on. A round should take a fraction of a second,
and a module leaves nothing behind.
"""
