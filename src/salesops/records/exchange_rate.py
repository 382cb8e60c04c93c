"""What one unit of a currency is worth in the reporting currency, over a span of days, as people keep it."""

from salesops.records.fields import currency_code, day, rate
from salesops.records.record import Record, versions_of


class ExchangeRate(Record):
    """What one unit of a currency is worth in the reporting currency, over a span of days."""

    currency = currency_code()
    valid_from = day()
    valid_to = day()
    rate = rate()

    class Meta:
        db_table = "exchange_rate"


ExchangeRateVersion = versions_of(ExchangeRate)
