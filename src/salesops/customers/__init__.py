"""What customers are worth: how long they stay, how often they buy again, and how much they spend."""

from salesops.customers.purchase_value import Buyer, Check, PurchaseValue, Told, purchase_value
from salesops.customers.purchases import Purchase, purchases_of
from salesops.customers.recurring_value import Present, RecurringValue, Renewal, recurring_value
from salesops.customers.terms import Terms, Value

__all__ = [
    "Buyer",
    "Check",
    "Present",
    "Purchase",
    "PurchaseValue",
    "RecurringValue",
    "Renewal",
    "Terms",
    "Told",
    "Value",
    "purchase_value",
    "purchases_of",
    "recurring_value",
]
