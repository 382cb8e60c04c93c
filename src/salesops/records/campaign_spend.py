"""Money spent on a campaign, as people keep it."""

from salesops.records.fields import currency_code, day, money, reference
from salesops.records.record import Record, versions_of


class CampaignSpend(Record):
    """Money spent on a campaign."""

    campaign = reference("records.Campaign")
    spent_on = day()
    amount_minor = money()
    currency = currency_code()

    class Meta:
        db_table = "campaign_spend"


CampaignSpendVersion = versions_of(CampaignSpend)
