"""Who waits for whom. Everything here is iterative: a chain of ten thousand tasks is fine."""

from collections import deque
from collections.abc import Iterable, Mapping, Sequence


Graph = Mapping[str, Sequence[str]]
"""Each id with the ids that it depends on."""


def dependents(graph: Graph) -> dict[str, list[str]]:
    """Each id with the ids that depend on it directly, in the graph's order."""
    result: dict[str, list[str]] = {node: [] for node in graph}
    for node, needs in graph.items():
        for need in dict.fromkeys(needs):
            if need in result:
                result[need].append(node)
    return result


def falls_with(graph: Graph, roots: Iterable[str]) -> list[str]:
    """The ids that cannot be done when `roots` are not: all their dependents, in the graph's order."""
    below = dependents(graph)
    queue = deque(roots)
    seen = set(queue)
    fallen: set[str] = set()
    while queue:
        for node in below.get(queue.popleft(), ()):
            if node not in seen:
                seen.add(node)
                fallen.add(node)
                queue.append(node)
    return [node for node in graph if node in fallen]


def find_cycle(graph: Graph) -> list[str] | None:
    """One cycle as a path that ends where it starts, such as `[a, b, a]`, or None when there is none.

    Kahn's algorithm peels off what can be ordered; whatever is left lies on or above a cycle, and walking
    along its dependencies must return.
    """
    waiting = {node: {need for need in needs if need in graph} for node, needs in graph.items()}
    below = dependents(graph)
    queue = deque(node for node, needs in waiting.items() if not needs)
    while queue:
        node = queue.popleft()
        del waiting[node]
        for other in below[node]:
            waiting[other].discard(node)
            if not waiting[other]:
                queue.append(other)
    if not waiting:
        return None
    path: list[str] = []
    place: dict[str, int] = {}
    node = next(iter(waiting))
    while node not in place:
        place[node] = len(path)
        path.append(node)
        node = next(need for need in graph[node] if need in waiting)
    return [*path[place[node] :], node]
