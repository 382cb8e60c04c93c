"""Something we sell, as people keep it."""

from salesops.records.fields import choice, currency_code, money, text, yes_no
from salesops.records.record import Record, versions_of


class Product(Record):
    """Something we sell."""

    name = text()
    code = text()
    family = choice()
    list_price_minor = money()
    currency = currency_code()
    is_active = yes_no()

    class Meta:
        db_table = "product"


ProductVersion = versions_of(Product)
