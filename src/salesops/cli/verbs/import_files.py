"""`salesops import`: files become records of an office."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from salesops.cli.options import (
    AnswerOption,
    ColumnOption,
    DateFormatOption,
    FilesArgument,
    HoldsOption,
    MappingOption,
    OfficeOption,
)


def import_files(
    files: FilesArgument,
    office: OfficeOption,
    source: Annotated[
        str, typer.Option(help="Which system they come from. A second one's records stay apart.")
    ] = "CRM",
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Say what would happen and write nothing.")
    ] = False,
    answer: AnswerOption = None,
    date_format: DateFormatOption = None,
    holds: HoldsOption = None,
    column: ColumnOption = None,
    mapping: MappingOption = None,
    value: Annotated[
        list[str] | None,
        typer.Option(
            "--value",
            metavar="COLUMN:VALUE=OURS",
            help="What a value of the files is here, such as 'opportunity.stage:Angebot=Sales: Proposal'.",
        ),
    ] = None,
    look_alikes: Annotated[
        Path | None,
        typer.Option(help="Write which new rows look like records you have to this CSV file."),
    ] = None,
) -> None:
    """Bring files into the records of an office: new rows are created, known ones changed where they differ.

    Files are understood as by `open`. First it says what would be created, changed and left as it is.
    Importing the same files again changes nothing; a later export adds what changed since.
    """
    from salesops.cli.corrections import Corrections, Mapping, read_mapping
    from salesops.cli.importing import import_into

    said = Corrections(
        holds or [], column or [], read_mapping(mapping) if mapping else Mapping(), date_format
    )
    raise typer.Exit(
        import_into(
            office,
            files,
            source,
            answer or [],
            said,
            dry_run=dry_run,
            look_alikes_to=look_alikes,
            values=value or [],
        )
    )
