"""Pass 1: imports → one bundle of constructs (§14.2, §4.6). Files come from an injected provider."""

from __future__ import annotations

import posixpath
from collections.abc import Callable
from typing import TypeAlias

from tenor_wasm.elaborator import tree
from tenor_wasm.elaborator.diagnostics import Position, Report
from tenor_wasm.elaborator.parse import parse
from tenor_wasm.values.cycles import shown_cycle

FileProvider: TypeAlias = Callable[[str], "str | None"]
"""Returns the text of a file by its name relative to the root file's folder, or ``None`` when there is none."""


class Bundle:
    """The files that a root file reaches, root first, each once."""

    def __init__(self, files: tuple[tree.SourceFile, ...]) -> None:
        self.files = files

    @property
    def constructs(self) -> tuple[tree.Block, ...]:
        """Every construct of every file, in the order of reading."""
        return tuple(block for file in self.files for block in file.constructs)

    @property
    def libraries(self) -> frozenset[str]:
        """The names of the imported files that are type libraries."""
        return frozenset(file.name for file in self.files[1:] if _only_types(file))


def assemble(root: str, read: FileProvider, syntax: Report, report: Report) -> Bundle:
    """Read the root file and what it imports, transitively.

    Syntax errors go to ``syntax`` (pass 0); unresolved imports, cycles, imports in type libraries and ids that are
    declared in two files go to ``report`` (pass 1).
    """
    loader = _Loader(root, read, syntax, report)
    loader.load()
    bundle = Bundle(tuple(loader.files.values()))
    _check_systems(bundle, report)
    _check_ids_across_files(bundle, report)
    return bundle


class _Loader:
    def __init__(self, root: str, read: FileProvider, syntax: Report, report: Report) -> None:
        self.root, self.read, self.syntax, self.report = root, read, syntax, report
        self.files: dict[str, tree.SourceFile] = {}

    def load(self) -> None:
        """Load the root and what it imports. An explicit stack: a chain of imports may be as long as it likes."""
        root = self._parsed(self.root, None)
        if root is None:
            return
        path, on_path = [self.root], {self.root: 0}
        pending = [iter(root.imports)]
        while pending:
            declared = next(pending[-1], None)
            if declared is None:
                pending.pop()
                del on_path[path.pop()]
                continue
            name = self._resolve(path[-1], declared.path)
            if not declared.path.strip():
                message = "the import names no file"
                self.report.add("unresolved_import", message, declared.at, field="import")
            elif name is None:
                message = f"cannot resolve '{declared.path}': imports stay inside the folder of the root file"
                self.report.add("unresolved_import", message, declared.at, field="import")
            elif name in on_path:
                message = f"import cycle: {shown_cycle(path, on_path[name])}"
                self.report.add("import_cycle", message, declared.at, field="import")
            elif name not in self.files:
                file = self._parsed(name, declared.at)
                if file is not None:
                    on_path[name] = len(path)
                    path.append(name)
                    pending.append(iter(file.imports))
                    self._check_library(file)

    def _parsed(self, name: str, importer: Position | None) -> tree.SourceFile | None:
        text = self.read(name)
        if text is not None:
            self.files[name] = parse(name, text, self.syntax)
            return self.files[name]
        at = importer or Position(name, 1, 1, 1)
        field = None if importer is None else "import"
        self.report.add("unresolved_import", f"cannot find the file '{name}'", at, field=field)
        return None

    def _resolve(self, importer: str, path: str) -> str | None:
        """The name of an imported file; ``None`` when it would leave the folder of the root file."""
        name = resolve(importer, path)
        folder = posixpath.dirname(self.root)
        inside = name.startswith(folder + "/") if folder else not name.startswith(("../", "/"))
        return name if inside and name != ".." else None

    def _check_library(self, file: tree.SourceFile) -> None:
        if file.imports and _only_types(file):
            what = "a file of type declarations alone" if file.constructs else "a file that declares nothing"
            self.report.add(
                "type_library_import",
                f"a type library may not import: {what} stands by itself (§4.6)",
                file.imports[0].at,
                field="import",
                help="declare the imported types here, or import both files from the contract",
            )


def _only_types(file: tree.SourceFile) -> bool:
    """Whether an imported file is a type library: it holds type declarations, zero or more, and nothing else (§4.6)."""
    return all(block.kind == "TypeDecl" for block in file.constructs)


def resolve(importer: str, path: str) -> str:
    """The name of a file that another one names: relative to that one's folder."""
    return posixpath.normpath(posixpath.join(posixpath.dirname(importer), path.replace("\\", "/")))


def _check_systems(bundle: Bundle, report: Report) -> None:
    """A System file stands alone (C-SYS-04): it imports no constructs and no contract imports it."""
    if len(bundle.files) < 2:
        return
    for file in bundle.files:
        for block in file.constructs:
            if block.kind == "System":
                message = "a system file neither imports nor is imported"
                help = "name contracts as members of the system"
                report.add("system_file_not_exclusive", message, block.at, block.construct, "import", help)


def _check_ids_across_files(bundle: Bundle, report: Report) -> None:
    """Ids are unique across files (pass 1); duplicates inside one file are left to pass 2."""
    first: dict[tuple[str, str], str] = {}
    for block in bundle.constructs:
        origin = first.setdefault(block.construct, block.at.file)
        if origin != block.at.file:
            message = f"duplicate {block.kind} id '{block.name.text}': first declared in {origin}"
            report.add("duplicate_id", message, block.at, block.construct, "id")
