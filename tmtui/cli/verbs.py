"""Every verb: its section in the help, its one line, and where its command lives.

The table is all that `tmtui --help`, completion and "did you mean" need, so none of them imports a command.
"""

from collections.abc import Mapping
from typing import Final, NamedTuple


class Verb(NamedTuple):
    """One verb of the command line."""

    help: str
    """Its line in `tmtui --help`, and the first line of its own help."""
    home: str
    """`module:attribute` of its click command."""
    hidden: bool = False


SECTIONS: Final[Mapping[str, Mapping[str, Verb]]] = {
    "Run": {
        "run": Verb("Carry a plan out.", "tmtui.cli.starting:run"),
        "resume": Verb("Take up a run that did not get to its end.", "tmtui.cli.starting:resume"),
        "demo": Verb("Run a sample project; needs no key and no network.", "tmtui.cli.demo:demo"),
        "init": Verb("Write a first tasks.yml and .taskmaster.yml here.", "tmtui.cli.init:init"),
    },
    "Watch": {
        "watch": Verb("Follow a run from this terminal.", "tmtui.cli.watching:watch"),
        "replay": Verb("Play a run again from its log.", "tmtui.cli.watching:replay"),
        "runs": Verb("List the runs of this project.", "tmtui.cli.runs:runs"),
        "status": Verb("Show where the tasks stand, and what needs you.", "tmtui.cli.status:status"),
        "debug": Verb("Show all that is known about tasks, engine and log.", "tmtui.cli.debug:debug"),
        "logs": Verb("Print what agents, tools and hooks said.", "tmtui.cli.logs:logs"),
        "diff": Verb("Show what an attempt changed.", "tmtui.cli.diff:diff"),
    },
    "Steer": {
        "answer": Verb("Answer the question of a task that needs you.", "tmtui.cli.steering:answer"),
        "pause": Verb("Start nothing new until `unpause`.", "tmtui.cli.steering:pause"),
        "unpause": Verb("Go on after `pause`.", "tmtui.cli.steering:unpause"),
        "stop": Verb("Lay the run down, so that `resume` can take it up.", "tmtui.cli.steering:stop"),
    },
    "Money and health": {
        "cost-status": Verb("Show what was spent, against the budgets.", "tmtui.cli.cost_status:cost_status"),
        "cost-report": Verb("Show what was spent in a period, and for what.", "tmtui.cli.cost_report:cost_report"),
        "circuit-status": Verb("Show which models are left alone for a while.", "tmtui.cli.circuits:circuit_status"),
        "circuit-reset": Verb("Close a circuit, or hold it open.", "tmtui.cli.circuits:circuit_reset"),
        "receipt": Verb("Show what a run was charged, and for what.", "tmtui.cli.receipt:receipt"),
    },
    "Configure": {
        "config": Verb("Check, show or change the settings.", "tmtui.cli.config:config"),
        "list-profiles": Verb("List the profiles: named sets of model options.", "tmtui.cli.profiles:list_profiles"),
        "show-profile": Verb("Show one profile, and who said what of it.", "tmtui.cli.profiles:show_profile"),
        "test-policy": Verb("Show what the rules say of an input or a command.", "tmtui.cli.policy:test_policy"),
        "policy": Verb("Look after the rules for agents.", "tmtui.cli.policy:policy"),
        "doctor": Verb("Check this machine and this project.", "tmtui.cli.doctor:doctor"),
        "export": Verb("Save a run as a script that plays it again.", "tmtui.cli.export:export"),
    },
    "Inside": {
        "_engine": Verb("The engine's own process.", "tmtui.cli.engine_process:engine", hidden=True),
    },
}

VERBS: Final[Mapping[str, Verb]] = {name: verb for section in SECTIONS.values() for name, verb in section.items()}
