"""The neighbours that Kernel Tuner defines and the library does not: found from those that it does.

A configuration is here a tuple of codes (what the library holds); the *place*
of a value is its position in the list that the user gave.
"""
from __future__ import annotations

import itertools
from typing import TYPE_CHECKING, Dict, Iterable, Iterator, List, Optional, Sequence, Tuple

if TYPE_CHECKING:
    from .space import Space

Codes = Tuple[int, ...]
SHELL_LIMIT = 200_000  # configurations looked up one by one before the space itself is gone through
SCAN_LIMIT = 20_000_000


def places(space: "Space", codes: Codes) -> List[int]:
    return [order[code] for order, code in zip(space._places, codes)]


def hamming_adjacent(space: "Space", codes: Codes) -> Iterable[Codes]:
    """One parameter moves to the nearest value, on either side, that is possible with the others as they are."""
    here = places(space, codes)
    nearest: Dict[Tuple[int, bool], Tuple[int, Codes]] = {}
    for near in space._near(codes, "Hamming", 1):
        v = next(v for v, (a, b) in enumerate(zip(near, codes)) if a != b)
        distance = space._places[v][near[v]] - here[v]
        side = (v, distance > 0)
        if side not in nearest or abs(distance) < nearest[side][0]:
            nearest[side] = (abs(distance), near)
    return [near for _, near in nearest.values()]


def shell(sizes: Sequence[int], here: Sequence[int], distance: int) -> Iterator[List[int]]:
    """All places whose differences from `here` add up to the distance."""
    if not sizes:
        if distance == 0:
            yield []
        return
    farthest = sum(max(at, size - 1 - at) for at, size in zip(here, sizes))
    if distance > farthest:
        return
    for step in range(distance + 1):
        for at in {here[0] - step, here[0] + step}:
            if 0 <= at < sizes[0]:
                for rest in shell(sizes[1:], here[1:], distance - step):
                    yield [at, *rest]


def closest(space: "Space", codes: Codes) -> Iterable[Codes]:
    """All configurations for which the differences of places add up to least."""
    if not space.size or (space.size == 1 and space._has(codes)):
        return []
    here, looked_up = places(space, codes), 0
    by_place = [sorted(order, key=order.__getitem__) for order in space._places]
    sizes = [len(order) for order in by_place]
    for distance in itertools.count(1):
        found = []
        for at in shell(sizes, here, distance):
            candidate = tuple(order[i] for order, i in zip(by_place, at))
            looked_up += 1
            if looked_up > SHELL_LIMIT:
                return scan(space, codes, here)
            if space._has(candidate):
                found.append(candidate)
        if found:
            return found
    return []


def scan(space: "Space", codes: Codes, here: Sequence[int]) -> Iterable[Codes]:
    if space.size > SCAN_LIMIT:
        raise ValueError(f"no configuration is near {space._objects(codes)}, and the space is too large to look further")
    least: Optional[int] = None
    found: List[Codes] = []
    for other in map(space._encode, space):
        distance = sum(abs(a - b) for a, b in zip(places(space, other), here))
        if other == codes or (least is not None and distance > least):
            continue
        if distance != least:
            least, found = distance, []
        found.append(other)
    return found


METHODS = {"Hamming-adjacent": hamming_adjacent, "closest-param-indices": closest}
