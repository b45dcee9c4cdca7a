"""Flags that override the configuration: one table, from which every command takes all or a part."""

from __future__ import annotations

import functools
from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, Any, NamedTuple, TypeVar, overload

import click

from gpurules.config.model import Config
from gpurules.text.declare import Form, Member, members_of

if TYPE_CHECKING:
    from click.shell_completion import CompletionItem

    from gpurules.config.settings import FlagValue

Function = TypeVar("Function", bound=Callable[..., Any])


class Flag(NamedTuple):
    """A flag and the value of the configuration that it overrides; ``metavar`` stands for its value in the help."""

    flag: str
    section: str
    key: str
    metavar: str

    @property
    def parameter(self) -> str:
        """The name under which click hands the value over."""
        return f"{self.section}__{self.key}"


FLAGS = (
    Flag("--counters", "dcgm", "counters", "FILE"),
    Flag("--exporter", "dcgm", "exporters", "RELEASE"),
    Flag("--dcgm-selector", "dcgm", "selector", "MATCHERS"),
    Flag("--use-old-namespace", "dcgm", "use_old_namespace", ""),
    Flag("--path-selector", "dcgm", "path_selectors", "PATH=MATCHERS"),
    Flag("--vm-namespace-label", "dcgm", "vm_namespace_label", "LABEL"),
    Flag("--vm-name-label", "dcgm", "vm_name_label", "LABEL"),
    Flag("--honor-labels", "dcgm", "honor_labels", ""),
    Flag("--collection-interval", "dcgm", "collection_interval", "DURATION"),
    Flag("--kubevirt", "kubevirt", "release", "RELEASE"),
    Flag("--info-selector", "kubevirt", "info_selector", "MATCHERS"),
    Flag("--observer-selector", "kubevirt", "observer_selector", "MATCHERS"),
    Flag("--kube-state-selector", "kubevirt", "kube_state_selector", "MATCHERS"),
    Flag("--gpu-resource", "kubevirt", "gpu_resources", "RESOURCE"),
    Flag("--copy-label", "kubevirt", "copy_labels", "LABEL"),
    Flag("--schema", "kubevirt", "schemas", "FILE"),
    Flag("--path", "rules", "paths", ""),
    Flag("--identity", "rules", "identity", ""),
    Flag("--entity", "rules", "entities", ""),
    Flag("--preset", "rules", "preset", ""),
    Flag("--level", "rules", "levels", ""),
    Flag("--rate-window", "rules", "rate_window", "DURATION"),
    Flag("--interval", "rules", "interval", "DURATION"),
    Flag("--query-offset", "rules", "query_offset", "DURATION"),
    Flag("--groups", "rules", "groups", ""),
    Flag("--group-size", "rules", "group_size", "RULES"),
    Flag("--cluster-label", "rules", "cluster_label", "LABEL"),
    Flag("--format", "output", "format", ""),
    Flag("--target", "output", "target", "PROGRAM=VERSION"),
    Flag("--partial-response", "output", "partial_response", ""),
    Flag("--name", "output", "name", "NAME"),
    Flag("--namespace", "output", "namespace", "NAMESPACE"),
    Flag("--label", "output", "labels", "KEY=VALUE"),
    Flag("--annotation", "output", "annotations", "KEY=VALUE"),
)
"""In the order of the help. An empty metavar: the choices stand there."""

HEADINGS = {"dcgm": "The guests", "kubevirt": "The cluster", "rules": "The rules", "output": "The document"}


class ConfigurationOption(click.Option):
    """An option that is listed in the help under ``heading``; most override a value of the configuration."""

    def __init__(self, *arguments: Any, heading: str = "", **settings: Any) -> None:
        super().__init__(*arguments, **settings)
        self.heading = heading


