"""The tables of `make bench`, made from what the engines measured."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from tests.benchmarks import cases
from tests.benchmarks.cases import Case
from tests.benchmarks.engines import Measured
from tests.benchmarks.fit import growth, ratios, spread
from tests.benchmarks.peers import Peer
from tests.benchmarks.table import markdown, milliseconds, number

SESSION_SIZE = 10_000
"""Instances of each entity in the session that is measured."""


def tables(found: Mapping[str, Measured], wanted: Sequence[Case], besides: Sequence[Peer]) -> str:
    """All tables."""
    parts = [
        "### What a call costs\n",
        "Milliseconds, JSON text in and out: the median of the rounds, and the quarters around it.\n",
        markdown(("", *found), call_rows(found, wanted)),
        "\n### Growth, rates and memory\n",
        markdown(("", *found), other_rows(found, wanted)),
    ]
    if "Node" in found and besides:
        title = "\n### Beside other libraries, in one process of Node\n"
        parts += [title, PEERS, markdown(PEER_HEAD, peer_rows(found["Node"], besides))]
    return "\n".join(parts)


PEERS = (
    "Each is asked for the part of the work that it can express, in its own idiom, its rules prepared beforehand.\n"
    "A ratio above 1 says that ours takes longer; it does the work of the last column besides.\n"
)
PEER_HEAD = ("", "theirs, ms", "ours, ms", "ratio", "what it does not do")


def call_rows(found: Mapping[str, Measured], wanted: Sequence[Case]) -> Iterator[tuple[str, ...]]:
    """A line for each case, a column for each engine."""
    names = [case.name for case in wanted]
    names.insert(names.index("evaluate escrow") + 1, "evaluate escrow, typed call")
    for name in names:
        cells = (measured.times.get(name, {}).get("ours") for measured in found.values())
        yield (name, *("" if times is None else milliseconds(spread(times)) for times in cells))
    session = next((case.name for case in wanted if case == cases.action_space(SESSION_SIZE)), None)
    if session is not None:
        cells = (measured.times[session].get("session") for measured in found.values())
        told = ("not in this wheel" if times is None else milliseconds(spread(times)) for times in cells)
        yield (f"session, N={SESSION_SIZE:,}: a transition and what it changes", *told)


def other_rows(found: Mapping[str, Measured], wanted: Sequence[Case]) -> Iterator[tuple[str, ...]]:
    """Exponents of growth, evaluations a second, bytes an instance."""
    instances = [case for case in wanted if case.name.startswith("action space escrow") and case.size >= 1_000]
    flows = [case for case in wanted if case.contract.startswith("flows-")]
    for what, group in (("instances", instances), ("flows", flows)):
        if len(group) > 1:
            sizes = [case.size for case in group]
            name = f"growth in {what}, {min(sizes):,} to {max(sizes):,}: exponent"
            yield (name, *(f"{growth(sizes, _medians(measured, group)):.2f}" for measured in found.values()))
    for name in ("evaluate escrow", "evaluate escrow, typed call"):
        cells = (measured.times.get(name, {}).get("ours") for measured in found.values())
        told = ("" if times is None else f"{1000 / spread(times).median:,.0f}" for times in cells)
        yield (f"{name}: a second, on one core", *told)
    for what, name in (("states", "entity states, read: bytes an instance"), ("session", "session: bytes an instance")):
        held = (measured.memory.get(what) for measured in found.values())
        yield (name, *("not in this wheel" if one is None else f"{one:.0f}" for one in held))
    heaps = [measured.memory.get("million") for measured in found.values()]
    if any(heaps):
        told = ("" if heap is None else f"{heap / 2**20:.0f} MiB" for heap in heaps)
        yield ("session of 1,000,000 instances: WebAssembly memory in all, at most", *told)


def _medians(measured: Measured, group: Sequence[Case]) -> list[float]:
    return [spread(measured.times[case.name]["ours"]).median for case in group]


def peer_rows(measured: Measured, besides: Sequence[Peer]) -> Iterator[tuple[str, ...]]:
    """Ours beside each other library."""
    for peer in besides:
        times = measured.times[peer.plan()["name"]]
        ours, theirs = times["ours"], times[peer.library]
        figures = (milliseconds(spread(theirs)), milliseconds(spread(ours)), number(ratios(ours, theirs).median))
        yield (f"{peer.library}: {peer.part}", *figures, peer.missing)
