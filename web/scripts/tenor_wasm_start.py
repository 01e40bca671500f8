"""Part of the compiled package (`build-runtime.mjs` puts it in): what a start needs besides the package itself.

The methods of dataclasses, compiled at build time. For each class ``dataclasses`` writes its methods down as source
text and has Python compile it: most of what an import of the package costs. The same text gives the same code, so the
code is looked up by the text; a text that is not there, be it of a class of somebody else, is compiled as ever.

And the refusal of imports while a snapshot has nothing to import from.
"""

from __future__ import annotations

import dataclasses
import marshal
import sys
from collections.abc import Mapping
from types import CodeType
from typing import Any, NoReturn

_CODE: Mapping[str, CodeType] = marshal.loads(__loader__.get_data(f"{__file__.rpartition('/')[0]}/dataclass_code.bin"))


def _exec(text: str, namespace: dict[str, Any], names: dict[str, Any]) -> None:
    exec(_CODE.get(text, text), namespace, names)


# A module's own name goes before the built-in one.
dataclasses.exec = _exec  # type: ignore[attr-defined]


class _Refusal:
    """A finder that stands before all others and finds nothing: what a snapshot holds is imported without any."""

    reason = ""

    def find_spec(self, fullname: str, _path: object = None, _target: object = None) -> NoReturn:
        # No ImportError: code that can do without a module must not conclude that there is none.
        raise RuntimeError(f"`{fullname}` cannot be imported: {self.reason}")


_REFUSAL = _Refusal()


def refuse_imports(reason: str) -> None:
    """Refuse every import of something new, for this reason: the archives to import from are not there."""
    _REFUSAL.reason = reason
    if _REFUSAL not in sys.meta_path:
        sys.meta_path.insert(0, _REFUSAL)  # type: ignore[arg-type]


def allow_imports() -> None:
    """Import as ever."""
    sys.meta_path.remove(_REFUSAL)  # type: ignore[arg-type]
