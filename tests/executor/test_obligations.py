"""The executor's obligations (§17.2, §17.4), each by its name, on every backend."""

from __future__ import annotations

import ast
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tenor_wasm import api
from tenor_wasm.errors import TenorError
from tenor_wasm.executor import Executor, MemoryStorage, audit
from tenor_wasm.executor.signing import Ed25519Signer, verify_bundle, verify_chain
from tenor_wasm.executor.storage import Storage
from tests.executor.shops import APPROVE, BUNDLE, CONTRACT, FACTS, SHIP, SUBMIT, executor_on, states, verified
from tests.test_schemas import _validator


@pytest.fixture
def executor(storage: Storage) -> Executor:
    """An executor on each backend, with two orders and a parcel."""
    executor = executor_on(storage)
    for entity, name in (("Order", "ord-001"), ("Order", "ord-002"), ("Parcel", "par-001")):
        executor.create_instance(entity, name)
    return executor


def refused(work: Callable[..., object], *arguments: Any, **named: Any) -> TenorError:
    with pytest.raises(TenorError) as caught:
        work(*arguments, **named)
    return caught.value


def chain_of(executor: Executor, execution: Any) -> Any:
    return api.parse_json(executor.chain(execution.record.chain_id).chain)


FIRST = {"Order": "ord-001"}
BOTH = {"Order": "ord-001", "Parcel": "par-001"}


def test_e1_external_source_integrity(executor: Executor) -> None:
    """Facts are those of the caller; what comes from the contract's defaults is marked, and nothing else appears."""
    chain = chain_of(executor, executor.execute_flow(*SUBMIT, FIRST))
    assert chain["inputs"]["facts"] == FACTS
    sources = {fact["fact_name"]: fact["assertion_source"] for fact in chain["records"]["fact_provenance"]}
    assert sources == {"paid": "external", "weight": "contract", "ready_at": "contract"}
    error = refused(lambda: executor.execute_flow("submit", "clerk", {}, {"Order": "ord-002"}))
    assert error.code == "invalid_facts"
    assert states(executor)["Order", "ord-002"] == "draft"


def test_e2_transition_source_validation(executor: Executor) -> None:
    """An operation is refused where the targeted instance is not in the source state, whatever others are in."""
    executor.execute_flow(*SUBMIT, FIRST)
    again = executor.execute_flow(*SUBMIT, FIRST)
    assert (again.outcome, again.transitions) == ("failure", ())
    assert [operation.error_code for operation in again.operations] == ["entity_not_in_source_state"]
    assert states(executor)["Order", "ord-001"] == "submitted"
    assert states(executor)["Order", "ord-002"] == "draft"
    absent = executor.execute_flow(*SUBMIT, {"Order": "ord-404"})
    assert [operation.error_code for operation in absent.operations] == ["unknown_instance"]


def test_e3_atomicity_enforcement(executor: Executor) -> None:
    """An operation over two entities changes both instances, or none: also when one is in the wrong state."""
    assert executor.execute_flow(*SHIP, BOTH).transitions == ()
    before = states(executor)
    executor.execute_flow(*SUBMIT, FIRST)
    executor.execute_flow(*APPROVE, FIRST)
    refused_for_parcel = executor.execute_flow(*SHIP, {"Order": "ord-001", "Parcel": "par-404"})
    assert refused_for_parcel.transitions == ()
    assert states(executor) == before | {("Order", "ord-001"): "approved"}
    shipped = executor.execute_flow(*SHIP, BOTH)
    assert [(c.key.entity_id, c.operation_sequence) for c in shipped.transitions] == [("Order", 1), ("Parcel", 1)]
    assert states(executor) == before | {("Order", "ord-001"): "done", ("Parcel", "par-001"): "sent"}


def test_e4_snapshot_isolation(storage: Storage) -> None:
    """Facts, verdicts and the contract's rules are those of the start, also when the transaction runs again."""
    facts = {"paid": True}
    executor = executor_on(Interrupted(storage, lambda: facts.update(paid=False)))
    executor.create_instance("Order", "a")
    execution = executor.execute_flow("submit", "clerk", facts, {"Order": "a"})
    assert facts == {"paid": False}
    assert execution.outcome == "success"
    assert verified(executor, execution.record.chain_id)


