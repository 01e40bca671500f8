"""One door for JSON text: ``dispatch(method, params_json) → json``.

The answer is ``{"ok": result}`` or ``{"error": {code, message, path, details}}``, always ASCII, never an exception.
``path`` is a JSON Pointer into the parameters. No Python object crosses: contracts are integers (``handles``).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TypeVar

import tenor_wasm
from tenor_wasm.api import batch, calls, source
from tenor_wasm.api.fragments import Pieces, joined
from tenor_wasm.api.handles import HANDLES
from tenor_wasm.api.json_text import read_json, write_json
from tenor_wasm.api.layouts import space_pieces
from tenor_wasm.api.params import Params
from tenor_wasm.api.params import flag as _flag
from tenor_wasm.api.params import required as _required
from tenor_wasm.api.params import text as _text
from tenor_wasm.api.reading import written_space_inputs
from tenor_wasm.api.render import loaded_json, to_json
from tenor_wasm.api.views import VIEW_OPTIONS
from tenor_wasm.api.write import to_text
from tenor_wasm.errors import Json, TenorError, is_object, listed, shown
from tenor_wasm.interchange.constructs import Contract

Text = TypeVar("Text", str, Pieces)


def dispatch(method: str, params_json: str) -> str:
    """Answer one call given as JSON text. Never raises; an unforeseen fault is answered as ``internal_error``."""
    return joined(_dispatch_in_pieces(method, params_json))


def _dispatch_in_pieces(method: str, params_json: str) -> str | Pieces:
    return answer(lambda: Pieces(('{"ok":', *_dispatch(method, params_json), "}")), _error)


IN_PIECES: dict[Callable[..., str | None], Callable[..., str | Pieces]] = {dispatch: _dispatch_in_pieces}
"""Functions that can answer in pieces, with the ones that do."""


def answer(call: Callable[[], Text], as_json: Callable[[TenorError], Json]) -> Text | str:
    """Run a call that answers with JSON text; its error is written as JSON text too."""
    try:
        return call()
    except TenorError as error:
        return write_json(as_json(error))
    except RecursionError:  # the caller itself stands deep in the stack, or the result is too deep to be written
        return write_json(as_json(calls.too_deep()))
    except Exception as fault:  # a defect of ours must not end the host's module: the next call works
        return write_json(as_json(internal_error(fault)))


def internal_error(fault: Exception) -> TenorError:
    """What a caller is told about a defect of the evaluator itself."""
    return TenorError(
        "internal_error",
        f"the evaluator met a fault of its own ({type(fault).__name__}: {fault}); please report it with the input",
        "",
        {"exception": type(fault).__name__},
    )


def _error(error: TenorError) -> Json:
    return {"error": error.to_json()}


def _dispatch(method: Json, params_json: str) -> Pieces:
    handler = _METHODS.get(method) if isinstance(method, str) else None
    if handler is None:
        raise TenorError("unknown_method", f"there is no method {shown(method)}; use one of {listed(_METHODS)}")
    try:
        written = _written_action_space(params_json) if handler is _action_space else None
        if written is not None:
            return written
        params = _read(params_json)
        if not isinstance(params, Mapping):
            raise TenorError("invalid_argument", f"parameters are an object, not {shown(params)}")
        result = handler(params)
        if isinstance(result, Pieces):
            return result
        return Pieces((result if isinstance(result, str) else write_json(result),))
    except TenorError as error:
        raise placed(error) from None


def _read(params_json: str) -> Json:
    try:
        return read_json(params_json, "the parameter text")
    except TenorError as error:
        from tenor_wasm.api.misread import blamed  # not before somebody gives such parameters

        raise blamed(error, params_json) from None


_ARGUMENTS: Mapping[str, str] = {
    "invalid_contract": "bundle",
    "unsupported_version": "bundle",
    "unknown_handle": "contract",
    "unknown_session": "session",
    "unknown_flow": "flow",
    "unknown_entity": "entity",
    "invalid_facts": "facts",
    "invalid_entity_states": "entity_states",
    "invalid_bindings": "instance_bindings",
    "missing_binding": "instance_bindings",
    "unknown_step": "outcomes",
    "unknown_outcome": "outcomes",
    "invalid_scenarios": "scenarios",
}
"""Error code → the parameter that is at fault, where the error does not say it."""


def placed(error: TenorError) -> TenorError:
    """The same error with its paths leading from the parameters, not from the argument at fault."""
    argument = error.details.get("argument", _ARGUMENTS.get(error.code))
    if not isinstance(argument, str):
        return error
    side = error.details.get("side")
    if side in calls.SIDES:  # of a comparison
        argument = f"{side}/{argument}"
    return error.below(f"/{argument}")


def _version(_: Params) -> Json:
    return {"version": tenor_wasm.__version__}


def _load(params: Params) -> Json:
    contract = _from_source(params) if "files" in params else calls.load_parsed(_required(params, "bundle"))
    return loaded_json(HANDLES.add(contract), contract)


def _from_source(params: Params) -> Contract:
    if "bundle" in params:
        raise TenorError("invalid_argument", "give either 'bundle' or 'files', not both", "", {"argument": "files"})
    return source.load_source(params["files"], _required(params, "root"))


def _elaborate(params: Params) -> Json:
    return {"bundle": source.elaborate(_required(params, "files"), _required(params, "root"))}


def _format(params: Params) -> Json:
    return {"source": source.format_source(_required(params, "source"))}


def _outline(params: Params) -> Json:
    return source.outline(_required(params, "files"), _required(params, "root"))


def _vocabulary(_: Params) -> Json:
    return source.vocabulary()


def _free(params: Params) -> Json:
    HANDLES.free(_required(params, "contract"))
    return {}


def _by_session(method: str) -> Callable[[Params], str]:
    def answer_by_session(params: Params) -> str:
        from tenor_wasm.api.wire_sessions import METHODS  # not before somebody opens a session

        return METHODS[method](params)

    return answer_by_session


def _evaluate(params: Params) -> str:
    if "session" in params:
        return _by_session("evaluate")(params)
    return to_text(calls.evaluate(HANDLES.get(_required(params, "contract")), _required(params, "facts")))


def _action_space(params: Params) -> str | Pieces:
    if "session" in params:
        return _by_session("action_space")(params)
    contract = HANDLES.get(_required(params, "contract"))
    facts, entity_states = _required(params, "facts"), params.get("entity_states", calls.NO_STATES)
    view = {name: params[name] for name in VIEW_OPTIONS if name in params}
    return space_pieces(calls.read_space_inputs(contract, facts, entity_states, _text(params, "persona"), **view))


def _written_action_space(params_json: str) -> Pieces | None:
    """The same from parameters that need not be read as a whole; ``None`` where they do."""
    inputs = written_space_inputs(params_json)
    return None if inputs is None else space_pieces(inputs)


def _evaluate_batch(params: Params) -> str:
    contract = HANDLES.get(_required(params, "contract"))
    fact_sets, entity_states = _required(params, "fact_sets"), params.get("entity_states", calls.NO_STATES)
    return to_text(batch.evaluate_batch(contract, fact_sets, entity_states, params.get("personas")))


def _simulate_flow(params: Params) -> str:
    if "session" in params:
        return _by_session("simulate_flow")(params)
    contract = HANDLES.get(_required(params, "contract"))
    flow, persona, facts = _text(params, "flow"), _text(params, "persona"), _required(params, "facts")
    states, bindings = params.get("entity_states", calls.NO_STATES), params.get("instance_bindings")
    outcomes, provenance = params.get("outcomes"), _flag(params, "provenance")
    if outcomes is None and not provenance:
        from tenor_wasm.api.run_layouts import simulate_text  # not before a flow runs: a page starts sooner without it

        return simulate_text(contract, flow, persona, facts, states, bindings)
    return to_text(calls.simulate_flow(contract, flow, persona, facts, states, bindings, outcomes, provenance))


# What follows imports its module when it is called: a page that only evaluates starts sooner without it.


def _verify(params: Params) -> Json:
    from tenor_wasm.api import records

    contract, given = HANDLES.get(_required(params, "contract")), _required(params, "chain")
    return to_json(records.verify(contract, _chain_in(given)))


_CHAIN_HOLDERS = ("ok", "provenance", "chain")
"""Members that lead from an answer, a result or a record to its chain, which has a format."""


def _chain_in(given: Json) -> Json:
    for member in _CHAIN_HOLDERS:
        if is_object(given) and "format" not in given and member in given:
            given = given[member]
    return given


def _diff(params: Params) -> Json:
    from tenor_wasm.api import records

    contract = HANDLES.get(_required(params, "contract"))
    other = HANDLES.get(params["other_contract"]) if "other_contract" in params else None
    flow = _text(params, "flow") if "flow" in params else None
    return to_json(records.diff(contract, _required(params, "a"), _required(params, "b"), flow, other))


def _explain(params: Params) -> Json:
    from tenor_wasm.api import render_why, why

    contract = HANDLES.get(_required(params, "contract"))
    given = {name: params[name] for name in _EXPLAIN_OPTIONS if name in params}
    result = why.explain(contract, _required(params, "target"), _required(params, "facts"), **given)
    return render_why.explanation_json(result)


def _run_scenarios(params: Params) -> Json:
    from tenor_wasm.api import scenarios

    contract = HANDLES.get(_required(params, "contract"))
    return scenarios.run_json(scenarios.run_scenarios(contract, _required(params, "scenarios")))


_EXPLAIN_OPTIONS = ("entity_states", "persona", "instance_bindings", "outcomes", "limit")


def _inspect(params: Params) -> Json:
    return to_json(calls.inspect(HANDLES.get(_required(params, "contract"))))


_OF_SESSIONS = (
    *("open_session", "free_session", "session_inputs", "set_facts", "set_persona"),
    *("transition", "add_instance", "remove_instance", "apply"),
)
"""The methods that are about sessions alone."""

_METHODS: Mapping[str, Callable[[Params], Json]] = {
    "version": _version,
    "load": _load,
    "elaborate": _elaborate,
    "format": _format,
    "outline": _outline,
    "vocabulary": _vocabulary,
    "free": _free,
    "evaluate": _evaluate,
    "action_space": _action_space,
    "evaluate_batch": _evaluate_batch,
    "simulate_flow": _simulate_flow,
    "inspect": _inspect,
    "verify": _verify,
    "diff": _diff,
    "explain": _explain,
    "run_scenarios": _run_scenarios,
    **{method: _by_session(method) for method in _OF_SESSIONS},
}
"""Method → its function. A ``str`` and ``Pieces`` that it returns are JSON text already; no result is a bare text."""
