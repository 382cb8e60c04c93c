"""How the fields of forms that are not ours are written in our templates."""

from __future__ import annotations

from django import forms, template
from django.forms import BoundField
from django.utils.safestring import SafeString

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
