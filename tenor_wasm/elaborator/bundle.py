"""Pass 1: imports → one bundle of constructs (§14.2, §4.6). Files come from an injected provider."""

from __future__ import annotations

import posixpath
from collections.abc import Callable, Mapping
from typing import TypeAlias

from tenor_wasm.elaborator import tree
from tenor_wasm.elaborator.diagnostics import Position, Report
from tenor_wasm.elaborator.parse import parse

FileProvider: TypeAlias = Callable[[str], "str | None"]
"""Returns the text of a file by its name relative to the root file's folder, or ``None`` when there is none."""


def provider_of(files: Mapping[str, str]) -> FileProvider:
    """Serve files from a mapping of names to texts, as the browser has them."""
    return files.get


class Bundle:
    """The files that a root file reaches, root first, each once."""

    def __init__(self, files: tuple[tree.SourceFile, ...]) -> None:
        self.files = files

    @property
    def constructs(self) -> tuple[tree.Block, ...]:
        """Every construct of every file, in the order of reading."""
        return tuple(block for file in self.files for block in file.constructs)


def assemble(root: str, read: FileProvider, syntax: Report, report: Report) -> Bundle:
    """Read the root file and what it imports, transitively.

    Syntax errors go to ``syntax`` (pass 0); unresolved imports, cycles, imports in type libraries and ids that are
    declared in two files go to ``report`` (pass 1).
    """
    loader = _Loader(root, read, syntax, report)
    loader.load(root, (), None)
    bundle = Bundle(tuple(loader.files.values()))
    _check_ids_across_files(bundle, report)
    return bundle


class _Loader:
    def __init__(self, root: str, read: FileProvider, syntax: Report, report: Report) -> None:
        self.root, self.read, self.syntax, self.report = root, read, syntax, report
        self.files: dict[str, tree.SourceFile] = {}

    def load(self, name: str, path: tuple[str, ...], importer: Position | None) -> None:
        """Load a file and its imports. An explicit stack: a chain of imports may be as long as it likes."""
        pending: list[tuple[str, tuple[str, ...], Position | None]] = [(name, path, importer)]
        while pending:
            name, path, importer = pending.pop()
            if name in path:
                cycle = " → ".join((*path[path.index(name) :], name))
                assert importer is not None
                self.report.add("import_cycle", f"import cycle: {cycle}", importer, field="import")
                continue
            if name in self.files and importer is not None:
                pending.extend(self._imports(self.files[name], (*path, name), only_cycles=True))
                continue
            file = self._parsed(name, importer)
            if file is None:
                continue
            self.files[name] = file
            if importer is not None:
                self._check_library(file)
            pending.extend(self._imports(file, (*path, name), only_cycles=False))

    def _parsed(self, name: str, importer: Position | None) -> tree.SourceFile | None:
        text = self.read(name)
        if text is not None:
            return parse(name, text, self.syntax)
        at = importer or Position(name, 1, 1, 1)
        field = None if importer is None else "import"
        self.report.add("unresolved_import", f"cannot find the file '{name}'", at, field=field)
        return None

    def _imports(
        self, file: tree.SourceFile, path: tuple[str, ...], only_cycles: bool
    ) -> list[tuple[str, tuple[str, ...], Position | None]]:
        """What a file imports, last first, so that a stack yields the first first."""
        wanted: list[tuple[str, tuple[str, ...], Position | None]] = []
        for declared in reversed(file.imports):
            name = self._resolve(file.name, declared.path)
            if name is None:
                message = f"cannot resolve '{declared.path}': imports stay inside the folder of the root file"
                self.report.add("unresolved_import", message, declared.at, field="import")
            elif not only_cycles or name in path:
                wanted.append((name, path, declared.at))
        return wanted

    def _resolve(self, importer: str, path: str) -> str | None:
        """The name of an imported file; ``None`` when it would leave the folder of the root file."""
        name = resolve(importer, path)
        folder = posixpath.dirname(self.root)
        inside = name.startswith(folder + "/") if folder else not name.startswith(("../", "/"))
        return name if inside and name != ".." else None

    def _check_library(self, file: tree.SourceFile) -> None:
        only_types = file.constructs and all(block.kind == "TypeDecl" for block in file.constructs)
        if only_types and file.imports:
            self.report.add(
                "type_library_import",
                "a type library may not import: a file of type declarations alone stands by itself (§4.6)",
                file.imports[0].at,
                field="import",
                help="declare the imported types here, or import both files from the contract",
            )


def resolve(importer: str, path: str) -> str:
    """The name of a file that another one names: relative to that one's folder."""
    return posixpath.normpath(posixpath.join(posixpath.dirname(importer), path.replace("\\", "/")))


def _check_ids_across_files(bundle: Bundle, report: Report) -> None:
    """Ids are unique across files (pass 1); duplicates inside one file are left to pass 2."""
    first: dict[tuple[str, str], str] = {}
    for block in bundle.constructs:
        origin = first.setdefault(block.construct, block.at.file)
        if origin != block.at.file:
            message = f"duplicate {block.kind} id '{block.name.text}': first declared in {origin}"
            report.add("duplicate_id", message, block.at, block.construct, "id")
