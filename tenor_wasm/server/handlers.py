"""What each route does: from a call to a JSON value. Nothing here knows of HTTP but the status of a new instance."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from tenor_wasm import __version__
from tenor_wasm.api import calls
from tenor_wasm.api.params import flag, required, text
from tenor_wasm.api.render import to_json
from tenor_wasm.errors import Json, TenorError, listed, shown
from tenor_wasm.executor.queries import PAGE
from tenor_wasm.executor.triggers import checked_listing
from tenor_wasm.server.hosting import Hosted, Hosts
from tenor_wasm.server.keys import Key

BY_KEY = "key_binding"
"""How a persona was resolved that a key is bound to."""


@dataclass(frozen=True, slots=True)
class Call:
    """One request, as a handler sees it: who asks, and what."""

    hosts: Hosts
    path: Mapping[str, str]
    query: Mapping[str, str]
    body: Mapping[str, Json]
    key: Key | None
    api_call: str
    """Method and path, for the records."""
    idempotency_key: str | None = None

    @property
    def hosted(self) -> Hosted:
        """The contract that the path names. Raises ``unknown_contract``, ``contract_forbidden``."""
        name = self.path["contract"]
        self.check_key_for(name)
        return self.hosts.find(name)

    def admits(self, contract: str) -> bool:
        """Whether the caller may use the contract."""
        return self.key is None or self.key.is_for(contract)

    def check_key_for(self, contract: str) -> None:
        """The key may be used for the contract. Raises ``contract_forbidden``."""
        if self.key is not None and not self.key.is_for(contract):
            message = f"the key is bound to {listed(self.key.contracts)}, not to '{contract}'"
            raise TenorError("contract_forbidden", message)

    @property
    def persona(self) -> str:
        """Who acts: as the request says, within what the key is bound to.

        Raises ``missing_argument``, ``invalid_argument``, ``persona_forbidden``.
        """
        if self.key is None:
            return text(self.body, "persona")
        bound = self.key.personas
        if "persona" not in self.body and len(bound) == 1:
            return bound[0]
        if "persona" not in self.body:
            message = f"the key is bound to {listed(bound)}: say with 'persona' which of them acts"
            raise TenorError("missing_argument", message, "", {"argument": "persona"})
        persona = text(self.body, "persona")
        if persona not in bound:
            raise TenorError(
                "persona_forbidden", f"the key is bound to {listed(bound)}, not to '{persona}'", "/persona"
            )
        return persona

    @property
    def request_id(self) -> str | None:
        """The id under which a request is carried out once, from the body or the header ``Idempotency-Key``."""
        named = None if self.body.get("request_id") is None else text(self.body, "request_id")
        if named is not None and self.idempotency_key not in (None, named):
            message = "'request_id' and the header 'Idempotency-Key' differ: send one of them"
            raise TenorError("request_id_differs", message, "/request_id")
        return self.idempotency_key if named is None else named

    def limit(self) -> int:
        """The size of a page, from the query."""
        given = self.query.get("limit")
        if given is None:
            return PAGE
        if not (given.isascii() and given.isdigit() and len(given) < 10):
            raise calls.invalid_argument("limit", f"'limit' must be a whole number, not {shown(given)}")
        return int(given)


@dataclass(frozen=True, slots=True)
class Answer:
    """A JSON value with the status that it is answered with, and an ETag where it has one."""

    json: Json
    status: int = 200
    etag: str | None = None


# --- what a contract says ----------------------------------------------------------------------------------------


def inspect(call: Call) -> Answer:
    """What the contract declares."""
    return Answer(to_json(calls.inspect(call.hosted.executor.contract)))


def evaluate(call: Call) -> Answer:
    """The verdicts that follow from the facts."""
    return Answer(to_json(calls.evaluate(call.hosted.executor.contract, required(call.body, "facts"))))


def manifest(call: Call) -> Answer:
    """The contract's manifest."""
    return _manifest(call.hosted.manifest)


def only_manifest(call: Call) -> Answer:
    """The manifest of what is served, where that is one contract or one system."""
    if len(call.hosts.subjects) != 1:
        raise TenorError("contract_required", "several contracts are served, each with a manifest of its own")
    subject = call.hosts.subjects[0]
    for name in subject.contracts:
        call.check_key_for(name)
    return _manifest(subject.manifest)


def _manifest(document: Mapping[str, Json]) -> Answer:
    return Answer(document, etag=str(document["etag"]))


# --- flows -------------------------------------------------------------------------------------------------------


def action_space(call: Call) -> Answer:
    """What a persona may do to which instances, page by page."""
    page = call.hosted.executor.action_space_page(
        call.persona, call.body.get("facts", {}), _cursor(call.body), _limit(call.body)
    )
    return Answer(to_json(page))


