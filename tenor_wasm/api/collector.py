"""The garbage collector, held back where a contract is being made.

Making one allocates thousands of objects that stay or are freed by their count; the collector, which counts
allocations, would look through half of them several times over and find nothing. It runs again right afterwards.
"""

from __future__ import annotations

import gc
from collections.abc import Callable
from functools import wraps
from typing import ParamSpec, TypeVar

Arguments = ParamSpec("Arguments")
Result = TypeVar("Result")


def collected_later(call: Callable[Arguments, Result]) -> Callable[Arguments, Result]:
    """Run a call without the garbage collector; where that is off already it stays off."""

    @wraps(call)
    def run(*args: Arguments.args, **kwargs: Arguments.kwargs) -> Result:
        if not gc.isenabled():
            return call(*args, **kwargs)
        gc.disable()
        try:
            return call(*args, **kwargs)
        finally:
            gc.enable()

    return run
