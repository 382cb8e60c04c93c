"""How the fields of forms that are not ours are written in our templates."""

from __future__ import annotations

from django import forms, template
from django.conf import settings
from django.forms import BoundField
from django.utils.safestring import SafeString

from salesops.foundations.identity_provider import IdentityProvider

register = template.Library()


@register.filter
def as_field(field: BoundField, autocomplete: str = "") -> SafeString:
    """The field as our style knows it, with a label around it and so without a placeholder."""
    field.field.widget.attrs.pop("placeholder", None)
    more = {"autocomplete": autocomplete} if autocomplete else {}
    return field.as_widget(attrs={"class": "field", **more})


@register.filter
def is_tick(field: BoundField) -> bool:
    """The field is a box to tick."""
    return isinstance(field.field.widget, forms.CheckboxInput)


@register.simple_tag
def identity_provider() -> IdentityProvider | None:
    """Who vouches for people that sign in here, None where nobody does."""
    provider: IdentityProvider | None = settings.SALESOPS_OIDC
    return provider


@register.simple_tag
def has_passwords() -> bool:
    """Whether people sign in with passwords here."""
    return bool(settings.SALESOPS_PASSWORDS)
