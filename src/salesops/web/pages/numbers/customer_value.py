"""The door to what customers are worth: it loads what is worked out with arrays only when somebody asks."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponseBase


def customer_value(request: HttpRequest) -> HttpResponseBase:
    """The page, or with `export` each customer as a file."""
    from salesops.web.pages.numbers.customers_valued import customers_valued

    return customers_valued(request)
