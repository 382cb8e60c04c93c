# ruff: noqa: E501  (drawn tables are as wide as what they draw)
"""One drawn book with something of everything: moves, splits, currencies, re-openings, gaps and nulls."""

from __future__ import annotations

from tests.drawn import read_drawing

RICH = {
    "person": """
        id   name       team   manager_id  hired_on    left_on
        dan  Dan Diaz   -      -           2020-01-01  -
        ann  Ann Abel   North  dan         2024-01-01  -
        bob  Bob Boyd   South  dan         2024-01-01  -
        cay  Cay Coen   South  dan         2026-02-15  -
        eve  Eve Ender  North  dan         2024-01-01  2026-05-16
    """,
    "team_membership": """
        person_id  team   valid_from  valid_to
        bob        North  2024-01-01  2026-03-01
        bob        South  2026-03-01  -
    """,
    "account": """
        id  name    industry  country  region  owner_id  created_on
        a1  Acme    Media     DE       South   ann       2025-01-01
        a2  Brill   Software  US       West    bob       2025-02-01
        a3  Corda   Media     -        -       cay       2025-03-01
        a4  Dorn    -         FR       Paris   eve       2026-01-05
    """,
    "product": """
        id  name
        p1  Pump
        p2  Valve
    """,
    "campaign": """
        id  name
        c1  Fair
    """,
    "exchange_rate": """
        currency  valid_from  valid_to    rate
        USD       2020-01-01  -           1
        EUR       2025-01-01  2026-04-01  1.10
        EUR       2026-04-01  -           1.25
    """,
    "opportunity": """
        id  name  account_id  owner_id  stage        type  source  campaign_id  product_id  amount   currency  created_at        close_date  loss_reason  next_step
        d1  One   a1          ann       Won          New   Web     c1           p1          1000.01  USD       2026-01-02T09:00  2026-02-10  -            -
        d2  Two   a2          bob       Won          New   Fair    -            p2          2000     EUR       2026-01-05T09:00  2026-05-20  -            -
        d3  Thr   a3          cay       Lost         New   Web     -            p1          3000     USD       2026-02-20T09:00  2026-03-15  Price        -
        d4  Fou   a1          ann       No decision  Ren   -       -            -           -        USD       2026-02-01T09:00  2026-06-01  -            -
        d5  Fiv   a2          bob       Proposal     New   Web     c1           p1          5000     EUR       2026-03-01T09:00  2026-07-15  -            call
        d6  Six   a4          eve       Discovery    New   Fair    -            p2          600      USD       2026-04-01T09:00  2026-05-01  -            -
        d7  Sev   a4          ann       Prospecting  -     Web     -            -           700      USD       2026-05-01T09:00  2026-09-30  -            -
        d8  Eig   -           -         Proposal     New   -       -            -           -        USD       2026-05-05T09:00  -           -            -
        d9  Nin   a3          cay       Won          Ren   Web     -            p1          900      USD       2026-03-05T09:00  2026-06-20  -            -
        d0  Ten   a1          bob       Won          New   Web     -            p2          -        USD       2026-06-01T09:00  2026-06-10  -            -
    """,
    "opportunity_version": """
        opportunity_id  valid_from        stage        amount   currency  close_date  owner_id
        d1              2026-01-02T09:00  Prospecting  900      USD       2026-03-31  ann
        d1              2026-01-20T09:00  Proposal     1000.01  USD       2026-03-31  ann
        d1              2026-02-10T15:00  Won          1000.01  USD       2026-02-10  ann
        d2              2026-01-05T09:00  Discovery    1500     EUR       2026-03-31  ann
        d2              2026-02-05T09:00  Lost         1500     EUR       2026-02-05  ann
        d2              2026-03-05T09:00  Discovery    2000     EUR       2026-06-30  bob
        d2              2026-04-05T09:00  Proposal     2000     EUR       2026-06-30  bob
        d2              2026-05-20T15:00  Won          2000     EUR       2026-05-20  bob
        d3              2026-02-20T09:00  Discovery    3500     USD       2026-04-30  cay
        d3              2026-03-15T12:00  Lost         3000     USD       2026-03-15  cay
        d4              2026-02-01T09:00  Prospecting  -        USD       2026-05-31  ann
        d4              2026-06-01T12:00  No decision  -        USD       2026-06-01  ann
        d5              2026-03-01T09:00  Discovery    4000     EUR       2026-06-15  bob
        d5              2026-05-01T09:00  Proposal     5000     EUR       2026-07-15  bob
        d6              2026-04-01T09:00  Discovery    600      USD       2026-05-01  eve
        d7              2026-05-01T09:00  Prospecting  700      USD       2026-09-30  ann
        d8              2026-05-05T09:00  Proposal     -        USD       -           -
        d9              2026-03-05T09:00  Discovery    900      USD       2026-06-30  cay
        d9              2026-06-20T12:00  Won          900      USD       2026-06-20  cay
        d0              2026-06-01T09:00  Proposal     -        USD       2026-06-30  bob
        d0              2026-06-10T12:00  Won          -        USD       2026-06-10  bob
    """,
    "opportunity_split": """
        id  opportunity_id  person_id  share     is_overlay
        s1  d1              ann        0.333333  no
        s2  d1              bob        0.333333  no
        s3  d1              cay        0.333333  no
        s4  d1              eve        1         yes
        s5  d9              ann        0.25      no
    """,
    "quota": """
        id  person_id  team   starts_on   ends_on     amount  currency
        q1  ann        -      2026-01-01  2026-04-01  1000    USD
        q2  bob        -      2026-01-01  2026-04-01  1000    USD
        q3  ann        -      2026-04-01  2026-07-01  1001    USD
        q4  bob        -      2026-04-01  2026-07-01  800     EUR
        q5  cay        -      2026-01-01  2026-07-01  700     USD
        q6  eve        -      2026-04-01  2026-07-01  910     USD
        q7  dan        -      2026-04-01  2026-07-01  9000    USD
        q8  -          South  2026-04-01  2026-07-01  5000    USD
        q9  -          East   2026-04-01  2026-07-01  300     USD
    """,
    "activity": """
        id  kind      owner_id  opportunity_id  account_id  occurred_at       duration_minutes  is_done  contact_id
        v1  call      ann       d1              a1          2026-01-03T10:00  30                yes      c1
        v2  meeting   bob       d2              a2          2026-02-03T10:00  60                yes      c2
        v3  internal  bob       -               -           2026-03-03T10:00  45                yes      -
        v4  research  cay       d3              a3          2026-04-03T10:00  15                yes      -
        v5  email     cay       d9              a3          2026-04-04T10:00  -                 yes      -
        v6  meeting   ann       d7              a4          2026-09-04T10:00  60                no       -
    """,
    "cost": """
        id  category  function            team   booked_on   amount  currency
        k1  salary    sales               North  2026-01-31  400     USD
        k2  ads       marketing           -      2026-04-30  100     EUR
        k3  salary    account_management  South  2026-04-30  999     USD
        k4  tools     -                   South  2026-05-31  50      USD
        k5  tools     sales               South  2026-05-31  -       USD
    """,
    "recurring_revenue": """
        id  account_id  starts_on   ends_on     monthly  currency  gross_margin
        r1  a1          2025-01-01  -           100      USD       0.8
        r2  a2          2025-01-01  2026-05-01  80       EUR       0.755
        r3  a3          2025-03-01  2026-02-01  60       USD       -
        r4  a3          2026-06-01  -           70       USD       0.5
        r5  a1          2026-02-01  -           20       USD       -
    """,
}


def _with_what_history_does_not_keep() -> str:
    """Versions with the columns of their deal that no history has, as an importer completes them."""
    deals = {d["id"]: d for d in read_drawing(RICH["opportunity"])}
    kept = ("name", "account_id", "type", "source", "campaign_id", "product_id", "created_at")
    versions = read_drawing(RICH["opportunity_version"])
    columns = list(dict.fromkeys(c for v in versions for c in v)) + list(kept)
    lines = ["  ".join(columns)]
    for version in versions:
        whole = {**{c: deals[version["opportunity_id"]].get(c, "-") for c in kept}, **version}
        lines.append("  ".join(whole.get(c, "-") for c in columns))
    return "\n".join(lines)


RICH["opportunity_version"] = _with_what_history_does_not_keep()
