"""Who waits for whom: cycles are named, and what falls with a task is exactly what cannot be done without it."""

from itertools import pairwise

import pytest
from hypothesis import given, strategies as st

from tmtui.domain.graph import Graph, dependents, falls_with, find_cycle


NAMES = [f"t{number}" for number in range(8)]

graphs = st.dictionaries(st.sampled_from(NAMES), st.lists(st.sampled_from(NAMES), max_size=4), max_size=8)
"""Any graph: with cycles, with the same need twice, with needs that are nowhere."""


@st.composite
def acyclic_graphs(draw: st.DrawFn) -> dict[str, list[str]]:
    order = draw(st.permutations(NAMES))
    places = draw(st.permutations(NAMES))
    needs = {
        name: draw(st.lists(st.sampled_from(order[:place] or [""]), max_size=3)) for place, name in enumerate(order)
    }
    return {name: [need for need in needs[name] if need] for name in places}


def reachable(graph: Graph, start: str) -> set[str]:
    """Everything that `start` needs, directly or not, itself included only when a cycle leads back."""
    found: set[str] = set()
    stack = list(graph.get(start, ()))
    while stack:
        node = stack.pop()
        if node in graph and node not in found:
            found.add(node)
            stack.extend(graph[node])
    return found


@pytest.mark.parametrize(
    ("graph", "cycle"),
    [
        ({"a": ["a"]}, ["a", "a"]),
        ({"a": ["b"], "b": ["a"]}, ["a", "b", "a"]),
        ({"x": [], "a": ["b", "x"], "b": ["c"], "c": ["a"]}, ["a", "b", "c", "a"]),
        ({"above": ["a"], "a": ["b"], "b": ["a"]}, ["a", "b", "a"]),
    ],
)
def test_a_cycle_is_named_as_a_path_that_comes_back(graph: Graph, cycle: list[str]) -> None:
    assert find_cycle(graph) == cycle


@pytest.mark.parametrize(
    "graph",
    [
        {},
        {"a": []},
        {"a": ["elsewhere"]},
        {"top": ["left", "right"], "left": ["bottom"], "right": ["bottom"], "bottom": []},
        {"a": ["b", "b"], "b": []},
    ],
)
def test_a_graph_without_a_cycle_has_none(graph: Graph) -> None:
    assert find_cycle(graph) is None


@given(graphs)
def test_a_cycle_is_found_when_there_is_one_and_every_step_of_it_is_a_need(graph: Graph) -> None:
    cycle = find_cycle(graph)
    assert (cycle is not None) == any(name in reachable(graph, name) for name in graph)
    if cycle is not None:
        assert cycle[0] == cycle[-1]
        assert len(set(cycle)) == len(cycle) - 1
        assert all(need in graph[node] for node, need in pairwise(cycle))


@given(acyclic_graphs())
def test_an_ordered_graph_has_no_cycle(graph: Graph) -> None:
    assert find_cycle(graph) is None


@given(graphs)
def test_dependents_turn_the_graph_round(graph: Graph) -> None:
    below = dependents(graph)
    assert list(below) == list(graph)
    pairs = {(need, node) for node, needs in graph.items() for need in needs if need in graph}
    assert {(need, node) for need, nodes in below.items() for node in nodes} == pairs
    assert all(len(set(nodes)) == len(nodes) for nodes in below.values())


@given(graphs, st.lists(st.sampled_from(NAMES), max_size=3))
def test_what_falls_is_what_needs_a_root_in_the_order_of_the_plan(graph: Graph, roots: list[str]) -> None:
    expected = [name for name in graph if name not in roots and reachable(graph, name) & set(roots)]
    assert falls_with(graph, roots) == expected


def test_a_chain_of_ten_thousand_is_no_trouble() -> None:
    names = [f"t{number}" for number in range(10_000)]
    chain = {name: [before] for before, name in pairwise(names)} | {names[0]: []}
    assert find_cycle(chain) is None
    assert len(falls_with(chain, [names[0]])) == 9_999
    ring = {**chain, names[0]: [names[-1]]}
    cycle = find_cycle(ring)
    assert cycle is not None
    assert len(cycle) == 10_001
