"""The flat records of a provenance chain: their ids and times, and what its snapshot rests on (§5.3, §7.2).

An id is a prefix and a digest of the record's canonical JSON, so the same content has the same id everywhere. Where the
caller brings ids and times of its own, each one that was asked for is kept in order: that is enough to write the same
records again.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field

from tenor_wasm.errors import Json
from tenor_wasm.evaluator.compiled import compiled
from tenor_wasm.evaluator.snapshot import Snapshot
from tenor_wasm.interchange.canonical import canonical_json
from tenor_wasm.interchange.constructs import Contract, Fact, Rule
from tenor_wasm.values.printing import plain_json
from tenor_wasm.values.types import BoolType, type_name

JsonObject = dict[str, Json]


@dataclass(frozen=True, slots=True)
class Recording:
    """What the caller knows of an execution and the evaluator cannot: times, ids of a store, who called.

    ``clock`` gives the text of a time by the name of the member that it is for: ``started_at``, ``received_at``,
    ``evaluated_at``, ``applied_at`` for each operation that ran, ``executed_at`` for each step, ``completed_at``.
    ``ids`` gives the id of a record, from its kind and the id that it would have. Without them there are no times, and
    ids are derived from content. ``trigger`` says who called, ``personas`` how each persona was resolved.
    ``simulation`` is false only where states really changed. ``trust_domain`` names the boundary within which the
    executor works; every record bears it (E20).
    """

    clock: Callable[[str], str] | None = None
    ids: Callable[[str, str], str] | None = None
    simulation: bool = True
    execution_id: str | None = None
    trigger: Mapping[str, str] = field(default_factory=dict)
    personas: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    trust_domain: str | None = None


KINDS: Mapping[str, tuple[str, str]] = {
    "flow_outcomes": ("provenance_chain_id", "chain"),
    "step_records": ("step_record_id", "step"),
    "operation_provenance": ("provenance_id", "prov"),
    "verdict_sets": ("verdict_set_id", "vs"),
    "verdict_provenance": ("verdict_provenance_id", "vp"),
    "fact_provenance": ("fact_provenance_id", "fp"),
}
"""Kind of record → the member that holds its id, and the prefix of ids that are derived."""

ID_LENGTH = 32
"""Hexadecimal digits of a derived id: 128 bits, beyond any chance of two records with one id."""


as_text = json.JSONEncoder(ensure_ascii=False, separators=(",", ":"), sort_keys=True, check_circular=False).encode
"""The canonical JSON of what chains are made of, as text, by the standard library's own fast writer."""


def digest(content: Json) -> str:
    """Lower-case hexadecimal SHA-256 of the canonical JSON (§19.2) of texts, whole numbers, truths, lists, objects."""
    try:
        encoded = as_text(content).encode()
    except UnicodeEncodeError:
        encoded = canonical_json(content)  # it says what is wrong
    return hashlib.sha256(encoded).hexdigest()


@dataclass(frozen=True, slots=True)
class Ruling:
    """What a rule came to, whether it fired or not, and what deciding it touched."""

    rule: Rule
    produced: bool
    value: Json
    facts_used: tuple[str, ...]
    verdicts_used: tuple[str, ...]