class Interrupted:
    """A store whose first flow meets a conflict when all is written, and somebody changes the caller's facts."""

    def __init__(self, storage: Storage, meanwhile: Callable[[], object]) -> None:
        self._storage, self._meanwhile, self._interrupted = storage, meanwhile, False
        self.snapshot, self.close = storage.snapshot, storage.close

    def transaction(self) -> Any:
        from contextlib import contextmanager

        @contextmanager
        def block() -> Any:
            with self._storage.transaction() as transaction:
                yield transaction
                if transaction.flows("test", 0, 1) and not self._interrupted:
                    self._interrupted = True
                    self._meanwhile()
                    raise TenorError("conflict", "somebody else was first")

        return block()


def test_e5_sub_flow_snapshot_inheritance(executor: Executor) -> None:
    """A sub-flow runs on the snapshot of the flow that called it, and on its bindings."""
    chain = chain_of(executor, executor.execute_flow("process", "clerk", FACTS, FIRST))
    flows = chain["records"]["flow_outcomes"]
    assert len(flows) == 2
    assert {record["snapshot_id"] for record in flows} == {chain["snapshot_id"]}
    assert len(chain["records"]["verdict_sets"]) == 1
    assert all(record["entity_bindings"] == FIRST for record in flows)
    assert states(executor)["Order", "ord-001"] == "approved"


def test_e6_utc_normalization(executor: Executor) -> None:
    """A time with an offset is recorded and compared in UTC: 01:30+02:00 is the day before."""
    facts = FACTS | {"ready_at": "2026-06-01T01:30:00+02:00"}
    execution = executor.execute_flow("ship", "clerk", facts, BOTH)
    assert chain_of(executor, execution)["inputs"]["facts"]["ready_at"] == "2026-05-31T23:30:00Z"
    # The precondition holds in UTC; what refuses is the state.
    assert [operation.error_code for operation in execution.operations] == ["entity_not_in_source_state"]


def test_e7_numeric_model_conformance(executor: Executor) -> None:
    """Decimals are exact and compared as such; a binary float is refused."""
    executor.execute_flow(*SUBMIT, FIRST)
    over = executor.execute_flow("approve", "boss", FACTS | {"weight": "2.51"}, FIRST)
    assert [operation.error_code for operation in over.operations] == ["precondition_failed"]
    assert (
        refused(lambda: executor.execute_flow("approve", "boss", FACTS | {"weight": 2.5}, FIRST)).code
        == "invalid_facts"
    )
    assert executor.execute_flow("approve", "boss", FACTS | {"weight": "2.50"}, FIRST).outcome == "success"


def test_e8_branch_isolation(executor: Executor) -> None:
    """Parallel branches run on one snapshot and the same starting states; both changes are recorded."""
    execution = executor.execute_flow("both", "clerk", FACTS, BOTH)
    before = [
        operation["state_before"] for operation in chain_of(executor, execution)["records"]["operation_provenance"]
    ]
    assert before == [{"Order": {"ord-001": "draft"}}, {"Parcel": {"par-001": "packed"}}]
    assert execution.outcome == "success"
    assert len(execution.transitions) == 2


def test_e9_join_evaluation_after_full_branch_completion(executor: Executor) -> None:
    """A branch that fails does not keep the other one from its end; the join judges both."""
    execution = executor.execute_flow("both", "clerk", {"paid": False}, BOTH)
    assert execution.outcome == "failure"
    assert states(executor)["Parcel", "par-001"] == "sent"
    assert states(executor)["Order", "ord-001"] == "draft"


def test_e10_manifest(executor: Executor) -> None:
    """The manifest is of this contract: its etag is the hash that every chain names."""
    from tenor_wasm.executor import contract_manifest

    manifest = contract_manifest(BUNDLE)
    assert f"sha256:{manifest['etag']}" == chain_of(executor, executor.execute_flow(*SUBMIT, FIRST))["contract_hash"]


def test_e11_the_manifest_suffices(executor: Executor) -> None:
    """Who has the manifest alone can evaluate as the executor does, and verify its chains."""
    from tenor_wasm.executor import contract_manifest

    fetched = api.load(contract_manifest(BUNDLE)["bundle"])
    chain = chain_of(executor, executor.execute_flow(*SUBMIT, FIRST))
    assert api.verify(fetched, chain).agrees


def test_e12_etag_changes_with_the_bundle_alone() -> None:
    from tenor_wasm.executor import contract_manifest

    manifest = contract_manifest(BUNDLE)
    assert contract_manifest(BUNDLE, trust_domain="acme.test")["etag"] == manifest["etag"]
    assert contract_manifest({**BUNDLE, "id": "other"})["etag"] != manifest["etag"]


