"""Why a flow is blocked, as a sentence."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from tenor_wasm.evaluator.actions import UNKNOWN_STATE

JsonObject = Mapping[str, Any]


def blocked_text(blocked: JsonObject) -> str:
    """All the reasons of a blocked action."""
    return "; ".join(reason_text(reason, blocked) for reason in blocked["reasons"])


def reason_text(reason: JsonObject, blocked: JsonObject) -> str:
    """One reason of a blocked action."""
    return _SENTENCES[reason["type"]](reason, blocked)


def names(listed: Iterable[str]) -> str:
    """Names in a sentence or a cell."""
    return ", ".join(listed) or "-"


def _persona(reason: JsonObject, _: JsonObject) -> str:
    return f"{reason['operation_id']} allows only {names(reason['allowed_personas'])}"


def _precondition(reason: JsonObject, blocked: JsonObject) -> str:
    tested = f" (absent: {names(reason['missing_verdicts'])})" if reason["missing_verdicts"] else ""
    if reason["operation_id"] is None:
        return f"reaches no operation, ends with {blocked.get('ends_with')}{tested}"
    return f"the precondition of {reason['operation_id']} is false{tested}"


def _state(reason: JsonObject, _: JsonObject) -> str:
    absent = "there is no instance" if reason["current_state"] == UNKNOWN_STATE else "no instance is"
    needed = " or ".join(reason["required_states"])
    return f"{reason['operation_id']} needs {reason['entity_id']} in {needed}; {absent}"


_SENTENCES: Mapping[str, Callable[[JsonObject, JsonObject], str]] = {
    "PersonaNotAuthorized": _persona,
    "PreconditionNotMet": _precondition,
    "EntityNotInSourceState": _state,
}
