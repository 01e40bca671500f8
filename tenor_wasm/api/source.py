"""``.tenor`` source at the edge: wherever a bundle is taken, files of source are taken too.

The elaborator is imported when source first comes, so that a tab that evaluates bundles does not pay for it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING

from tenor_wasm.api.collector import collected_later
from tenor_wasm.api.json_text import write_canonical
from tenor_wasm.errors import Json, TenorError, listed, pointer, shown
from tenor_wasm.interchange.constructs import Contract
from tenor_wasm.interchange.load import load_contract

if TYPE_CHECKING:
    from tenor_wasm.elaborator.outline import Name


def elaborate(files: Json, root: Json) -> dict[str, Json]:
    """Elaborate source (file name → text, and the name of the root file) into an interchange bundle (§14).

    Imports are resolved inside ``files``. Raises ``invalid_source`` with every error of the pass that failed in
    ``details.errors``; ``invalid_argument`` when the files are none.
    """
    texts, name = _checked(files, root)
    return elaborate_from(texts.get, name)


def elaborate_from(read: Callable[[str], str | None], root: str) -> dict[str, Json]:
    """Elaborate ``root`` with an injected file provider: the text of a file by name, or ``None``. Raises as above."""
    from tenor_wasm.elaborator.elaborate import elaborate as run

    return run(root, read).bundle


@collected_later
def load_source(files: Json, root: Json) -> Contract:
    """Elaborate source and load the bundle. Raises as ``elaborate`` and ``load_contract`` do."""
    bundle = elaborate(files, root)
    return load_contract(bundle, write_canonical(bundle))


def format_source(source: Json, file: str = "source") -> str:
    """The source in the canonical layout, comments kept. Raises ``invalid_source`` for syntax errors, at ``file``."""
    from tenor_wasm.elaborator.format import format_source as run

    if not isinstance(source, str):
        raise TenorError(
            "invalid_argument", f"'source' must be a text, not {shown(source)}", "", {"argument": "source"}
        )
    return run(source, file)


def source_lines(text: str) -> list[str]:
    """The lines of a source as the places of errors count them."""
    from tenor_wasm.elaborator.tokens import plain_lines

    return plain_lines(text).split("\n")


def outline(files: Json, root: Json) -> dict[str, Json]:
    """Where the names in source are declared and mentioned, also while it has errors: ``{"names": […]}``.

    Each has ``kind, id, file, line, column, end_column``, ``declares`` where it is declared there, and ``scope`` where
    it is known only in an entity, a flow or a branch. Raises ``invalid_argument`` when the files are none.
    """
    from tenor_wasm.elaborator.outline import outline as run

    texts, name = _checked(files, root)
    return {"names": [_name(found) for found in run(name, texts.get)]}


def _name(name: Name) -> dict[str, Json]:
    result: dict[str, Json] = {"kind": name.kind, "id": name.id, **name.at._asdict()}
    if name.declares:
        result["declares"] = True
    if name.scope:
        result["scope"] = name.scope
    return result


def vocabulary() -> dict[str, Json]:
    """The words of the language for an editor: constructs and blocks with their fields, types, operators."""
    from tenor_wasm.elaborator.outline import vocabulary as words

    return words()


def _checked(files: Json, root: Json) -> tuple[dict[str, str], str]:
    if not isinstance(files, Mapping):
        message = f"'files' is an object of file name to source text, not {shown(files)}"
        raise TenorError("invalid_argument", message, "", {"argument": "files"})
    for name, text in files.items():
        if not isinstance(text, str):
            message = f"the file '{name}' must be a text, not {shown(text)}"
            raise TenorError("invalid_argument", message, pointer((None, name)), {"argument": "files"})
    if not isinstance(root, str) or root not in files:
        message = f"'root' must name one of the files ({listed(files)}), not {shown(root)}"
        raise TenorError("invalid_argument", message, "", {"argument": "root"})
    return dict(files), root
