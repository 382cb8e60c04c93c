"""Deals won within a year without a line, where lines are used."""

from salesops.book.listing import ListColumn
from salesops.data_quality._check import Check
from salesops.data_quality._lent import LINES
from salesops.data_quality._wording import WITHIN_A_YEAR
from salesops.kpis._definition import Need

won_without_lines = Check(
    name="won_without_lines",
    title="Won without saying what",
    wrong="The deal was won within the last 365 days and has no line, while other deals have lines.",
    matters="What was sold is missing from every number by product.",
    remedy="Add the lines of the order.",
    table="opportunity",
    concerns=f"x.is_won AND {WITHIN_A_YEAR}",
    is_wrong="l.opportunity_id IS NULL",
    mends="opportunity_line.opportunity_id",
    severity="note",
    needs=(Need("opportunity_line", "opportunity_id", "lines of deals", "OpportunityLineItem"),),
    lent=(LINES,),
    shows=(ListColumn("closed_on", "Won on", "x.closed_on", "date"),),
)
