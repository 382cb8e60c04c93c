"""Everything that is of one person: records, with what was merged into or became one of them, logins, and their words."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import Q, QuerySet

from salesops.foundations.table import Type
from salesops.foundations.whole_number import whole_number
from salesops.records.duplicate import Merge
from salesops.records.erasure import digest_of
from salesops.records.identity import Identity
from salesops.records.models import NOUNS, Account, Contact, Lead, TeamMembership, User
from salesops.records.record import Record
from salesops.records.telling import Telling, says_who, words_of
from salesops.tables import TABLES

LOGIN = "login"
OF_PEOPLE = ("contact", "lead", "person")  # nouns whose records are people
NAMES, ADDRESSES, PHONES = ("name", "first_name", "last_name"), ("email",), ("phone",)
OWN_WORDS = frozenset({*NAMES, *ADDRESSES, *PHONES})
PSEUDONYM = "Erased "
MOST_ALIKE = 50

Subject = tuple[str, str]  # a noun, or login, and a key


@dataclass(frozen=True)
class Somebody:
    """One person. `words_alone` are names of one word, which are not looked for in texts; `renamed` the keys that
    would tell of them, by noun and key, each with the key in its place."""

    subjects: tuple[Subject, ...]
    names: tuple[str, ...]
    addresses: tuple[str, ...]
    telling: Telling
    words_alone: tuple[str, ...]
    renamed: dict[Subject, str]

    def keys(self, noun: str) -> list[str]:
        """The keys of their records of a noun."""
        return [key for of, key in self.subjects if of == noun]

    def logins(self) -> list[User]:
        """Their logins."""
        of_them = Q(pk__in=[int(key) for key in self.keys(LOGIN)])
        return list(User.objects.filter(of_them | Q(person__in=self.keys("person"))).order_by("pk"))

    @property
    def called(self) -> str:
        """What they are called, for who erases them: a name, else an address, else a key."""
        return next(iter((*self.names, *self.addresses)), self.subjects[0][1])


def somebody(subjects: Iterable[Subject], salt: str, also: Sequence[str] = ()) -> Somebody:
    """The person these records are of, with whatever is the same person for certain. `also` are further words of theirs."""
    found = tuple(_same(subjects))
    names: dict[str, None] = {}
    addresses: dict[str, None] = {}
    phones: dict[str, None] = {}
    for row in _rows(found):
        first, last = row.get("first_name"), row.get("last_name")
        names |= dict.fromkeys(
            filter(None, (row.get("name"), " ".join(filter(None, (first, last)))))
        )
        addresses |= dict.fromkeys(filter(None, (row.get("email"),)))
        phones |= dict.fromkeys(filter(None, (row.get("phone"),)))
    phones = dict.fromkeys(phone for phone in phones if not _is_shared(phone, found))
    words, alone = words_of((*names, *also), addresses, phones)
    further = tuple(w for w in also if w.strip() and w not in words and (" " in w or "@" in w))
    renamed = dict(_renamed(found, (*names, *also), tuple(addresses), salt))
    telling = Telling((*words, *further), {key: new for (_, key), new in renamed.items()})
    return Somebody(found, tuple(names), tuple(addresses), telling, alone, renamed)


def pseudonym(salt: str, noun: str, key: str) -> str:
    """What an erased person is called: told apart from others, and nothing more."""
    return f"{PSEUDONYM}{digest_of(salt, noun, key)[:6]}"


def erased_values(noun: str, called: str) -> dict[str, Any]:
    """What the columns that say who somebody is hold afterwards; others stay, so that sums and history stay true."""
    texts = [c.name for c in TABLES[noun].columns if c.type is Type.TEXT and not c.derived]
    return {**dict.fromkeys(texts), "name": called, "custom": {}}


def alike(one: Somebody) -> list[tuple[Subject, str]]:
    """Other records with the same name or address, and leads that became theirs under another name: the same person
    perhaps, or somebody else."""
    same = Q(pk__in=())
    for name in one.names:
        same |= Q(name__iexact=name)
    for address in one.addresses:
        same |= Q(email__iexact=address)
    found: list[tuple[Subject, str]] = []
    converted = {s for noun, key in one.subjects for s in _converted(noun, key)} - set(one.subjects)
    for noun in OF_PEOPLE:
        became = Q(pk__in=[key for of, key in converted if of == noun])
        others = (
            NOUNS[noun].objects.filter(same | became).exclude(pk__in=one.keys(noun)).order_by("pk")
        )
        found += [((noun, r.pk), f"{r} {r.email or ''}".strip()) for r in others[:MOST_ALIKE]]
    mine = {login.pk for login in one.logins()}
    for login in User.objects.filter(same).exclude(pk__in=mine).order_by("pk")[:MOST_ALIKE]:
        found.append(((LOGIN, str(login.pk)), f"{login} {login.email}"))
    return found


def _same(subjects: Iterable[Subject]) -> Iterator[Subject]:
    """Also what was merged with them, and the lead a contact was before where it is called the same."""
    met: set[Subject] = set()
    waiting = list(subjects)
    while waiting:
        noun, key = one = waiting.pop(0)
        if one in met:
            continue
        met.add(one)
        yield one
        standing = Merge.objects.filter(Q(loser=key) | Q(winner=key), noun=noun, ended_by=None)
        for pair in standing.values_list("loser", "winner"):
            waiting += [(noun, other) for other in pair]
        if noun in ("contact", "lead"):
            waiting += [other for other in _converted(noun, key) if _is_called_alike(one, other)]


def _converted(noun: str, key: str) -> list[Subject]:
    """The leads that a contact was before, or the contact that a lead became. Some sources say so of anybody at the
    account."""
    if noun == "contact":
        return [("lead", k) for k in Lead.objects.filter(contact=key).values_list("pk", flat=True)]
    became = Lead.objects.filter(pk=key, contact__isnull=False).values_list("contact_id", flat=True)
    there = Contact.objects.filter(pk__in=list(became)).values_list("pk", flat=True)
    return [("contact", k) for k in there]


def _is_called_alike(one: Subject, other: Subject) -> bool:
    """Whether they ever had a name or an address in common."""
    said = [
        {str(row[c]).casefold() for row in _rows([each]) for c in ("name", "email") if row.get(c)}
        for each in (one, other)
    ]
    return bool(said[0] & said[1])


def _rows(subjects: Sequence[Subject]) -> Iterator[dict[str, Any]]:
    """Their own words in every state they were ever in."""
    for noun, key in subjects:
        if noun == LOGIN:
            yield from _of_logins(User.objects.filter(pk=int(key)))
            continue
        columns = [c.name for c in TABLES[noun].columns if c.name in OWN_WORDS]
        yield from NOUNS[noun].objects.filter(pk=key).values(*columns)
        yield from NOUNS[noun].versions.objects.filter(record_id=key).values(*columns).distinct()
        if noun == "person":
            yield from _of_logins(User.objects.filter(person=key))


def _of_logins(logins: QuerySet[User]) -> Iterator[dict[str, Any]]:
    """What they are called here, and by who vouches for them."""
    yield from map(dict, logins.values("name", "email"))
    yield from map(dict, Identity.objects.filter(login__in=logins.values("pk")).values("email"))


def _is_shared(phone: str, subjects: Sequence[Subject]) -> bool:
    """A number that an account or somebody else has as well, such as a switchboard, tells of nobody by itself."""
    mine = [key for noun, key in subjects if noun == "contact"]
    others = Contact.objects.filter(phone=phone).exclude(pk__in=mine)
    return bool(Account.objects.filter(phone=phone).exists() or others.exists())


def _renamed(
    subjects: Sequence[Subject], names: Sequence[str], addresses: Sequence[str], salt: str
) -> Iterator[tuple[Subject, str]]:
    for noun, key in subjects:
        if noun == LOGIN or not says_who(key, names, addresses):
            continue
        new = f"erased-{digest_of(salt, noun, key)[:16]}"
        yield (noun, key), new
        if noun == "person":  # a place in the organisation is named after who stands there
            for place in TeamMembership.objects.filter(person=key, pk__startswith=key):
                yield ("team_membership", place.pk), new + place.pk.removeprefix(key)


def record_of(noun: str, key: str) -> Record | User | None:
    """The record or login of a subject; None where there is none."""
    if noun == LOGIN:
        return User.objects.filter(pk=whole_number(key) or 0).first()
    found: Record | None = NOUNS[noun].objects.filter(pk=key).first() if noun in OF_PEOPLE else None
    return found
