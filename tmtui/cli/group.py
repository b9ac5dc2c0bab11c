"""A click group whose commands are imported only when they are used, and whose help is in sections."""

import importlib
from collections.abc import Mapping
from typing import Any

import click

from tmtui.cli.verbs import Verb


class LazyGroup(click.Group):
    """Knows its verbs by a table. Only `get_command` imports, and only the one that was asked for."""

    def __init__(self, *args: Any, sections: Mapping[str, Mapping[str, Verb]], **settings: Any) -> None:
        super().__init__(*args, **settings)
        self._sections = sections
        self._verbs = {name: verb for section in sections.values() for name, verb in section.items()}

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002  # click's signature
        """The verbs that are shown, in the table's order."""
        return [name for name, verb in self._verbs.items() if not verb.hidden]

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:  # noqa: ARG002  # click's
        """Import the command of that name; None when there is none."""
        verb = self._verbs.get(cmd_name)
        if verb is None:
            return None
        module, _, attribute = verb.home.partition(":")
        command: click.Command = getattr(importlib.import_module(module), attribute)
        return command

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """Find the command that the arguments name; an unknown one is told its nearest neighbours."""
        try:
            return super().resolve_command(ctx, args)
        except click.exceptions.NoSuchCommand as error:
            known = self.list_commands(ctx)
            raise click.exceptions.NoSuchCommand(error.command_name, possibilities=known, ctx=ctx) from None

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:  # noqa: ARG002  # click's
        """One list to a section."""
        for title, verbs in self._sections.items():
            rows = [(name, verb.help) for name, verb in verbs.items() if not verb.hidden]
            if rows:
                with formatter.section(title):
                    formatter.write_dl(rows, col_max=12)

    def shell_complete(self, ctx: click.Context, incomplete: str) -> list[Any]:
        """Verbs with their help lines, then the group's options."""
        from click.shell_completion import CompletionItem  # noqa: PLC0415  # only a completing shell needs it

        verbs = [
            CompletionItem(name, help=self._verbs[name].help)
            for name in self.list_commands(ctx)
            if name.startswith(incomplete)
        ]
        return [*verbs, *click.Command.shell_complete(self, ctx, incomplete)]
