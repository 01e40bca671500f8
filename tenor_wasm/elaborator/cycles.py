"""Cycles of a directed graph: entity parents, steps, sub-flows, triggers."""

from __future__ import annotations

from collections.abc import Iterator, Mapping


def cycles(edges: Mapping[str, tuple[str, ...]]) -> Iterator[list[str]]:
    """Cycles of a graph, one for each back edge of a depth-first walk, each as the nodes along it.

    An explicit stack: a long chain must not exhaust the interpreter's recursion.
    """
    done: set[str] = set()
    for root in edges:
        if root in done:
            continue
        path, on_path, pending = [root], {root}, [iter(edges[root])]
        while pending:
            following = next(pending[-1], None)
            if following is None:
                pending.pop()
                finished = path.pop()
                on_path.discard(finished)
                done.add(finished)
            elif following in on_path:
                yield path[path.index(following) :]
            elif following in edges and following not in done:
                path.append(following)
                on_path.add(following)
                pending.append(iter(edges[following]))
