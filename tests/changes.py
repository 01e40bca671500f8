"""How a client follows a session by its changes: an applier and the way from the grouped form to the full one.

What web/src/changes.ts does in a page, written another time from what the schemas say, as a check of both.
"""

from __future__ import annotations

from typing import Any

Json = Any


def applied(before: Json, answer: Json) -> Json:
    """The grouped form after a change; an answer that is whole is that already."""
    if answer["form"] == "grouped":
        return answer
    assert answer["since"] == before["revision"]
    after = {**before, **{name: value for name, value in answer.items() if name not in ("form", "since")}}
    after["instances"] = _instances(before["instances"], answer["instances"])
    moved = {flow["flow_id"] for name in ("actions", "blocked_actions") for flow in answer[name] if "index" in flow}
    for name in ("actions", "blocked_actions"):
        after[name] = _flows([flow for flow in before[name] if flow["flow_id"] not in moved], answer[name])
    return after


def _instances(before: Json, moves: Json) -> Json:
    after = {entity_id: dict(states) for entity_id, states in before.items()}
    for entity_id, states in moves.items():
        groups = after.setdefault(entity_id, {})
        for state, move in states.items():
            ids = set(groups.pop(state, ()))
            assert ids >= set(move.get("removed", ()))
            assert ids.isdisjoint(move.get("added", ()))
            ids = (ids - set(move.get("removed", ()))) | set(move.get("added", ()))
            if ids:
                groups[state] = sorted(ids)
        after[entity_id] = dict(sorted(groups.items()))
    return {entity_id: after[entity_id] for entity_id in sorted(after) if after[entity_id]}


def _flows(before: list[Json], changes: list[Json]) -> list[Json]:
    changed = {flow["flow_id"]: flow for flow in changes if "index" not in flow}
    assert changed.keys() <= {flow["flow_id"] for flow in before}
    after = [{**flow, **changed.get(flow["flow_id"], {})} for flow in before]
    for flow in changes:
        if "index" in flow:
            after.insert(flow["index"], {name: value for name, value in flow.items() if name != "index"})
    return after


def expanded(grouped: Json) -> Json:
    """The full form of a grouped action space, its members in the wire's order."""
    instances = grouped["instances"]

    def ids(entity_id: str, states: list[str]) -> list[str]:
        return sorted(instance_id for state in states for instance_id in instances[entity_id][state])

    def bindings(states: Json) -> Json:
        return {entity_id: ids(entity_id, names) for entity_id, names in states.items()}

    def blocked(states: Json) -> Json:
        return {
            entity_id: dict(sorted((name, state) for state in names for name in instances[entity_id][state]))
            for entity_id, names in states.items()
        }

    def reason(one: Json) -> Json:
        if "instance_states" not in one:
            return one
        states = one["instance_states"]
        return _renamed(one, instance_states=("instance_ids", ids(one["entity_id"], states) if states else []))

    def flow(one: Json) -> Json:
        changes: dict[str, tuple[str, Json]] = {
            "instance_states": ("instance_bindings", bindings(one["instance_states"])),
            "blocked_states": ("blocked_instances", blocked(one["blocked_states"])),
        }
        if "reasons" in one:
            changes["reason"] = ("reason", reason(one["reason"]))
            changes["reasons"] = ("reasons", [reason(each) for each in one["reasons"]])
        else:
            outcomes = [flow_outcome(outcome) for outcome in one["outcomes"]]
            changes["outcomes"] = ("outcomes", outcomes)
        return _renamed(one, **changes)

    def flow_outcome(one: Json) -> Json:
        return _renamed(one, instance_states=("instance_bindings", bindings(one["instance_states"])))

    return {
        "persona_id": grouped["persona_id"],
        "actions": [flow(one) for one in grouped["actions"]],
        "current_verdicts": grouped["current_verdicts"],
        "blocked_actions": [flow(one) for one in grouped["blocked_actions"]],
        "contract_hash": grouped["contract_hash"],
        "warnings": grouped["warnings"],
        "revision": grouped["revision"],
    }


def _renamed(members: Json, **changes: tuple[str, Json]) -> Json:
    """The same members in the same order, some under another name and with another value."""
    return dict(changes.get(name, (name, value)) for name, value in members.items())
