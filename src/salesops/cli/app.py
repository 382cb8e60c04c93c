"""The command line as a whole: its verbs, in the order in which `salesops --help` lists them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Annotated

import typer

from salesops.cli.verbs.backup import backup
from salesops.cli.verbs.bottlenecks import bottlenecks
from salesops.cli.verbs.changed import changed
from salesops.cli.verbs.checks import checks
from salesops.cli.verbs.compared import compared
from salesops.cli.verbs.conformance import conformance
from salesops.cli.verbs.demo import demo
from salesops.cli.verbs.doctor import doctor
from salesops.cli.verbs.duplicates import duplicates
from salesops.cli.verbs.erase import erase
from salesops.cli.verbs.erasures import erasures
from salesops.cli.verbs.funnel import funnel
from salesops.cli.verbs.import_files import import_files
from salesops.cli.verbs.imports import imports
from salesops.cli.verbs.key_numbers import key_numbers
from salesops.cli.verbs.kpi import kpi
from salesops.cli.verbs.kpis import kpis
from salesops.cli.verbs.let_in import let_in
from salesops.cli.verbs.ltv import ltv
from salesops.cli.verbs.open_files import open_files
from salesops.cli.verbs.pipeline import pipeline
from salesops.cli.verbs.problems import problems
from salesops.cli.verbs.process import process
from salesops.cli.verbs.replay import replay
from salesops.cli.verbs.restore import restore
from salesops.cli.verbs.sample import sample
from salesops.cli.verbs.serve import serve
from salesops.cli.verbs.target import target
from salesops.cli.verbs.targets import targets
from salesops.cli.verbs.undo_import import undo_import
from salesops.cli.verbs.upgrade import upgrade
from salesops.cli.verbs.worker import worker

# The order is for people: opening files first, then asking, then keeping an office.
VERBS: dict[str, Callable[..., None]] = {
    "open": open_files,
    "serve": serve,
    "demo": demo,
    "kpi": kpi,
    "changed": changed,
    "process": process,
    "pipeline": pipeline,
    "bottlenecks": bottlenecks,
    "replay": replay,
    "compared": compared,
    "funnel": funnel,
    "conformance": conformance,
    "ltv": ltv,
    "target": target,
    "targets": targets,
    "key-numbers": key_numbers,
    "kpis": kpis,
    "checks": checks,
    "problems": problems,
    "duplicates": duplicates,
    "sample": sample,
    "import": import_files,
    "imports": imports,
    "undo-import": undo_import,
    "erase": erase,
    "erasures": erasures,
    "worker": worker,
    "upgrade": upgrade,
    "backup": backup,
    "restore": restore,
    "let-in": let_in,
    "doctor": doctor,
}

app = typer.Typer(
    name="salesops",
    help="The office of a sales operations team: open a CRM export and see the truth about it.",
    no_args_is_help=True,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
)


def _show_version(asked: bool) -> None:
    if asked:
        from importlib.metadata import version

        typer.echo(f"salesops {version('salesops')}")
        raise typer.Exit


@app.callback()
def salesops(
    version: Annotated[
        bool,
        typer.Option("--version", is_eager=True, callback=_show_version, help="Show the version."),
    ] = False,
) -> None:
    """The office of a sales operations team: open a CRM export and see the truth about it."""


for name, verb in VERBS.items():
    app.command(name)(verb)
