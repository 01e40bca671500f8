"""Part of the compiled package (`build-runtime.mjs` puts it in): what a start needs besides the package itself.

The methods of dataclasses, compiled at build time. For each class ``dataclasses`` writes its methods down as source
text and has Python compile it: most of what an import of the package costs. The same text gives the same code, so the
code is looked up by the text; a text that is not there, be it of a class of somebody else, is compiled as ever.

And the refusal of imports while what a start needs is there and the whole library is not.
"""

from __future__ import annotations

import dataclasses
import importlib
import marshal
import sys
from collections.abc import Mapping, Sequence
from types import CodeType
from typing import Any

_CODE: Mapping[str, CodeType]
_LIBRARY: Sequence[str]
_CODE, _LIBRARY = marshal.loads(__loader__.get_data(__file__.replace(".pyc", ".bin")))


def _exec(text: str, namespace: dict[str, Any], names: dict[str, Any]) -> None:
    exec(_CODE.get(text, text), namespace, names)


# A module's own name goes before the built-in one.
dataclasses.exec = _exec  # type: ignore[attr-defined]


class _Refusal:
    """A finder that finds nothing, but says why the whole library is not there yet, or at all."""

    reason = ""

    def find_spec(self, fullname: str, _path: object = None, _target: object = None) -> None:
        if fullname in _LIBRARY or fullname.startswith("tenor_wasm."):
            # No ImportError: code that can do without a module must not conclude that there is none.
            raise RuntimeError(f"`{fullname}` cannot be imported: {self.reason}")


_REFUSAL = _Refusal()


def refuse_imports(reason: str, position: int) -> None:
    """Refuse imports for this reason, at this position among the finders: the first refuses all that is new."""
    _REFUSAL.reason = reason
    if _REFUSAL not in sys.meta_path:
        sys.meta_path.insert(position, _REFUSAL)  # type: ignore[arg-type]


def allow_imports() -> None:
    """Import as ever, from archives that were replaced in the meantime."""
    sys.meta_path.remove(_REFUSAL)  # type: ignore[arg-type]
    importlib.invalidate_caches()
