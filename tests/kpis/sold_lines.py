"""Deals with lines sold at the list price and below, in two currencies."""

from __future__ import annotations

from collections.abc import Callable

from salesops.book.book import Book

DEALS = """
    id  stage  owner_id  amount  currency  close_date
    d1  Won    ann       180     USD       2026-02-01
    d2  Won    bob       100     EUR       2026-05-01
    d3  Lost   ann       50      USD       2026-02-01
"""
PRODUCTS = """
    id  name
    p1  Pump
    p2  Valve
"""
LINES = """
    id  opportunity_id  product_id  quantity  list_price  unit_price  amount  currency
    l1  d1              p1          1         100         80          80      USD
    l2  d1              p2          2.5       40          40          -       USD
    l3  d1              p2          1         -           7           7       USD
    l4  d2              p1          1         200         100         100     EUR
    l5  d3              p1          1         100         1           1       USD
"""
RATES = """
    currency  valid_from  valid_to  rate
    USD       2020-01-01  -         1
    EUR       2020-01-01  -         1.50
"""


def book_of_lines(draw: Callable[..., Book], rates: str = RATES) -> Book:
    """The book of them, at these rates."""
    return draw(product=PRODUCTS, opportunity=DEALS, opportunity_line=LINES, exchange_rate=rates)
