"""People with open deals who belong to no team."""

from salesops.book.listing import ListColumn
from salesops.data_quality._check import Check
from salesops.data_quality._lent import DEALS_OF_PERSON
from salesops.kpis._definition import Need

team_missing = Check(
    name="team_missing",
    title="Person without a team",
    wrong="Somebody who works here owns open deals and belongs to no team.",
    matters="Their deals are missing from every number by team.",
    remedy="Say which team they are in, from which day.",
    table="person",
    concerns="d.deals > 0 AND x.is_active IS NOT FALSE",
    is_wrong="coalesce(x.team, '') = ''",
    mends="person.team",
    severity="warn",
    needs=(Need("person", "team", "teams", "User (a team) or a people history file"),),
    lent=(DEALS_OF_PERSON,),
    shows=(ListColumn("deals", "Open deals", "d.deals", "count"),),
)
