"""Cycles of a directed graph of names: types, entity parents, steps, sub-flows, triggers, imports."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

_SHOWN = 8
"""A message names so many members of a cycle; a long cycle is cut in the middle."""


def cycles(edges: Mapping[str, tuple[str, ...]]) -> Iterator[list[str]]:
    """Cycles of a graph, one for each back edge of a depth-first walk, each as the nodes along it.

    An explicit stack: a long chain must not exhaust the interpreter's recursion.
    """
    done: set[str] = set()
    for root in edges:
        if root in done:
            continue
        path, on_path, pending = [root], {root: 0}, [iter(edges[root])]
        while pending:
            following = next(pending[-1], None)
            if following is None:
                pending.pop()
                finished = path.pop()
                del on_path[finished]
                done.add(finished)
            elif following in on_path:
                yield path[on_path[following] :]
            elif following in edges and following not in done:
                on_path[following] = len(path)
                path.append(following)
                pending.append(iter(edges[following]))


def shown_cycle(path: Sequence[str], start: int = 0) -> str:
    """``a → b → a`` for the cycle ``[a, b]``, which a path ends with from ``start`` on."""
    half = _SHOWN // 2
    if len(path) - start > _SHOWN:
        return " → ".join([*path[start : start + half], "…", *path[-half:], path[start]])
    return " → ".join([*path[start:], path[start]])
