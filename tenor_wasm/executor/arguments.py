"""Checked arguments of the executor's methods, and cursors: what was seen last, as an opaque text."""

from __future__ import annotations

from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Mapping

from tenor_wasm.api.json_text import read_json, write_json
from tenor_wasm.errors import Json, TenorError, listed, shown
from tenor_wasm.interchange.constructs import Contract, Entity, Flow

NAME_LENGTH = 200
"""Code points that an id from outside may have: every store can hold and index it."""

PAGE_LIMIT = 1000
"""Items that one page may have."""


def checked_text(value: Json, name: str) -> str:
    """A text. Raises ``invalid_argument``."""
    if not isinstance(value, str):
        raise invalid_argument(name, f"'{name}' must be a text, not {shown(value)}")
    return value


def invalid_argument(argument: str, message: str) -> TenorError:
    """An argument of another kind or beyond its bounds."""
    return TenorError("invalid_argument", message, "", {"argument": argument})


def checked_entity(contract: Contract, entity_id: Json) -> Entity:
    """A declared entity. Raises ``unknown_entity``."""
    entity = contract.entities.get(checked_text(entity_id, "entity"))
    if entity is None:
        message = f"no entity '{entity_id}' is declared; declared are {listed(contract.entities)}"
        raise TenorError("unknown_entity", message)
    return entity


def checked_flow(contract: Contract, flow_id: Json) -> Flow:
    """A declared flow. Raises ``unknown_flow``."""
    flow = contract.flows.get(checked_text(flow_id, "flow"))
    if flow is None:
        raise TenorError("unknown_flow", f"no flow '{flow_id}' is declared; declared are {listed(contract.flows)}")
    return flow


def checked_state(entity: Entity, state: Json) -> str | None:
    """A declared state, or none. Raises ``unknown_state``."""
    if state is not None and checked_text(state, "state") not in entity.transitions:
        message = f"'{state}' is no state of '{entity.id}'; it has {listed(entity.states)}"
        raise TenorError("unknown_state", message, "", {"argument": "state"})
    return None if state is None else str(state)


def checked_persona(contract: Contract, persona: Json) -> str:
    """One of the contract's personas; a contract without any admits everybody. Raises ``persona_rejected``."""
    name = checked_name(persona, "persona")
    if contract.personas and name not in contract.personas:
        message = f"the persona '{name}' is not declared; declared are {listed(contract.personas)}"
        raise TenorError("persona_rejected", message, "", {"argument": "persona"})
    return name


def checked_instance_id(value: Json, argument: str = "instance", path: str = "") -> str:
    """An instance id that every store can hold (§6.5); ``path`` leads to it from the argument.

    Raises ``invalid_instance_id``.
    """
    name = checked_text(value, argument)
    if not _is_name(name):
        message = f"an instance id is a text of 1 to {NAME_LENGTH} signs without NUL, not {shown(value)}"
        raise TenorError("invalid_instance_id", message, path, {"argument": argument})
    return name


def checked_name(value: Json, argument: str) -> str:
    """Another id from outside that every store can hold. Raises ``invalid_argument``."""
    name = checked_text(value, argument)
    if not _is_name(name):
        message = f"'{argument}' is a text of 1 to {NAME_LENGTH} signs without NUL, not {shown(value)}"
        raise invalid_argument(argument, message)
    return name


def _is_name(text: str) -> bool:
    return 0 < len(text) <= NAME_LENGTH and can_be_held(text)


def can_be_held(text: str) -> bool:
    """Whether every store can hold a text: it has no NUL, and a UTF-8 form."""
    return "\0" not in text and not _has_half_pair(text)


def _has_half_pair(text: str) -> bool:
    return any("\ud800" <= sign <= "\udfff" for sign in text)


def checked_texts(value: Json, argument: str) -> dict[str, str]:
    """An object of texts, as a chain holds them. Raises ``invalid_argument``."""
    if not isinstance(value, Mapping):
        raise invalid_argument(argument, f"'{argument}' must be an object of texts, not {shown(value)}")
    for name, text in value.items():
        if not isinstance(name, str) or not isinstance(text, str) or _has_half_pair(name + text):
            message = f"'{argument}' must be an object of texts that have a UTF-8 form; one in it is none"
            raise invalid_argument(argument, message)
    return dict(value)


def checked_resolutions(value: Json) -> dict[str, dict[str, str]]:
    """How personas were resolved, by persona. Raises ``invalid_argument``."""
    if not isinstance(value, Mapping):
        raise invalid_argument("personas", f"'personas' must be an object of persona to texts, not {shown(value)}")
    checked_texts(dict.fromkeys(value, ""), "personas")
    return {persona: checked_texts(texts, "personas") for persona, texts in value.items()}


def checked_limit(limit: Json) -> int:
    """The size of a page. Raises ``invalid_argument``."""
    if type(limit) is not int or not 1 <= limit <= PAGE_LIMIT:
        raise invalid_argument("limit", f"'limit' must be a whole number from 1 to {PAGE_LIMIT}, not {shown(limit)}")
    return limit


def checked_attempts(attempts: Json) -> int:
    """How often a transaction may run. Raises ``invalid_argument``."""
    if type(attempts) is not int or attempts < 1:
        raise invalid_argument("attempts", f"'attempts' must be a whole number above zero, not {shown(attempts)}")
    return attempts


def cursor_of(seen: Json) -> str:
    """The cursor for what was seen last."""
    return urlsafe_b64encode(write_json(seen).encode()).decode().rstrip("=")


def seen_by(cursor: Json) -> Json:
    """What a cursor says was seen last, ``None`` without a cursor. Raises ``invalid_cursor``."""
    if cursor is None:
        return None
    try:
        text = checked_text(cursor, "cursor")
        seen = read_json(urlsafe_b64decode(text.encode() + b"=" * (-len(text) % 4)).decode())
        if cursor_of(seen) == text:  # decoding passes over foreign signs
            return seen
    except (ValueError, TenorError):
        pass
    raise invalid_cursor()


def position_seen(cursor: Json, start: int = 0) -> int:
    """The position or version that a cursor names."""
    seen = start if cursor is None else seen_by(cursor)
    if type(seen) is not int or not start <= seen < 2**63:
        raise invalid_cursor()
    return seen


def name_seen(cursor: Json) -> str:
    """The instance id that a cursor names."""
    seen = "" if cursor is None else seen_by(cursor)
    if not isinstance(seen, str) or "\0" in seen:
        raise invalid_cursor()
    return seen


def invalid_cursor() -> TenorError:
    """The cursor is none that a page gave."""
    message = "the cursor is none that a page of this listing gave; start without one"
    return TenorError("invalid_cursor", message, "", {"argument": "cursor"})
