"""The option of every report that can be coloured."""

from __future__ import annotations

import click

color_option = click.option(
    "--color",
    type=click.Choice(["auto", "always", "never"]),
    default="auto",
    show_default=True,
    help="Colour; auto is for a terminal, unless NO_COLOR or FORCE_COLOR is set.",
)
