"""The imports of an office at the command line: what each brought, and taking one back."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from rich.table import Table

from salesops.cli import exits
from salesops.cli.importing import is_wanted, watch
from salesops.cli.office import command, in_use
from salesops.cli.terminal import is_interactive, out, say
from salesops.foundations.clock import system_clock
from salesops.foundations.problem import Refusal

if TYPE_CHECKING:
    from collections.abc import Mapping

    from salesops.actions.undo_import import Effect

MOST_LEFT = 20


def list_imports(office: Path) -> None:
    """Print every import of an office, the newest first."""
    with in_use(office):
        from salesops.actions.undo_import import can_be_undone, may_undo_until
        from salesops.jobs.importing import end_abandoned
        from salesops.records.import_run import ImportRun

        end_abandoned(system_clock)
        table = Table(box=None, pad_edge=False, header_style="dim")
        table.add_column("Import", justify="right")
        for title in ("When", "Who", "Source", "Files"):
            table.add_column(title)
        for title in ("New", "Changed", "Deleted"):
            table.add_column(title, justify="right")
        table.add_column("State")
        table.add_column("May be undone until")
        now = system_clock()
        runs = ImportRun.objects.select_related("actor").order_by("-pk")
        for run in runs:
            table.add_row(
                str(run.pk),
                f"{run.started_at:%-d %b %Y %H:%M}",
                str(run.actor or "Command line"),
                run.source,
                ", ".join(run.files),
                *(
                    f"{sum(c.get(n, 0) for c in run.counts.values()):,}"
                    for n in ("created", "changed", "deleted")
                ),
                run.get_state_display(),
                f"{may_undo_until(run):%-d %b %Y %H:%M}" if can_be_undone(run, now) else "",
            )
        if not runs:
            say(out(), f"Nothing was imported yet. {command('import FILE', office)}")
            return
        out().print(table)


def undo(office: Path, number: int, *, dry_run: bool) -> int:
    """Say what undoing an import would do, and do it. Returns the exit code."""
    with in_use(office):
        from salesops.actions.undo_import import preview_undo, refuse_undo
        from salesops.jobs.importing import end_abandoned
        from salesops.jobs.undoing_import import undo_soon
        from salesops.records.import_run import ImportRun

        end_abandoned(system_clock)
        run = ImportRun.objects.filter(pk=number).first()
        if run is None:
            raise Refusal(f"There is no import {number}. See them: {command('imports', office)}")
        refuse_undo(None, run, system_clock())
        _show(preview_undo(run))
        if dry_run or (is_interactive() and not is_wanted("Undo this?")):
            say(out(), "\nNothing was undone.")
            return exits.FINE
        watch(undo_soon(None, run, system_clock), "The undoing was stopped; run it again to go on.")
        _show_left(run.pk)
        say(out(), "Undone. The book follows.")
    return exits.FINE


def _show(found: Mapping[str, Effect]) -> None:
    table = Table(box=None, pad_edge=False, header_style="dim")
    table.add_column("")
    for title in ("Deleted", "Put back", "Partly kept", "Left whole"):
        table.add_column(title, justify="right")
    for name, effect in found.items():
        counts = (effect.deleted, effect.back, effect.kept, effect.left)
        table.add_row(name.replace("_", " "), *(f"{n:,}" for n in counts))
    out().print(table)


def _show_left(run: int) -> None:
    """Which records somebody changed since, and that therefore stay."""
    from salesops.records.import_run import LeftByUndo

    left = LeftByUndo.objects.filter(undo__run_id=run).order_by("pk")
    if not (count := left.count()):
        return
    say(out(), f"\n{count:,} changed since and stay:")
    for one in left[:MOST_LEFT]:
        columns = ", ".join(c.replace("_", " ") for c in one.columns) or "as it is"
        say(out(), f"{one.noun.replace('_', ' ')} {one.record_id}: {columns}", indent=2)
    if count > MOST_LEFT:
        say(out(), f"and {count - MOST_LEFT:,} more", indent=2)
