"""Which HTTP status an error has, and what helps: one table. A code that is not listed is a fault of the request."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

from tenor_wasm.errors import Json, TenorError


class Status(NamedTuple):
    """The status of a code, and what a caller can do."""

    status: int
    help: str


_NO_SUCH = Status(
    404, "look up what is declared and what exists: GET /{contract} and GET /{contract}/entities/{entity}"
)
_LATER = Status(503, "try again later; with a request_id that is always safe")

STATUSES: Mapping[str, Status] = {
    "unauthenticated": Status(401, "send the header 'Authorization: Bearer KEY'; 'tenor key' makes a key"),
    "persona_rejected": Status(403, "ask POST /{contract}/actions what the persona may do"),
    "persona_forbidden": Status(403, "use a key that is bound to the persona"),
    "contract_forbidden": Status(403, "use a key that is bound to the contract"),
    "read_only_key": Status(403, "use a key that may change instances"),
    "untrusted_host": Status(403, "address the server as localhost, or configure keys"),
    "unknown_route": Status(404, "the routes are listed in GET /openapi.json"),
    "unknown_contract": Status(404, "the contracts are listed in GET /"),
    "unknown_flow": _NO_SUCH,
    "unknown_entity": _NO_SUCH,
    "unknown_instance": _NO_SUCH,
    "unknown_chain": _NO_SUCH,
    "unknown_execution": _NO_SUCH,
    "contract_required": Status(404, "ask for GET /{contract}/.well-known/tenor"),
    "method_not_allowed": Status(405, "the header 'Allow' names the methods of this route"),
    "body_too_slow": Status(408, "send the body without pauses"),
    "conflict": Status(409, "others changed the same instances; send the request again"),
    "instance_exists": Status(409, "choose another instance id, or leave it out"),
    "request_id_reused": Status(409, "give each request an id of its own"),
    "trigger_settled": Status(409, "it has been done already"),
    "body_too_large": Status(413, "send less at once"),
    "unsupported_media_type": Status(
        415, "send plain JSON with the header 'Content-Type: application/json' (curl: --json)"
    ),
    "rate_limited": Status(429, "wait as long as the header 'Retry-After' says"),
    "internal_error": Status(500, "report it with the id in the header 'X-Request-Id'"),
    "busy": _LATER,
    "timed_out": Status(504, "send the request again with the same request_id: it is carried out once"),
    "storage_unavailable": _LATER,
    "storage_failed": _LATER,
    "storage_closed": _LATER,
    "not_initial_state": Status(422, "create it in its initial state; flows change it"),
}

WRONG = Status(400, "'path' leads to the place in the request; the message says what is expected there")
"""What every other code is."""


def status_of(code: str) -> Status:
    """The status of an error's code."""
    return STATUSES.get(code, WRONG)


def error_json(error: TenorError) -> dict[str, Json]:
    """The error as every answer carries it: ``{error: {code, message, path, details, help}}``."""
    return {"error": {**error.to_json(), "help": status_of(error.code).help}}
