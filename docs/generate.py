"""Rewrites the generated parts of docs/: run by ``make docs``, compared by a test.

A generated part stands between two comment lines, ``<!-- generated: NAME -->`` and ``<!-- end -->``; what is around it
is written by hand.
"""

from __future__ import annotations

import json
import re
import sys
from collections.abc import Callable
from pathlib import Path

import click

from gpurules.cli.root import COMMANDS, PROGRAM, load, root
from gpurules.doctor.registry import QUESTIONS
from gpurules.doctor.report.schema import schema as doctor_schema
from gpurules.labels import kubevirt
from gpurules.lint.registry import checks, summary
from gpurules.lint.registry import page as page_of_check
from gpurules.probe.diagnosis.registry import AREAS
from gpurules.probe.report.schema import schema
from gpurules.rules.identities.registry import IDENTITIES
from gpurules.rules.paths.choose import serves
from gpurules.rules.paths.path import CollectionPath, Scrape
from gpurules.rules.paths.registry import PATHS

DOCS = Path(__file__).resolve().parent
PART = re.compile(r"(?P<open><!-- generated: (?P<name>[a-z ]+) -->\n).*?(?P<close><!-- end -->)", re.DOTALL)


def page(command: str) -> Path:
    """The page of a command."""
    return DOCS / "cli" / f"{command}.md"


def pages() -> tuple[Path, ...]:
    """Every page that has a generated part: the index of the commands, each command's own, and pages of registries."""
    return (page("README"), *(page(name) for name in COMMANDS), DOCS / "paths.md", DOCS / "probe.md")


def check_pages() -> dict[Path, str]:
    """The pages of lint's checks, which are generated as a whole: the list, then one for each check."""
    folder = DOCS / "checks"
    rows = "".join(
        f"| [`{name}`]({name}.md) | {check.severity.word} | {_cell(summary(name))} |\n"
        for name, check in checks().items()
    )
    index = (
        "# Checks of gpurules lint\n\nWritten by `make docs` from the checks' own words. "
        "`gpurules explain CHECK` prints a page.\n\n| check | severity | finds |\n|---|---|---|\n" + rows
    )
    texts = {folder / "README.md": index}
    for name, check in checks().items():
        how = f"Severity {check.severity.word}. To disable it on a rule: `# gpurules: disable={name} why`."
        texts[folder / f"{name}.md"] = f"# {name}\n\n{page_of_check(name)}\n\n{how}\n"
    return texts


def rewritten(path: Path) -> str:
    """The text that ``path`` must have. Raises ValueError where it names an unknown part or has none."""
    text = path.read_text(encoding="utf-8")
    new, count = PART.subn(lambda found: found["open"] + _generate(found["name"], path) + found["close"], text)
    if not count:
        raise ValueError(f"{path} has no generated part")
    return new


def _generate(name: str, path: Path) -> str:
    parts: dict[str, Callable[[], str]] = {
        "commands": _commands,
        "options": lambda: _options(path.stem),
        "paths": _paths,
        "failures": _failures,
        "findings": _findings,
    }
    if name not in parts:
        raise ValueError(f"{path}: unknown generated part {name!r}")
    return f"\n{parts[name]()}\n"


def _commands() -> str:
    rows = [f"| [`{PROGRAM} {name}`]({name}.md) | {help_line} |\n" for name, (_, help_line) in COMMANDS.items()]
    return "| command | what it does |\n|---|---|\n" + "".join(rows)


def _paths() -> str:
    return "\n".join(_path(path) for path in PATHS.values())


