"""``tenor agent``: act as a persona on the instances of a store, by a policy, and tell each step and why."""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Callable, Generator, Iterator, Mapping
from contextlib import contextmanager
from importlib import import_module
from secrets import randbits

from tenor_wasm import agent as agents
from tenor_wasm.api import calls
from tenor_wasm.api.json_text import write_json
from tenor_wasm.api.render import to_json
from tenor_wasm.cli.command import (
    Command,
    Stream,
    check_standard_input,
    facts_option,
    persona_option,
    read_contract,
    read_json_option,
)
from tenor_wasm.cli.store import STORE_OPTIONS, instances_of
from tenor_wasm.errors import Json, TenorError, listed
from tenor_wasm.executor import Executor
from tenor_wasm.interchange.constructs import Contract

STEPS = 100


def _policy_option(parser: argparse.ArgumentParser) -> object:
    return parser.add_argument(
        "--policy",
        action="append",
        metavar="NAME",
        help="who chooses: first (the default), priority:FLOW,FLOW…, random, round-robin, round-robin:ENTITY, human, or"
        " call:MODULE:FUNCTION; several are asked in turn until one chooses",
    )


def _seed_option(parser: argparse.ArgumentParser) -> object:
    return parser.add_argument("--seed", type=int, metavar="N", help="of the policy random: the same one chooses alike")


def _steps_option(parser: argparse.ArgumentParser) -> object:
    return parser.add_argument(
        "--steps", type=_whole, default=STEPS, metavar="N", help=f"end after so many steps (default {STEPS})"
    )


def _seconds_option(parser: argparse.ArgumentParser) -> object:
    return parser.add_argument("--seconds", type=_number, metavar="S", help="end after so many seconds")


def _wait_option(parser: argparse.ArgumentParser) -> object:
    return parser.add_argument(
        "--wait",
        type=_number,
        metavar="S",
        help="when nothing is chosen, look again after S seconds (else: end)",
    )


def _until_option(parser: argparse.ArgumentParser) -> object:
    return parser.add_argument(
        "--until",
        metavar="ENTITY[/ID]=STATE",
        help="end when a step has brought an instance there; the exit status is 1 when the run ends before,"
        " also when it was there already",
    )


def _dry_run_option(parser: argparse.ArgumentParser) -> object:
    return parser.add_argument(
        "--dry-run", action="store_true", help="go on from a copy of the states in memory; nothing is stored"
    )


def _entities_option(parser: argparse.ArgumentParser) -> object:
    return parser.add_argument(
        "--entities", metavar="JSON", help="a dry run from these entity states, as JSON, @FILE, or -, without a store"
    )


def _whole(text: str) -> int:
    return int(_above_zero(int(text)))


def _number(text: str) -> float:
    return _above_zero(float(text))


def _above_zero(value: float) -> float:
    if not 0 < value < float("inf"):
        raise argparse.ArgumentTypeError("it must be above zero")
    return value


def run(namespace: argparse.Namespace) -> Stream:
    """Run the agent; negative when the condition of ``--until`` was not met."""
    names: list[str] = namespace.policy or ["first"]
    check_standard_input(namespace, ("facts", "entities"))
    reads = [name for name in ("facts", "entities", "contract") if getattr(namespace, name) == "-"]
    if "human" in names and reads:
        raise TenorError("usage", f"the policy human reads standard input: give {listed(reads)} in another way")
    if namespace.entities is not None and (namespace.db or namespace.namespace or namespace.server):
        raise TenorError("usage", "--entities is a dry run without a store: leave --db, --namespace and --server out")
    contract = read_contract(namespace)
    until = None if namespace.until is None else _brought_to(namespace.until, contract)
    policies = [_policy(name, namespace.seed, contract) for name in names]
    policy = policies[0] if len(policies) == 1 else agents.FirstThatChooses(policies)
    limits = agents.Limits(namespace.steps, namespace.seconds, namespace.wait, until)
    return Stream(_lines(namespace, contract, policy, limits))


