"""Finding and reading ``gpurules.yaml``."""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import fields, replace

from gpurules.config.model import Config
from gpurules.config.settings import Sourced, validated
from gpurules.text.declare import description_of
from gpurules.text.decode import Path, decode
from gpurules.text.errors import InputError, Problem
from gpurules.text.read import read_text
from gpurules.text.span import Location, SourceText

DEFAULT_NAME = "gpurules.yaml"


def load_config(path: str | None) -> Config:
    """The configuration in the file at ``path``; without one, that in ./gpurules.yaml where it exists; else defaults.

    No other folder and no environment variable is looked at. Names of files in it are taken from the folder of the
    file. InputError holds everything that is wrong with it.
    """
    return validated(load_sourced(path))


def load_sourced(path: str | None) -> Sourced:
    """The same, with the places of its values and before the checks across values."""
    if path is None:
        if not os.path.lexists(DEFAULT_NAME):
            return Sourced(Config())
        path = DEFAULT_NAME
    return read_config(read_text(path))


def read_config(source: SourceText) -> Sourced:
    """The configuration in a text; names of files are taken from the folder of ``source.file``."""
    from gpurules.text.yaml import compose_documents

    documents = compose_documents(source)
    if not documents:
        raise InputError(Problem("the file is empty", Location(source.file), "write version: 1"))
    if len(documents) > 1:
        raise InputError(Problem("a second YAML document begins here", documents[1].location, "keep one"))
    places: dict[Path, Location] = {}
    config = decode(documents[0], Config, places)
    return Sourced(_from_folder(config, os.path.dirname(source.file)), places)


def _from_folder(config: Config, folder: str) -> Config:
    """``config`` with every relative name of a file joined to ``folder``."""
    return with_paths(config, lambda name: os.path.join(folder, name)) if folder else config


def with_paths(config: Config, change: Callable[[str], str]) -> Config:
    """``config`` with every name of a file changed; ``-`` stays standard input."""
    for section in fields(config):
        held = getattr(config, section.name)
        if isinstance(held, int):
            continue
        changes = {
            part.name: tuple(name if name == "-" else change(name) for name in getattr(held, part.name))
            for part in fields(held)
            if description_of(part).is_path
        }
        config = replace(config, **{section.name: replace(held, **changes)})
    return config
