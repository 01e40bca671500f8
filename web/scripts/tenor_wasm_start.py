"""Part of the compiled package (`build-runtime.mjs` puts it in): the methods of dataclasses, compiled at build time.

For each class ``dataclasses`` writes its methods down as source text and has Python compile it: most of what an import of
the package costs. The same text gives the same code, so the code is looked up by the text; a text that is not
there, be it of a class of somebody else, is compiled as ever.
"""

from __future__ import annotations

import dataclasses
import marshal
from collections.abc import Mapping
from types import CodeType
from typing import Any

_CODE: Mapping[str, CodeType] = marshal.loads(__loader__.get_data(f"{__file__.rpartition('/')[0]}/dataclass_code.bin"))


def _exec(text: str, namespace: dict[str, Any], names: dict[str, Any]) -> None:
    exec(_CODE.get(text, text), namespace, names)


# A module's own name goes before the built-in one.
dataclasses.exec = _exec  # type: ignore[attr-defined]