def test_e13_dry_run(executor: Executor) -> None:
    """A simulation says what would be, bears its mark, and leaves nothing behind."""
    before = states(executor)
    simulation = executor.simulate_flow(*SUBMIT, FIRST, provenance=True)
    json: Any = api.to_json(simulation)
    assert json["simulation"] is True
    assert json["provenance"]["simulation"] is True
    assert [change["to_state"] for change in json["would_transition"]] == ["submitted"]
    assert states(executor) == before
    assert executor.chains().items == ()
    assert refused(lambda: executor.chain(json["provenance"]["provenance_chain_id"])).code == "unknown_chain"


def test_e14_capability_advertisement() -> None:
    from tenor_wasm.executor import contract_manifest

    capabilities = {"migration_analysis_mode": "conservative", "multi_instance_entities": True}
    assert contract_manifest(BUNDLE)["capabilities"] == capabilities


def test_e15_instance_creation(storage: Storage) -> None:
    """Instances begin in the initial state; any other is refused, and leaves nothing."""
    executor = executor_on(storage)
    record = executor.create_instance("Order", "a", persona="clerk")
    assert (record.state, record.version) == ("draft", 0)
    assert executor.create_instance("Order", "b", "draft").state == "draft"
    error = refused(lambda: executor.create_instance("Order", "c", "approved"))
    assert (error.code, error.details) == ("not_initial_state", {"initial": "draft"})
    assert refused(lambda: executor.create_instance("Order", "c", "nowhere")).code == "unknown_state"
    assert refused(lambda: executor.create_instance("Ordre", "c")).code == "unknown_entity"
    assert refused(lambda: executor.create_instance("Order", "c", persona="nobody")).code == "persona_rejected"
    assert states(executor) == {("Order", "a"): "draft", ("Order", "b"): "draft"}
    creation = executor.history("Order", "a").page.items[0]
    assert (creation.from_state, creation.to_state, creation.operation_id, creation.persona) == (
        None, "draft", None, "clerk",
    )  # fmt: skip


@pytest.mark.parametrize("name", ["", "a\0b", "\ud800", "x" * 201, 7])
def test_e15_an_instance_id_is_one_that_every_store_can_hold(name: Any) -> None:
    executor = executor_on(MemoryStorage())
    wanted = "invalid_instance_id" if isinstance(name, str) else "invalid_argument"
    assert refused(lambda: executor.create_instance("Order", name)).code == wanted


def test_e16_instance_identity_stability(executor: Executor) -> None:
    """An id names one instance for ever: it is given once, also after the instance has come to its end."""
    for step in (SUBMIT, APPROVE):
        executor.execute_flow(*step, FIRST)
    executor.execute_flow(*SHIP, BOTH)
    error = refused(lambda: executor.create_instance("Order", "ord-001"))
    assert error.code == "instance_exists"
    history = executor.history("Order", "ord-001").page.items
    assert [change.to_state for change in history] == ["draft", "submitted", "approved", "done"]
    assert [change.version for change in history] == [0, 1, 2, 3]
    made = [executor.create_instance("Order").key.instance_id for _ in range(3)]
    assert len({*made}) == 3


def test_e16_the_same_id_of_another_entity_is_another_instance(executor: Executor) -> None:
    executor.create_instance("Parcel", "ord-001")
    executor.execute_flow(*SUBMIT, FIRST)
    assert states(executor)["Parcel", "ord-001"] == "packed"
    assert [change.to_state for change in executor.history("Parcel", "ord-001").page.items] == ["packed"]


def test_e17_instance_enumeration(storage: Storage) -> None:
    """Every instance is enumerated, on however many pages, and every one reaches the evaluator."""
    executor = executor_on(storage)
    names = [f"ord-{number:03}" for number in range(25)]
    for name in names:
        executor.create_instance("Order", name)
    for name in names[::3]:
        executor.execute_flow(*SUBMIT, {"Order": name})
    expected = {("Order", name): "submitted" if name in names[::3] else "draft" for name in names}
    assert states(executor) == expected
    for limit in (1, 7, 24, 25, 100):
        listed, cursor = [], None
        while True:
            page = executor.list_instances("Order", cursor=cursor, limit=limit)
            assert len(page.items) <= limit
            listed += [(record.key.instance_id, record.state) for record in page.items]
            cursor = page.next_cursor
            if cursor is None:
                break
        assert listed == [(name, expected["Order", name]) for name in names]
    assert [record.key.instance_id for record in executor.list_instances("Order", "submitted").items] == names[::3]
    space: Any = api.to_json(executor.action_space("clerk", FACTS))
    submit = next(action for action in space["actions"] if action["flow_id"] == "submit")
    assert submit["instance_bindings"]["Order"] == [name for name in names if name not in names[::3]]
    assert submit["blocked_instances"]["Order"] == dict.fromkeys(names[::3], "submitted")
    counted = {count.entity_id: count.states for count in executor.counts()}
    assert counted["Order"] == {"draft": 16, "submitted": 9, "approved": 0, "done": 0}
    assert counted["Parcel"] == {"packed": 0, "sent": 0}


