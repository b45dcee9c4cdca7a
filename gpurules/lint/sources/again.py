"""Reads text that is in memory: a file as it was before, or as it is after a repair."""

from __future__ import annotations

from collections.abc import Mapping

from gpurules.lint.sources.documents import read_documents
from gpurules.lint.sources.load import Loaded
from gpurules.lint.sources.model import RuleFile, Workspace
from gpurules.text.span import SourceText
from gpurules.text.yaml import compose_documents


def rule_file(source: SourceText) -> RuleFile:
    """The rules of ``source``. InputError where it is no YAML."""
    return RuleFile(source, read_documents(source, compose_documents(source)))


def with_texts(loaded: Loaded, texts: Mapping[str, str]) -> Loaded:
    """``loaded`` with the text of some of its rule files replaced. InputError where one is no YAML."""
    files = tuple(
        rule_file(SourceText(file.source.file, texts[file.source.file])) if file.source.file in texts else file
        for file in loaded.workspace.files
    )
    sources = tuple(
        SourceText(source.file, texts[source.file]) if source.file in texts else source for source in loaded.sources
    )
    return Loaded(Workspace(files), loaded.unreadable, sources)
