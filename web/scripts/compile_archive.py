"""Compiles the sources in a zip; runs inside the Pyodide whose bytecode is wanted (`build-runtime.mjs` starts it).

The same archive gives the same bytes: entries keep their order, dates are fixed, and bytecode is tied to its source by
a hash that nobody checks at run time (``unchecked-hash``), never by a date.
"""

from __future__ import annotations

import dataclasses
import gzip
import importlib.util
import io
import marshal
import sys
import tempfile
import zipfile
from importlib import _bootstrap_external  # type: ignore[attr-defined]
from types import CodeType
from typing import Any

EPOCH = (1980, 1, 1, 0, 0, 0)
"""The earliest date that a zip can hold."""

_ENDINGS = (".pyc", "/__init__.pyc")

_ELSEWHERE = {"__main__", "agent", "cli", "client", "executor", "server"}
"""Names of modules that no start imports: those for other hosts, some of which need what is not there."""


_LEFT_OUT = tuple(f"tenor_wasm/{name}" for name in ("__main__.py", "cli/", "client.py", "server/"))
"""What works only outside of a page: it need not be fetched there."""


def compile_archive(archive: bytes, folder: str, sitecustomize: str | None = None) -> bytes:
    """The archive with ``name.pyc`` in the place of each ``name.py``; ``folder`` is for tracebacks.

    ``zipimport`` takes a ``.pyc`` that stands where the source would. A library, which is the archive with a
    ``sitecustomize``, is compressed to be small in memory; not so what every start reads, piece by piece.
    """
    how = zipfile.ZIP_STORED if sitecustomize is None else zipfile.ZIP_DEFLATED
    compiled = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(archive)) as source, zipfile.ZipFile(compiled, "w") as target:
        for name in source.namelist():
            if name.endswith("/") or name.startswith(_LEFT_OUT):
                continue
            content = source.read(name)
            if name.endswith(".py"):
                content = _bytecode(content, f"{folder}/{name}")
                name += "c"
            target.writestr(_entry(name), content, how, 9)
        if sitecustomize is not None:
            name = "sitecustomize.py"
            target.writestr(_entry(f"{name}c"), _bytecode(sitecustomize.encode(), f"{folder}/{name}"))
    return compiled.getvalue()


def with_start(compiled: bytes, archive: bytes, folder: str, start: str, library: bytes) -> bytes:
    """The compiled archive with the module ``start``, the code of its dataclasses' methods, and the library's modules.

    ``archive`` is what it was compiled from; all its modules are imported here that a start may import.
    """
    names = [name for name in zipfile.ZipFile(io.BytesIO(library)).namelist() if name.endswith(".pyc")]
    modules = sorted(name.removesuffix(".pyc").removesuffix("/__init__").replace("/", ".") for name in names)
    packed = io.BytesIO(compiled)
    with zipfile.ZipFile(packed, "a") as target:
        name = "tenor_wasm_start.py"
        target.writestr(_entry(f"{name}c"), _bytecode(start.encode(), f"{folder}/{name}"))
        # Of a version without references: whether Python writes those depends on who else uses an object.
        target.writestr(_entry("tenor_wasm_start.bin"), marshal.dumps((_dataclass_code(archive), modules), 2))
    return packed.getvalue()


def _dataclass_code(archive: bytes) -> dict[str, CodeType]:
    code: dict[str, CodeType] = {}

    def compile_and_keep(text: str, namespace: dict[str, Any], names: dict[str, Any]) -> None:
        code[text] = compile(text, "<string>", "exec")
        exec(code[text], namespace, names)

    with tempfile.NamedTemporaryFile(suffix=".zip") as file:
        file.write(archive)
        file.flush()
        sys.path.insert(0, file.name)
        dataclasses.exec = compile_and_keep  # type: ignore[attr-defined]
        try:
            for name in zipfile.ZipFile(file.name).namelist():
                module = name.removesuffix(".py").removesuffix("/__init__").replace("/", ".")
                if name.endswith(".py") and _ELSEWHERE.isdisjoint(module.split(".")):
                    importlib.import_module(module)
        finally:
            del dataclasses.exec  # type: ignore[attr-defined]
            sys.path.remove(file.name)
    return code


def only(archive: bytes, modules: list[str]) -> bytes:
    """The part of the archive that holds these modules, uncompressed, and the module that Python runs first."""
    paths = [module.replace(".", "/") for module in [*modules, "sitecustomize"]]
    wanted = {f"{path}{end}" for path in paths for end in _ENDINGS}
    part = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(archive)) as source, zipfile.ZipFile(part, "w") as target:
        for name in source.namelist():
            if name in wanted:
                target.writestr(_entry(name), source.read(name))
    return part.getvalue()


def _bytecode(source: bytes, path: str) -> bytes:
    code = compile(source, path, "exec", dont_inherit=True)
    bytecode: bytes = _bootstrap_external._code_to_hash_pyc(code, importlib.util.source_hash(source), False)
    return bytecode


def _entry(name: str) -> zipfile.ZipInfo:
    entry = zipfile.ZipInfo(name, EPOCH)
    entry.compress_type = zipfile.ZIP_STORED
    entry.external_attr = 0o644 << 16
    return entry


def compress(content: bytes) -> bytes:
    """As gzip, without name and date; by Pyodide's own zlib, so that it does not depend on the machine."""
    return gzip.compress(content, compresslevel=9, mtime=0)