def test_e18_artifact_integrity_attestation() -> None:
    """A claim binds the whole bundle to its signer, and is checked without the executor."""
    signer, stranger = Ed25519Signer.generate(), Ed25519Signer.generate()
    claim = signer.sign_bundle(BUNDLE)
    verify_bundle(BUNDLE, claim, [stranger.public_key, signer.public_key])
    assert (
        refused(lambda: verify_bundle({**BUNDLE, "id": "x"}, claim, [signer.public_key])).code == "attestation_rejected"
    )
    assert refused(lambda: verify_bundle(BUNDLE, claim, [stranger.public_key])).code == "attestation_rejected"


def test_e19_provenance_authenticity(storage: Storage) -> None:
    """A recorded chain bears a claim; changing any member of the chain breaks the claim, whatever its hash says."""
    signer = Ed25519Signer.generate()
    executor = executor_on(storage, signer=signer)
    executor.create_instance("Order", "a")
    execution = executor.execute_flow(*SUBMIT, {"Order": "a"})
    record = executor.chain(execution.record.chain_id)
    chain: Any = api.parse_json(record.chain)
    assert record.attestation is not None
    verify_chain(chain, record.attestation, [signer.public_key])
    assert api.verify(CONTRACT, chain).agrees
    for path in every_leaf(chain):
        forged: Any = api.parse_json(record.chain)
        edit(forged, path)
        error = refused(verify_chain, forged, record.attestation, [signer.public_key])
        assert error.code == "attestation_rejected", path
    for claim in ("", "ed25519", "ed25519:x:y", record.attestation[:-2] + "!!", record.attestation[:-4]):
        assert refused(verify_chain, chain, claim, [signer.public_key]).code == "attestation_rejected"
    assert executor_on(storage, namespace="other").chains().items == ()


def every_leaf(value: Any, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    items = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    leaves = [leaf for name, member in items for leaf in every_leaf(member, (*path, name))]
    return leaves or ([] if path[-1:] == ("content_hash",) else [path])


def edit(document: Any, path: tuple[Any, ...]) -> None:
    for step in path[:-1]:
        document = document[step]
    document[path[-1]] = "edited"


def test_e19_unattested_provenance_is_valid(executor: Executor) -> None:
    execution = executor.execute_flow(*SUBMIT, FIRST)
    assert executor.chain(execution.record.chain_id).attestation is None
    assert verified(executor, execution.record.chain_id)


def test_e20_trust_domain_identification(storage: Storage) -> None:
    """A declared trust domain is in every provenance record, and the chain verifies with it."""
    executor = executor_on(storage, trust_domain="acme.test.eu")
    executor.create_instance("Order", "a")
    execution = executor.execute_flow("process", "clerk", FACTS, {"Order": "a"})
    chain = chain_of(executor, execution)
    records = [record for kind in chain["records"].values() for record in kind]
    assert len(records) > 10
    assert {record.get("trust_domain") for record in records} == {"acme.test.eu"}
    assert chain["trust_domain"] == "acme.test.eu"
    assert [error.message for error in _validator("chain").iter_errors(chain)] == []
    assert verified(executor, execution.record.chain_id)
    assert {change.trust_domain for change in executor.history("Order", "a").page.items} == {"acme.test.eu"}
    stored = executor.execution(execution.record.execution_id)
    assert stored.record.trust_domain == stored.provenance.trust_domain == "acme.test.eu"
    edited = api.parse_json(executor.chain(execution.record.chain_id).chain)
    assert isinstance(edited, dict)
    edited["trust_domain"] = "other"
    assert not api.verify(CONTRACT, edited).agrees


def test_everything_in_the_store_is_explained(executor: Executor) -> None:
    for flow in ("submit", "process", "rush", "approve", "both", "ship", "reopen"):
        for order in ("ord-001", "ord-002"):
            executor.execute_flow(flow, "clerk", FACTS, {"Order": order, "Parcel": "par-001"})
    report = audit(executor)
    assert report.faults == ()
    assert (report.instances, report.executions) == (3, 14)


def test_every_obligation_has_a_test_named_after_it() -> None:
    tests = [node.name for node in ast.parse(Path(__file__).read_text()).body if isinstance(node, ast.FunctionDef)]
    for number in range(1, 21):
        assert any(name.startswith(f"test_e{number}_") for name in tests), f"E{number}"
