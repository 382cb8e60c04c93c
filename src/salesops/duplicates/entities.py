"""Which records are one thing, from which pairs look alike, under ids that outlive the next search."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Mapping

# Of more records than that hardly ever all are one; what strings them together is a template or a switchboard.
MOST_TOGETHER = 12


def groups_of(
    pairs: Iterable[tuple[str, str]], apart: Collection[tuple[str, str]] = ()
) -> list[list[str]]:
    """Records that are one thing, two and more together, from pairs with the strongest first.

    Two groups are not joined where somebody said of any two records in them that they are not the same, nor to more
    than `MOST_TOGETHER`.
    """
    group_of: dict[str, str] = {}
    members: dict[str, list[str]] = {}
    enemies: dict[str, set[str]] = defaultdict(set)
    for one, other in apart:
        enemies[one].add(other)
        enemies[other].add(one)
    for left, right in pairs:
        for key in (left, right):
            if key not in group_of:
                group_of[key] = key
                members[key] = [key]
        one, other = group_of[left], group_of[right]
        if one == other or len(members[one]) + len(members[other]) > MOST_TOGETHER:
            continue
        if any(enemies[key] & set(members[other]) for key in members[one] if key in enemies):
            continue
        for key in members.pop(other):
            group_of[key] = one
            members[one].append(key)
    return sorted(sorted(group) for group in members.values() if len(group) > 1)


def named(groups: Iterable[list[str]], former: Mapping[str, str]) -> dict[str, list[str]]:
    """The groups under their ids. `former` is the id each record had.

    A group keeps the id most of its records had; of groups that want the same one, the one with more of its records.
    One that was not there before is called after its first record, which no other can be called after.
    """
    wishes = []
    for group in groups:
        had = Counter(former[key] for key in group if key in former)
        for entity, count in had.items():
            wishes.append((-count, entity, group))
    given: dict[tuple[str, ...], str] = {}
    taken: set[str] = set()
    for _, entity, group in sorted(wishes):
        if tuple(group) not in given and entity not in taken:
            given[tuple(group)] = entity
            taken.add(entity)
    found = {}
    for group in groups:
        entity = given.get(tuple(group), "")
        if not entity:
            entity = _new(group, taken)
            taken.add(entity)
        found[entity] = group
    return found


def _new(group: list[str], taken: Collection[str]) -> str:
    """A record that left a group whose id it gave must not give it again."""
    return next(
        entity
        for round_ in range(len(taken) + 2)
        for entity in (f"{key}{'~' + str(round_) if round_ else ''}" for key in group)
        if entity not in taken
    )
