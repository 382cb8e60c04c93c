"""Make an office of the program as it is now and keep it, backed up, for the test that upgrades it ever after.

`python -m scripts.make_upgrade_fixture 0.1.0`, and `scripts/on_postgresql python -m scripts.make_upgrade_fixture 0.1.0`,
once with each release. What was made for former releases is never made again. With the sources of another state of the
program in PYTHONPATH, the office is one of that.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path

KEPT = Path(__file__).parents[1] / "tests" / "jobs_office" / "upgrades"
FILES = {
    "Account.csv": "Id,Name,OwnerId,Industry,BillingCountry,Phone\n"
    "001A,Acme Inc.,005A,Media,Germany,+49 30 901820\n001B,ACME,005B,,Germany,\n001C,Bølt & Söns,005B,Energy,Norway,\n",
    "User.csv": "Id,Name,Email,IsActive,ManagerId\n"
    "005A,Ann Ruiz,ann@example.org,true,\n005B,Bob Moe,bob@example.org,true,005A\n",
    "Contact.csv": "Id,AccountId,FirstName,LastName,Email,OwnerId\n"
    "003A,001A,Ida,Marlowe,ida@example.org,005A\n003B,001C,Paul,Weber,paul@example.org,005B\n",
    "Lead.csv": "Id,Name,Company,Email,Status,OwnerId,CreatedDate\n"
    "00QA,Vera Holm,Holm AS,vera@example.org,Open,005B,2026-02-01T10:00:00Z\n",
    "Opportunity.csv": "Id,Name,AccountId,OwnerId,StageName,Amount,CurrencyIsoCode,CloseDate,CreatedDate\n"
    "006A,Pump station,001A,005A,Closed Won,125000.50,EUR,2026-05-31,2026-01-05T09:00:00Z\n"
    "006B,Valve refit,001B,005B,Proposal,8000,EUR,2026-12-31,2026-03-05T09:00:00Z\n"
    "006C,Gauges,001C,005B,Closed Lost,3000,EUR,2026-06-30,2026-04-05T09:00:00Z\n",
    "OpportunityHistory.csv": "Id,OpportunityId,StageName,Amount,CloseDate,CreatedDate,CreatedById\n"
    "008A,006A,Prospecting,80000,2026-06-30,2026-01-05T09:00:00Z,005A\n"
    "008B,006A,Proposal,120000,2026-05-31,2026-03-01T10:00:00Z,005B\n"
    "008C,006A,Closed Won,125000.50,2026-05-31,2026-05-20T10:00:00Z,005A\n",
    "Task.csv": "Id,WhatId,WhoId,Subject,ActivityDate,Status,OwnerId\n"
    "00TA,006A,003A,Call,2026-03-04,Completed,005A\n",
}
FILL = """
from salesops.actions.ask_for import ask_for
from salesops.actions.delete_record import delete_records
from salesops.actions.edit_record import edit_record, edit_records
from salesops.actions.merge_records import merge_records
from salesops.foundations.business_hours import BusinessHours
from salesops.foundations.clock import system_clock
from salesops.records.models import Account, Contact, Lead, Opportunity, Person, User
from salesops.records.sealing import seal_some
from salesops.records.seen import EXPORT, note_taken
make = User.objects.create_user
dora = make("dora@example.org", "correct horse battery", name="Dora", role="administrator")
make("bob@example.org", None, name="Bob", role="salesperson", person=Person.objects.get(pk="005B"))
said = {"amount_minor": 850_000, "next_step": "Call \\u00e6 again"}
edit_record(dora, Opportunity, "006B", said, system_clock, reason="They called")
edit_records(dora, Account, ["001A", "001C"], {"region": "North"}, system_clock)
delete_records(dora, Lead, ["00QA"], system_clock, reason="Twice")
merge_records(dora, Account, "001A", ["001B"], system_clock)
Contact.objects.filter(pk="003B").update(title="Past the actions")
ask_for(dora, "other", "A report", "Of the last quarter.", system_clock, BusinessHours())
note_taken(dora, EXPORT, "/opportunities?export=csv", system_clock())
assert seal_some(system_clock, seconds=60)
"""
BOOK = """
import json, os
from pathlib import Path
from salesops.foundations.clock import system_clock
from salesops.jobs.following import follow
made = follow(Path(os.environ["SALESOPS_OFFICE"]) / "book", system_clock)
print(json.dumps({"rows": made.rows, "won_minor": made.won_minor, "currency": made.currency}))
"""


def main(name: str) -> None:
    """Make the office and keep it under the name."""
    address = os.environ.get("SALESOPS_DATABASE", "")
    vendor = "postgresql" if address else "sqlite"
    KEPT.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as scratch:
        office, files = Path(scratch) / "office", []
        for file, text in FILES.items():
            (Path(scratch) / file).write_text(text, "utf-8")
            files.append(Path(scratch) / file)
        if address:
            _create(address)
        _salesops("upgrade", "--office", office)
        _salesops("import", *files, "--office", office)
        _python(office, FILL)
        told = json.loads(_python(office, BOOK).splitlines()[-1])
        _salesops("backup", KEPT / f"{name}-{vendor}.zip", "--office", office)
    (KEPT / f"{name}-{vendor}.json").write_text(json.dumps(told, indent=2) + "\n", "utf-8")


def _create(address: str) -> None:
    import psycopg

    server, _, database = address.rpartition("/")
    with psycopg.connect(f"{server}/postgres", autocommit=True) as connection:
        connection.execute(f'DROP DATABASE IF EXISTS "{database}"'.encode())
        connection.execute(f'CREATE DATABASE "{database}"'.encode())


def _salesops(*words: object) -> None:
    subprocess.run([sys.executable, "-m", "salesops.cli", *map(str, words)], check=True)


def _python(office: Path, code: str) -> str:
    environment = {
        "SALESOPS_OFFICE": str(office),
        "DJANGO_SETTINGS_MODULE": "salesops.web.office_settings",
    }
    done = subprocess.run(
        [sys.executable, "-c", f"import django; django.setup()\n{code}"],
        env=os.environ | environment,
        check=True,
        capture_output=True,
        text=True,
    )
    return done.stdout


if __name__ == "__main__":
    main(sys.argv[1])