class ConfiguredCommand(click.Command):
    """A command whose help lists the options that override the configuration under headings of their own."""

    def format_options(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write the command's own options first, then a list for each heading."""
        groups: dict[str, list[tuple[str, str]]] = {"Options": []}
        for parameter in self.get_params(ctx):
            record = parameter.get_help_record(ctx)
            if record is None:
                continue
            heading = parameter.heading if isinstance(parameter, ConfigurationOption) else "Options"
            groups.setdefault(heading, []).append(record)
        for heading, records in groups.items():
            if records:
                with formatter.section(heading):
                    formatter.write_dl(records)


@overload
def configuration_options(command: Function, /) -> Function: ...
@overload
def configuration_options(*sections: str) -> Callable[[Function], Function]: ...
def configuration_options(*arguments: Any) -> Any:
    """Adds ``--config`` and the flags to a command function, which gets one ``config: Config`` instead of them.

    ``@configuration_options`` adds all flags, ``@configuration_options("dcgm", "--path")`` those of a section and one.
    """
    if len(arguments) == 1 and callable(arguments[0]):
        return _with_options(arguments[0], FLAGS)
    unknown = set(arguments) - set(HEADINGS) - {flag.flag for flag in FLAGS}
    if unknown:
        raise ValueError(f"no such section of the configuration: {', '.join(sorted(unknown))}")
    chosen = tuple(flag for flag in FLAGS if not arguments or flag.section in arguments or flag.flag in arguments)
    return lambda command: _with_options(command, chosen)


def _with_options(command: Callable[..., Any], flags: Iterable[Flag]) -> Callable[..., Any]:
    chosen = tuple(flags)

    @functools.wraps(command)
    def configured(*args: Any, **values: Any) -> Any:
        from gpurules.app.configuration import effective_configuration

        path = values.pop("config")
        said = {(flag.section, flag.key): _said(flag, values.pop(flag.parameter)) for flag in chosen}
        config = effective_configuration(path, {where: value for where, value in said.items() if value is not None})
        return command(*args, config=config, **values)

    result: Callable[..., Any] = configured
    for flag in reversed(chosen):
        result = _option(flag)(result)
    return click.option(
        "--config",
        metavar="FILE",
        type=click.Path(readable=False),
        help="The configuration file.  [default: ./gpurules.yaml where it exists]",
    )(result)


def _said(flag: Flag, value: Any) -> FlagValue | None:
    """What was said on the command line, or None where the flag was not given."""
    if value is None or value == ():
        return None
    from gpurules.config.settings import FlagValue

    return FlagValue(flag.flag, dict(value) if member_of(flag).shape.form is Form.MAPPING else value)


def member_of(flag: Flag) -> Member:
    """The declaration of the value that a flag overrides."""
    section = next(member for member in members_of(Config) if member.name == flag.section)
    return next(member for member in members_of(section.shape.of) if member.name == flag.key)


def _option(flag: Flag) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    member = member_of(flag)
    repeats = member.shape.form is not Form.SCALAR
    if member.shape.of is bool:
        return click.option(
            f"{flag.flag}/--no-{flag.flag.removeprefix('--')}",
            flag.parameter,
            cls=ConfigurationOption,
            heading=HEADINGS[flag.section],
            default=None,
            help=member.description.help,
        )
    choices = [str(choice) for choice in member.description.choices if choice != ""]
    kind: click.ParamType[Any] | None = None
    if member.shape.form is Form.MAPPING:
        kind = KeyValue()
    elif member.description.is_path:
        kind = click.Path(readable=False)
    elif member.shape.of is int:
        kind = click.INT
    return click.option(
        flag.flag,
        flag.parameter,
        cls=ConfigurationOption,
        heading=HEADINGS[flag.section],
        metavar=flag.metavar or f"[{'|'.join(choices)}]",
        multiple=repeats,
        type=kind,
        shell_complete=_completion(choices) if choices else None,
        help=_help(member, repeats),
    )


def _help(member: Member, repeats: bool) -> str:
    text = member.description.help
    if repeats:
        text += " Can be repeated."
    default = member.default
    if default and isinstance(default, (str, tuple)):
        shown = ", ".join(default) if isinstance(default, tuple) else default
        text += f"  [default: {shown}]"
    return text


def _completion(choices: list[str]) -> Callable[[click.Context, click.Parameter, str], list[CompletionItem]]:
    def complete(ctx: click.Context, parameter: click.Parameter, incomplete: str) -> list[CompletionItem]:
        from click.shell_completion import CompletionItem

        return [CompletionItem(choice) for choice in choices if choice.startswith(incomplete)]

    return complete


class KeyValue(click.ParamType[tuple[str, str]]):
    """``KEY=VALUE``."""

    name = "key=value"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> tuple[str, str]:
        """The key and the value, which may be empty."""
        if isinstance(value, tuple):
            return value
        key, equals, rest = str(value).partition("=")
        if not equals or not key:
            self.fail(f"{value!r} is not KEY=VALUE", param, ctx)
        return key, rest