def _lines(
    namespace: argparse.Namespace, contract: Contract, policy: agents.Policy, limits: agents.Limits
) -> Generator[str, None, bool]:
    facts = _facts(namespace)
    with _host(namespace, contract) as (host, dry_run):
        steps = agents.Agent(host, namespace.persona, policy, facts, dry_run=dry_run).steps_and_end(limits)
        told = False
        interrupt: KeyboardInterrupt | None = None
        while True:
            try:
                step = next(steps) if interrupt is None else steps.throw(interrupt)
            except StopIteration as end:
                report: agents.Report = end.value
                break
            try:
                told = True
                yield write_json(to_json(step)) + "\n" if namespace.json else _step_text(step)
            except KeyboardInterrupt as interrupted:
                interrupt = interrupted
    if told or report.error is None:  # an error before the first step is the whole answer
        yield write_json(to_json(report)) + "\n" if namespace.json else _report_text(report)
    if report.error is not None:
        raise report.error
    if report.ended == "interrupted":
        raise KeyboardInterrupt
    return limits.until is not None and report.ended != "condition_met"


@contextmanager
def _host(namespace: argparse.Namespace, contract: Contract) -> Iterator[tuple[agents.Host, bool]]:
    """Where the agent acts, and whether that is a rehearsal. An agent starts only what its persona may start."""
    if namespace.entities is not None:
        states = calls.read_states(read_json_option(namespace, "entities"), contract)
        yield agents.rehearsal(contract, states, authorize_initiator=True), True
        return
    with instances_of(namespace, contract, authorize_initiator=True) as place:
        host: agents.Host = place if isinstance(place, Executor) else agents.Remote(place)
        if namespace.dry_run:
            states = place.entity_states() if isinstance(place, Executor) else agents.observed_states(host)
            yield agents.rehearsal(contract, states, authorize_initiator=True), True
        else:
            yield host, False


def _facts(namespace: argparse.Namespace) -> Json | agents.Facts:
    """The facts of every step; a file is read anew for each, one of JSON lines gives a line to each."""
    text: str = namespace.facts
    if not text.startswith("@"):
        return read_json_option(namespace, "facts")
    return (agents.facts_from_lines if text.endswith(".jsonl") else agents.facts_from_file)(text[1:])


# --- policies and conditions -----------------------------------------------------------------------------------


def _policy(text: str, seed: int | None, contract: Contract) -> agents.Policy:
    name, separator, rest = text.partition(":")
    make = _POLICIES.get(name)
    if make is None or (name in _WITHOUT_REST and separator) or (name in _WITH_REST and not rest):
        raise TenorError("usage", f"'{text}' is no policy; use {listed(_USAGE)}")
    return make(rest, seed, contract)


def _priority(rest: str, seed: int | None, contract: Contract) -> agents.Policy:
    flows = rest.split(",")
    for flow_id in flows:
        if flow_id not in contract.flows:
            message = f"no flow '{flow_id}' is declared; declared are {listed(contract.flows)}"
            raise TenorError("unknown_flow", message)
    return agents.PriorityList(flows)


def _round_robin(rest: str, seed: int | None, contract: Contract) -> agents.Policy:
    if rest and rest not in contract.entities:
        message = f"no entity '{rest}' is declared; declared are {listed(contract.entities)}"
        raise TenorError("unknown_entity", message)
    return agents.RoundRobin(rest or None)


def _called(rest: str, seed: int | None, contract: Contract) -> agents.Policy:
    module_name, _, function_name = rest.partition(":")
    sys.path.insert(0, os.getcwd())  # a policy lies where one works, as with 'python -m'
    try:
        function = getattr(import_module(module_name), function_name)
    except (ImportError, AttributeError, ValueError) as error:
        raise TenorError("usage", f"--policy call:{rest}: {error}") from None
    except Exception as error:  # whatever stands in the module
        raise agents.policy_failed(f"call:{rest}", error) from error
    if not callable(function):
        raise TenorError("usage", f"--policy call:{rest}: '{function_name}' cannot be called")
    return agents.Called(function, rest)


