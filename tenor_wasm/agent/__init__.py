"""Agents: they observe all instances, evaluate what a persona may do, choose by a policy, and execute the choice.

>>> from tenor_wasm import agent, executor
>>> report = agent.Agent(host, "buyer", agent.FirstAvailable(), facts).run(agent.Limits(steps=10), log=print)

A host is an ``executor.Executor``, or anything else with the calls of ``agent.Host``.
"""

from tenor_wasm.agent.actions import LEAVE, LOOK_AGAIN, Action, Decision, Policy, nothing
from tenor_wasm.agent.agent import Agent, Limits
from tenor_wasm.agent.facts import Facts, facts_from_file, facts_from_lines
from tenor_wasm.agent.host import Host
from tenor_wasm.agent.human import Human
from tenor_wasm.agent.log import Alternatives, Because, Report, Result, Step
from tenor_wasm.agent.observation import Candidate, Observation
from tenor_wasm.agent.policies import (
    Called,
    FirstAvailable,
    FirstThatChooses,
    PriorityList,
    RandomChoice,
    RoundRobin,
    policy_failed,
)
from tenor_wasm.agent.rehearsal import observed_states, rehearsal
from tenor_wasm.agent.remote import Member, Remote

__all__ = [
    "LEAVE",
    "LOOK_AGAIN",
    "Action",
    "Agent",
    "Alternatives",
    "Because",
    "Called",
    "Candidate",
    "Decision",
    "Facts",
    "FirstAvailable",
    "FirstThatChooses",
    "Host",
    "Human",
    "Limits",
    "Member",
    "Observation",
    "Policy",
    "PriorityList",
    "RandomChoice",
    "Remote",
    "Report",
    "Result",
    "RoundRobin",
    "Step",
    "facts_from_file",
    "facts_from_lines",
    "nothing",
    "observed_states",
    "policy_failed",
    "rehearsal",
]
