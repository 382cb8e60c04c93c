"""What an account pays each month, over a half-open span of days, as people keep it."""

from salesops.records.fields import currency_code, day, money, reference, share
from salesops.records.record import Record, versions_of


class RecurringRevenue(Record):
    """What an account pays each month, over a half-open span of days."""

    account = reference("records.Account")
    product = reference("records.Product")
    starts_on = day()
    ends_on = day()
    monthly_minor = money()
    currency = currency_code()
    gross_margin = share()

    class Meta:
        db_table = "recurring_revenue"


RecurringRevenueVersion = versions_of(RecurringRevenue)
