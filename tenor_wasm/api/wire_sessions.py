"""The methods of the wire that are about sessions. A tab that opens none does not load this module."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TypeVar

from tenor_wasm.api import calls
from tenor_wasm.api.contract_texts import warnings_text
from tenor_wasm.api.grouped import change_text
from tenor_wasm.api.handles import HANDLES, Handles
from tenor_wasm.api.params import Params, flag, required, text
from tenor_wasm.api.sessions import Session, open_session
from tenor_wasm.api.views import VIEW_OPTIONS
from tenor_wasm.api.write import to_text
from tenor_wasm.errors import listed

Result = TypeVar("Result")

SESSIONS: Handles[Session] = Handles("unknown_session", "open session; open it (again) first")
"""The open sessions of this process, or of this browser tab."""

_INPUTS = ("contract", "facts", "entity_states")
"""What a session has by itself."""


def _session(params: Params) -> Session:
    return SESSIONS.get(required(params, "session"))


def _asked(params: Params) -> Session:
    """The session of a call that may be about a contract and inputs as well; it takes no others then."""
    for name in _INPUTS:
        if name in params:
            message = f"a session has its own {listed(_INPUTS)}: leave '{name}' out, or change the session"
            raise calls.invalid_argument(name, message)
    return _session(params)


def _open(params: Params) -> str:
    contract = HANDLES.get(required(params, "contract"))
    states = params.get("entity_states", calls.NO_STATES)
    revision = params.get("revision", 0)
    session = open_session(contract, required(params, "facts"), states, text(params, "persona"), revision)
    handle = SESSIONS.add(session)
    return f'{{"session":{handle},"revision":{session.revision},"warnings":{warnings_text(session.warnings)}}}'


def _free(params: Params) -> str:
    SESSIONS.free(required(params, "session"))
    return "{}"


def _revision(change: Callable[[Session, Params], int]) -> Callable[[Params], str]:
    return lambda params: f'{{"revision":{change(_session(params), params)}}}'


def _set_facts(session: Session, params: Params) -> int:
    return session.set_facts(required(params, "facts"))


def _set_persona(session: Session, params: Params) -> int:
    return session.set_persona(text(params, "persona"))


def _transition(session: Session, params: Params) -> int:
    return session.transition(text(params, "entity"), text(params, "instance"), text(params, "to"))


def _add_instance(session: Session, params: Params) -> int:
    state = None if params.get("state") is None else text(params, "state")
    return session.add_instance(text(params, "entity"), text(params, "instance"), state)


def _remove_instance(session: Session, params: Params) -> int:
    return session.remove_instance(text(params, "entity"), text(params, "instance"))


def _apply(session: Session, params: Params) -> int:
    return session.apply(required(params, "transitions"))


def _evaluate(params: Params) -> str:
    return to_text(_asked(params).evaluate())


def _action_space(params: Params) -> str:
    session = _asked(params)
    view = {name: params[name] for name in VIEW_OPTIONS if name in params}
    if "since" not in params:
        return session.action_space_text(**view)
    return change_text(session.action_space(params["since"], **view))


def _simulate_flow(params: Params) -> str:
    session = _asked(params)
    persona = text(params, "persona") if "persona" in params else None
    given = (params.get("instance_bindings"), params.get("outcomes"), persona, flag(params, "provenance"))
    return to_text(session.simulate_flow(text(params, "flow"), *given))


METHODS: Mapping[str, Callable[[Params], str]] = {
    "open_session": _open,
    "free_session": _free,
    "set_facts": _revision(_set_facts),
    "set_persona": _revision(_set_persona),
    "transition": _revision(_transition),
    "add_instance": _revision(_add_instance),
    "remove_instance": _revision(_remove_instance),
    "apply": _revision(_apply),
    "session_inputs": lambda params: _session(params).inputs_text(),
    "evaluate": _evaluate,
    "action_space": _action_space,
    "simulate_flow": _simulate_flow,
}
"""Method → its function, which answers with JSON text."""