class Ledger:
    """The records of one chain, each kind in the order of writing; facts and verdicts are written first.

    ``facts`` and ``verdicts`` hold the same by name, as the nested document shows them.
    """

    __slots__ = (
        "_clock",
        "_given_ids",
        "_given_times",
        "_ids",
        "_references",
        "_trust",
        "evaluated",
        "facts",
        "records",
        "rulings",
        "snapshot",
        "snapshot_id",
        "verdict_set_id",
        "verdicts",
    )

    def __init__(self, snapshot: Snapshot, inputs: JsonObject, recording: Recording) -> None:
        self._clock, self._ids = recording.clock, recording.ids
        self._given_ids: list[Json] = []
        self._given_times: list[Json] = []
        self._trust: JsonObject = {} if recording.trust_domain is None else {"trust_domain": recording.trust_domain}
        self._references: dict[tuple[str, str], str] = {}
        self.records: dict[str, list[Json]] = {kind: [] for kind in KINDS}
        self.snapshot = snapshot
        self.snapshot_id = self._id("snapshots", "snap", {"contract_hash": snapshot.contract.hash, "inputs": inputs})
        self.rulings = {ruling.rule.verdict_type: ruling for ruling in rulings_of(snapshot)}
        received = self.times("received_at")
        self.facts = {fact.id: self._write_fact(fact, received) for fact in snapshot.contract.facts.values()}
        self.evaluated = self.times("evaluated_at")
        self.verdicts = {name: self._write_verdict(name, ruling) for name, ruling in self.rulings.items()}
        self.verdict_set_id = self._write_verdict_set()

    # --- ids and times ------------------------------------------------------------------------------------------

    def write(self, kind: str, content: JsonObject) -> str:
        """Write a record; returns its id."""
        member, prefix = KINDS[kind]
        content = {**content, **self._trust}
        record_id = self._id(kind, prefix, content)
        self.records[kind].append({member: record_id, **content})
        return record_id

    def _id(self, kind: str, prefix: str, content: JsonObject) -> str:
        derived = f"{prefix}_{digest(content)[:ID_LENGTH]}"
        if self._ids is None:
            return derived
        given = self._ids(kind, derived)
        self._given_ids.append(given)
        return given

    def times(self, name: str) -> JsonObject:
        """The member for a time: nothing where there is no clock."""
        if self._clock is None:
            return {}
        given = self._clock(name)
        self._given_times.append(given)
        return {name: given}

    def given(self) -> JsonObject:
        """The ids and times that the caller brought, in the order in which they were asked for."""
        ids: JsonObject = {} if self._ids is None else {"ids": self._given_ids}
        return ids if self._clock is None else {**ids, "times": self._given_times}

    # --- facts and verdicts -------------------------------------------------------------------------------------

    def _write_fact(self, fact: Fact, received: JsonObject) -> JsonObject:
        facts = self.snapshot.facts
        value, type_word = plain_json(facts.values[fact.id], fact.type), type_name(fact.type)
        more = {
            "source": source_json(fact.source, self.snapshot.contract),
            "assertion_source": facts.assertion_sources[fact.id],
            **received,
        }
        record: JsonObject = {"fact_name": fact.id, "declared_type": type_word, "value": value, **more}
        self._references["fact", fact.id] = self.write("fact_provenance", record)
        return {"value": value, "type": type_word, **more}

    def _write_verdict(self, name: str, ruling: Ruling) -> JsonObject:
        rule = ruling.rule
        when = compiled(self.snapshot.contract).text(rule.when)
        record: JsonObject = {
            "verdict_name": name,
            "rule": rule.id,
            "stratum": rule.stratum,
            "when_expression": when,
            "result": ruling.produced,
            "inputs": self.references(ruling.facts_used, ruling.verdicts_used),
        }
        self._references["verdict", name] = self.write("verdict_provenance", record)
        return {
            "value": ruling.value,
            "produced": ruling.produced,
            "type": type_name(rule.payload_type),
            "stratum": rule.stratum,
            "rule": rule.id,
            "when_expression": when,
            "verdicts_used": list(ruling.verdicts_used),
            "facts_used": {fact_id: self.facts[fact_id] for fact_id in ruling.facts_used},
        }

    def references(self, facts_used: Iterable[str], verdicts_used: Iterable[str]) -> JsonObject:
        """What a decision touched, with values and record ids: ``verdicts_referenced``, ``facts_referenced``."""
        return {
            "verdicts_referenced": [
                {
                    "name": name,
                    "value": self.rulings[name].value,
                    "produced": self.rulings[name].produced,
                    "stratum": self.rulings[name].rule.stratum,
                    "provenance_ref": self._references["verdict", name],
                }
                for name in verdicts_used
            ],
            "facts_referenced": [
                {
                    "name": name,
                    "value": self.facts[name]["value"],
                    "provenance_ref": self._references["fact", name],
                }
                for name in facts_used
            ],
        }

    def _write_verdict_set(self) -> str:
        verdicts: list[Json] = [
            {
                "name": name,
                "value": ruling.value,
                "produced": ruling.produced,
                "type": type_name(ruling.rule.payload_type),
                "stratum": ruling.rule.stratum,
                "rule": ruling.rule.id,
                "provenance_ref": self._references["verdict", name],
            }
            for name, ruling in self.rulings.items()
        ]
        return self.write(
            "verdict_sets",
            {"contract_hash": self.snapshot.contract.hash, **self.evaluated, "verdicts": verdicts},
        )

    def verdicts_below(self, verdicts_used: Iterable[str]) -> JsonObject:
        """The verdicts that a decision touched and those that they rest on, down to the facts, in stratum order."""
        needed = dict.fromkeys(verdicts_used)
        waiting = list(needed)
        while waiting:
            below = [name for name in self.rulings[waiting.pop()].verdicts_used if name not in needed]
            needed.update(dict.fromkeys(below))
            waiting += below
        return {name: verdict for name, verdict in self.verdicts.items() if name in needed}


def rulings_of(snapshot: Snapshot) -> Iterator[Ruling]:
    """Every rule in stratum order. One that did not fire is decided once more, for what its ``when`` touched."""
    for rule, _, _ in compiled(snapshot.contract).rules:
        verdict = snapshot.verdicts.get(rule.verdict_type)
        if verdict is not None:
            value = plain_json(verdict.payload, verdict.payload_type)
            yield Ruling(rule, True, value, verdict.facts_used, verdict.verdicts_used)
        else:
            decision = snapshot.decide(rule.when, "rule", rule.id)
            # As provenance records write it: a truth that was not found is false, any other value is not there.
            absent = False if isinstance(rule.payload_type, BoolType) else None
            yield Ruling(rule, False, absent, decision.facts_used, decision.verdicts_used)


def source_json(source: Json, contract: Contract) -> Json:
    """A fact's source declaration (§5.1, §5A): a text, or a declared source with its path and protocol."""
    if not isinstance(source, Mapping):
        return source
    if "system" in source:
        parts = (source.get("system"), source.get("field"))
        return ".".join(part for part in parts if isinstance(part, str) and part)
    declared = contract.sources.get(str(source.get("source_id")))
    members = {name: source.get(name) for name in ("source_id", "path")}
    members["protocol"] = declared.get("protocol") if isinstance(declared, Mapping) else None
    return {name: value for name, value in members.items() if isinstance(value, str)}
