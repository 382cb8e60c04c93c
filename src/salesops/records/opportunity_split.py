"""Credit for an opportunity shared among people, as people keep it."""

from salesops.records.fields import currency_code, money, reference, share, yes_no
from salesops.records.record import Record, versions_of


class OpportunitySplit(Record):
    """Credit for an opportunity shared among people."""

    opportunity = reference("records.Opportunity")
    person = reference("records.Person")
    share = share()
    amount_minor = money()
    currency = currency_code()
    is_overlay = yes_no()

    class Meta:
        db_table = "opportunity_split"


OpportunitySplitVersion = versions_of(OpportunitySplit)