_POLICIES: Mapping[str, Callable[[str, int | None, Contract], agents.Policy]] = {
    "first": lambda *_: agents.FirstAvailable(),
    "priority": _priority,
    "random": lambda _, seed, __: agents.RandomChoice(randbits(32) if seed is None else seed),
    "round-robin": _round_robin,
    "human": lambda *_: agents.Human(),
    "call": _called,
}
_WITHOUT_REST = frozenset({"first", "random", "human"})
_WITH_REST = frozenset({"priority", "call"})
_USAGE = ("first", "priority:FLOW,FLOW", "random", "round-robin", "round-robin:ENTITY", "human", "call:MODULE:FUNCTION")


def _brought_to(text: str, contract: Contract) -> Callable[[agents.Step], bool]:
    """The condition that a step has brought an instance to a state."""
    place, separator, state = text.rpartition("=")
    entity_id, _, instance_id = place.partition("/")
    entity = contract.entities.get(entity_id)
    if not separator or entity is None or state not in entity.states:
        known = listed(f"{one.id}={state}" for one in contract.entities.values() for state in one.states)
        raise TenorError("usage", f"--until takes ENTITY=STATE or ENTITY/ID=STATE, not '{text}'; there are {known}")

    def met(step: agents.Step) -> bool:
        transitions = () if step.result is None else step.result.transitions
        last = {(one["entity_id"], one["instance_id"]): one["to_state"] for one in transitions}
        return any(
            to_state == state and of == entity_id and instance_id in ("", name) for (of, name), to_state in last.items()
        )

    return met


# --- for people ------------------------------------------------------------------------------------------------


def _step_text(step: agents.Step) -> str:
    """A step: the choice and its reason, what made it possible, what came of it."""
    chosen = step.decision.action or "nothing"
    lines = [f"{step.number}. {chosen} ({step.decision.reason})"]
    if step.because is not None:
        verdicts = [verdict["verdict_type"] for verdict in step.because.verdicts]
        stood = [
            f"{entity_id}/{name} is {'unknown' if one is None else one['state']}"
            for entity_id, instances in step.because.states.items()
            for name, one in instances.items()
        ]
        told = [", ".join(stood), f"verdicts: {', '.join(verdicts)}" if verdicts else ""]
        lines.append(f"   because {'; '.join(filter(None, told)) or 'it needs nothing'}")
    if step.result is not None:
        lines += [f"   {line}" for line in _result_lines(step.result, "would be " if step.dry_run else "")]
    return "\n".join(lines) + "\n"


def _result_lines(result: agents.Result, mood: str) -> Iterator[str]:
    chain = f"  {result.chain_id}" if result.chain_id else ""
    if result.outcome is None:
        yield f"{mood}{result.status}: {result.message} [{result.code}]"
        return
    refused = f" [{result.code}]" if result.code else ""
    yield f"{mood}{result.status}: {result.outcome}{refused}{chain}"
    for one in result.transitions:
        yield f"{one['entity_id']}/{one['instance_id']}: {one['from_state']} → {one['to_state']}"


def _report_text(report: agents.Report) -> str:
    mood = "would be " if report.dry_run else ""
    counted = [f"{number} {mood}{status}" for status, number in report.statuses.items()]
    dry = "; a dry run, nothing is stored" if report.dry_run else ""
    steps = f"{report.steps} step{'s' if report.steps != 1 else ''}"
    return f"ended ({report.ended}) after {steps}: {', '.join([*counted, f'{report.idle} without a choice'])}{dry}\n"


COMMAND = Command(
    "agent",
    "act as a persona on the instances of a store, step by step (with --json: a line each, and one for the end)",
    run,
    (
        persona_option,
        facts_option,
        _policy_option,
        _seed_option,
        _steps_option,
        _seconds_option,
        _wait_option,
        _until_option,
        _dry_run_option,
        _entities_option,
        *STORE_OPTIONS,
    ),
)