def _cursor(body: Mapping[str, Json]) -> Any:
    return body.get("cursor")


def _limit(body: Mapping[str, Json]) -> Any:
    return PAGE if body.get("limit") is None else body["limit"]


def execute_flow(call: Call) -> Answer:
    """Run a flow on the bound instances and record it."""
    hosted, persona, request_id = call.hosted, call.persona, call.request_id
    inputs = call.body.get("trigger_inputs")
    if hosted.system is None and inputs is not None:
        message = f"'{hosted.name}' is in no system, so its flows trigger nothing: leave 'trigger_inputs' out"
        raise calls.invalid_argument("trigger_inputs", message)
    more: dict[str, Any] = {} if hosted.system is None else {"trigger_inputs": inputs}
    done = hosted.execute(
        *_run(call, persona), request_id=request_id, trigger=_trigger(call, persona, request_id),
        personas=_personas(call, persona), **more,
    )  # fmt: skip
    return Answer(to_json(done))


def simulate_flow(call: Call) -> Answer:
    """Run a flow on the bound instances and store nothing."""
    run = call.hosted.executor.simulate_flow(*_run(call, call.persona), flag(call.body, "provenance"))
    return Answer(to_json(run))


def _run(call: Call, persona: str) -> tuple[str, str, Json, Json, Json]:
    body = call.body
    return call.path["flow"], persona, body.get("facts", {}), body.get("instance_bindings"), body.get("outcomes")


def _trigger(call: Call, persona: str, request_id: str | None) -> dict[str, str]:
    """Who called, for the provenance chain."""
    key_id = None if call.key is None else call.key.id
    members = {
        "type": "api_invocation",
        "api_call": call.api_call,
        "request_id": request_id,
        "api_key_id": key_id,
        "resolved_persona": persona,
    }
    return {name: value for name, value in members.items() if value is not None}


def _personas(call: Call, persona: str) -> dict[str, dict[str, str]]:
    """How the acting persona was resolved, for the provenance chain."""
    if call.key is None:
        return {}
    return {persona: {"resolved_from": call.key.id, "resolution_method": BY_KEY}}


# --- instances ---------------------------------------------------------------------------------------------------


def create_instance(call: Call) -> Answer:
    """Create an instance in its initial state."""
    executor, entity, body = call.hosted.executor, call.path["entity"], call.body
    persona = call.persona if call.key is not None or "persona" in body else None
    named: Any = body.get("instance_id")
    state: Any = body.get("state")
    done = executor.creation(entity, named, state, persona, request_id=call.request_id)
    return Answer(to_json(done.record), 200 if done.repeated else 201)


def list_instances(call: Call) -> Answer:
    """The instances of an entity, page by page."""
    page = call.hosted.executor.list_instances(
        call.path["entity"], call.query.get("state"), call.query.get("cursor"), call.limit()
    )
    return Answer(to_json(page))


# --- records -----------------------------------------------------------------------------------------------------


def history(call: Call) -> Answer:
    """What happened to an instance."""
    found = call.hosted.executor.history(
        _asked(call, "entity"), _asked(call, "instance"), call.query.get("cursor"), call.limit()
    )
    return Answer(to_json(found))


def _asked(call: Call, name: str) -> str:
    return text(call.query, name)


def chains(call: Call) -> Answer:
    """The executions of the contract, or those of an instance."""
    query = call.query
    page = call.hosted.executor.chains(query.get("entity"), query.get("instance"), query.get("cursor"), call.limit())
    return Answer(to_json(page))


def chain(call: Call) -> Answer:
    """One provenance chain."""
    return Answer(to_json(call.hosted.chain(call.path["chain"], call.admits)))


def execution(call: Call) -> Answer:
    """One execution as it is recorded."""
    return Answer(to_json(call.hosted.executor.execution(call.path["execution"])))


def triggers(call: Call) -> Answer:
    """What the flows of the contract's system triggered; nothing where it is in none."""
    hosted = call.hosted
    asked = call.query.get("status"), call.query.get("cursor"), call.limit()
    if hosted.system is None:
        checked_listing(*asked)
        return Answer({"items": [], "next_cursor": None})
    for name in hosted.members():
        call.check_key_for(name)
    return Answer(to_json(hosted.system.triggers(*asked)))


# --- the server --------------------------------------------------------------------------------------------------


def index(call: Call) -> Answer:
    """Which contracts are served to this caller."""
    names = [name for name in call.hosts.contracts if call.admits(name)]
    return Answer({"contracts": names, "version": __version__})


def health(call: Call) -> Answer:
    """Whether the store answers."""
    with call.hosts.storage.snapshot() as snapshot:
        snapshot.flow("")
    return Answer({"status": "ok", "version": __version__})
