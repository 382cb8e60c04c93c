"""An office of the sample company, with a login for each role, to walk about in."""

from __future__ import annotations

import json
import os
import secrets
from pathlib import Path
from typing import TYPE_CHECKING

from rich.table import Table

from salesops.cli import exits
from salesops.cli.corrections import Corrections
from salesops.cli.importing import import_into
from salesops.cli.keeping import upgrade
from salesops.cli.office import in_use
from salesops.cli.sampling import sample_export
from salesops.cli.terminal import err, say
from salesops.foundations.clock import system_clock
from salesops.foundations.problem import Refusal

if TYPE_CHECKING:
    from salesops.records.models import Person

LOGINS = ".logins.json"  # in the office: what was printed before; a hidden file is in no backup
# Addresses of nobody: RFC 2606 keeps the domain for examples.
ADDRESSES = {
    "administrator": "administrator@example.com",
    "vp": "vp@example.com",
    "manager": "manager@example.com",
    "analyst": "analyst@example.com",
    "representative": "representative@example.com",
    "sales_leader": "leader@example.com",
    "salesperson": "salesperson@example.com",
}


def make_sample_office(folder: Path, size: int, seed: int) -> int:
    """Make the office where it is not there yet, also when that was begun and cut off. Returns the exit code."""
    # A second factor is set up by people who stay; an office that keeps anything says otherwise in its environment.
    os.environ.setdefault("SALESOPS_SECOND_FACTOR", "none")
    _refuse_another(folder)
    passwords = _passwords(folder)
    upgrade(folder)
    with in_use(folder):
        from salesops.records.user import User

        is_made = User.objects.count() >= len(ADDRESSES)
    if is_made:
        return exits.FINE
    code = _import_sample(folder, size, seed)
    if code == exits.FINE:
        with in_use(folder):
            _let_in(passwords)
    return code


def show_logins(folder: Path) -> None:
    """Print who may sign in, and with which password."""
    from salesops.records.user import ROLES, User

    known = {login.email: login for login in User.objects.select_related("person")}
    console = err()
    table = Table(box=None, header_style="bold", pad_edge=False)
    for column in ("Sign in as", "Password", "Role", "In the organisation"):
        table.add_column(column, no_wrap=True)
    passwords = _passwords(folder)
    for role, title in ROLES:
        login = known.get(ADDRESSES[role])
        if login is not None:
            table.add_row(login.email, passwords[role], title, str(login.person or ""))
    console.print()
    console.print(table, markup=False)
    say(console, f"The passwords were made for {folder} alone.", style="dim")


def _passwords(folder: Path) -> dict[str, str]:
    file = folder / LOGINS
    if file.exists():
        found: dict[str, str] = json.loads(file.read_text("utf-8"))
        return found
    made = {role: secrets.token_urlsafe(9) for role in ADDRESSES}
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    with os.fdopen(os.open(file, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as out:
        json.dump(made, out)
    return made


def _refuse_another(folder: Path) -> None:
    if folder.is_dir() and any(folder.iterdir()) and not (folder / LOGINS).exists():
        raise Refusal(
            f"{folder} holds something that is not the sample office. Name another folder with --office."
        )


def _import_sample(folder: Path, size: int, seed: int) -> int:
    from salesops.book.settings import name_book
    from salesops.records.folder import BOOK
    from salesops.sample import SAMPLE_NAME

    with sample_export(size, seed) as export:
        code = import_into(folder, [export], "Salesforce", [], Corrections(), asks=False)
    if code == exits.FINE:
        (folder / BOOK).mkdir(exist_ok=True)
        name_book(folder / BOOK, SAMPLE_NAME)
    return code


def _let_in(passwords: dict[str, str]) -> None:
    """A login for each role, made as anybody's is: invited, and accepted."""
    from salesops.actions.accept_invitation import accept_invitation
    from salesops.actions.invite_person import invite_first_administrator, invite_person
    from salesops.records.user import User

    people = _people()
    for role, address in ADDRESSES.items():
        if User.objects.filter(email=address).exists():
            continue
        person = people.get(role)
        if role == "administrator":
            token = invite_first_administrator(system_clock)
        else:
            first = User.objects.get(email=ADDRESSES["administrator"])
            token = invite_person(first, address, role, system_clock, person=person, door="command")
        name = person.name if person else role.replace("_", " ").capitalize()
        accept_invitation(
            token,
            system_clock,
            password=passwords[role],
            name=name or "",
            email=address,
            door="command",
        )


def _people() -> dict[str, Person]:
    """Who the seller and the leader are: the one with most open deals below a manager, and that manager."""
    from django.db.models import Count, Q

    from salesops.records.models import Opportunity, Person

    works = Q(is_active=True) | Q(is_active=None)
    counted = (
        Opportunity.objects.filter(deleted_at=None, close_date__isnull=False)
        .exclude(owner=None)
        .values("owner_id")
        .annotate(deals=Count("pk"))
        .order_by("-deals", "owner_id")
    )
    for row in counted:
        seller = Person.objects.filter(works, pk=row["owner_id"], manager__isnull=False).first()
        if seller is not None and seller.manager is not None:
            return {"salesperson": seller, "sales_leader": seller.manager}
    return {}