def _path(path: CollectionPath) -> str:
    sources = path.sources(Scrape())
    known = dict.fromkeys(IDENTITIES[name].summary for source in sources for name in source.identities)
    example = f"    gpurules render --path {path.name}{_FURTHER.get(path.name, '')} -o rules.yaml"
    rows = [
        ("labels", path.labels),
        ("joined with", "; else ".join(known) + "."),
        ("KubeVirt", f"{_first_served(path)} and newer."),
        ("trust", path.trust),
        *([("mind", f"{path.note[0].upper()}{path.note[1:]}.")] if path.note else []),
    ]
    table = "".join(f"| {what} | {_cell(text)} |\n" for what, text in rows)
    return f"### {path.name}\n\n{path.summary[0].upper()}{path.summary[1:]}.\n\n{example}\n\n| | |\n|---|---|\n{table}"


_FURTHER = {
    "host": " --honor-labels false",
    "vsock-exporter": " --vm-name-label vmi_kubevirt_io_id",
    "single-vm-node": " --gpu-resource nvidia.com/GA102GL_A10",
}


def _first_served(path: CollectionPath) -> str:
    def served(release: str) -> bool:
        return serves(path, {one.metric: one.type.possible for one in kubevirt.schemas(release)}.get)

    return next(release for release in kubevirt.releases() if served(release))


def _options(name: str) -> str:
    with click.Context(root, info_name=PROGRAM, help_option_names=["-h", "--help"]) as parent:
        command = load(name)
        context = click.Context(command, parent=parent, info_name=name)
        pieces = " ".join(command.collect_usage_pieces(context))
        rows = [_row(parameter, context) for parameter in command.get_params(context)]
    return f"    {context.command_path} {pieces}\n\n| option | meaning |\n|---|---|\n" + "".join(rows)


def _row(parameter: click.Parameter, context: click.Context) -> str:
    record = parameter.get_help_record(context)
    names, meaning = record or (parameter.make_metavar(context), "")
    return f"| `{_cell(names)}` | {_cell(meaning or _values(parameter))} |\n"


def _cell(text: str) -> str:
    return " ".join(text.split()).replace("|", "\\|")


def _values(parameter: click.Parameter) -> str:
    if isinstance(parameter.type, click.Choice):
        return "One of " + ", ".join(f"`{choice}`" for choice in parameter.type.choices) + "."
    return "Required." if parameter.required else "Optional."


def _failures() -> str:
    """What a guest or a probe can suffer from, by the place where it lies."""
    pieces = []
    for heading, failures in AREAS.items():
        rows = [f"| [`{one.id}`](#{one.id}) | {one.blame} | {_cell(one.title)} |\n" for one in failures]
        pieces.append(f"## {heading}\n\n| class | blame | |\n|---|---|---|\n{''.join(rows)}")
        pieces += [
            f"### {one.id}\n\n**{one.title}.** {one.meaning}\n\nTo do: {one.advice}\n\n{one.explanation}"
            for one in failures
        ]
    return "\n".join(pieces)


def _findings() -> str:
    """What doctor may find, by the question that finds it."""
    rows = [
        f"| {question.name} | `{name}` | {_cell(meaning)} |\n"
        for question in QUESTIONS
        for name, meaning in question.finds.items()
    ]
    return "| question | finding | |\n|---|---|---|\n" + "".join(rows)


def doctor_schema_text() -> str:
    """What ``docs/doctor.schema.json`` must hold."""
    return json.dumps(doctor_schema(), indent=2) + "\n"


def schema_text() -> str:
    """What ``docs/probe.schema.json`` must hold."""
    return json.dumps(schema(), indent=2) + "\n"


def main() -> int:
    """Rewrite what differs, and say which."""
    schemas = [(DOCS / "probe.schema.json", schema_text()), (DOCS / "doctor.schema.json", doctor_schema_text())]
    for path, text in [*((path, rewritten(path)) for path in pages()), *schemas]:
        if not path.exists() or text != path.read_text(encoding="utf-8"):
            path.write_text(text, encoding="utf-8")
            print(f"wrote {path.relative_to(DOCS.parent)}")
    for path, text in check_pages().items():
        if not path.exists() or text != path.read_text(encoding="utf-8"):
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, encoding="utf-8")
            print(f"wrote {path.relative_to(DOCS.parent)}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
