"""The options of commands that talk to a cluster."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

import click

Function = TypeVar("Function", bound=Callable[..., Any])


class Seconds(click.ParamType[float]):
    """A duration such as ``30s``, in seconds, of at least ``least``."""

    name = "duration"

    def __init__(self, least: float = 0.0) -> None:
        self.least = least

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> float:
        """Seconds."""
        if isinstance(value, float):
            return value
        from gpurules.text.duration import parse_duration
        from gpurules.text.errors import InputError

        try:
            seconds = parse_duration(str(value)) / 1000
        except InputError as error:
            self.fail(str(error), param, ctx)
        if seconds < self.least:
            self.fail(f"{value} is too short", param, ctx)
        return seconds


def cluster_options(command: Function) -> Function:
    """``--kubeconfig``, ``--context`` and ``--timeout``, as kubectl has them."""
    options = (
        click.option("--kubeconfig", metavar="FILE", default="", help="As for kubectl; in a pod its own account."),
        click.option("--context", "context_name", metavar="NAME", default="", help="The kubeconfig's context."),
        click.option(
            "--timeout", type=Seconds(0.1), metavar="DURATION", default="30s", show_default=True, help="Of a request."
        ),
    )
    for option in reversed(options):
        command = option(command)
    return command
