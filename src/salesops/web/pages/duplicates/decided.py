"""What people decided about records that looked alike, the latest first, and taking it back."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from django.db.models import Q
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_POST

from salesops.actions.keep_apart import keep_apart_no_more
from salesops.actions.unmerge_records import Unmerged, may_take_apart, unmerge_records
from salesops.foundations.clock import system_clock
from salesops.foundations.problem import Refusal
from salesops.records.change import Change
from salesops.records.duplicate import KeptApart, Merge
from salesops.records.models import NOUNS
from salesops.records.user import User
from salesops.records.visibility import editable_by
from salesops.web.pages.duplicates import told
from salesops.web.pages.keeping.record_page import actor_of, reading
from salesops.web.paging import page_of
from salesops.web.words import counted

A_PAGE = 30
SAID = "duplicates_said"


def decided(request: HttpRequest) -> HttpResponse:
    """The decisions on one noun that stand; `?noun=contact`."""
    return _page(request, request.GET.get("noun", "account"))


@require_POST
def take_back(request: HttpRequest, key: int) -> HttpResponse:
    """Take records apart that were merged, or what was said of records that are not the same."""
    actor = actor_of(request)
    merge = Merge.objects.filter(change=key).first()
    apart = KeptApart.objects.filter(begun_by=key).first()
    found = merge or apart
    if found is None or not _is_seen(actor, found):
        raise Http404
    change = Change.objects.get(pk=key)
    try:
        if merge is None:
            keep_apart_no_more(actor, change, system_clock)
            query: dict[str, Any] = {"noun": found.noun}
            return HttpResponseRedirect(f"{reverse('duplicates')}?{urlencode(query)}")
        done = unmerge_records(actor, change, system_clock)
    except Refusal as refusal:
        return _page(request, found.noun, refusal=str(refusal), status=400)
    request.session[SAID] = _said(done)
    return HttpResponseRedirect(
        f"{reverse('duplicates_decided')}?{urlencode({'noun': found.noun})}"
    )


def _is_seen(actor: User, found: Merge | KeptApart) -> bool:
    """Who may not see what stayed, or one of those kept apart, learns nothing of it."""
    there = told.within_reach(actor, NOUNS[found.noun])
    key = found.winner if isinstance(found, Merge) else found.left
    return bool(there.filter(pk=key).exists())


def _said(done: Unmerged) -> list[str]:
    """What taking a merge back did, in sentences."""
    noun, one = NOUNS[done.noun], len(done.records) == 1
    there = f"{counted(done.noun, len(done.records))} {'is' if one else 'are'} there again"
    point = "record points" if done.back == 1 else "records point"
    said = [f"Taken apart. {there}, and {done.back:,} {point} there as before."]
    if done.stays:
        titles = ", ".join(told.title_of(noun, c).lower() for c in done.stays)
        said.append(f"Changed since and left as it is: {titles}.")
    for table, rows in done.left.items():
        said.append(
            f"{counted(table, rows)} went elsewhere since and {'stays' if rows == 1 else 'stay'} there."
        )
    return said


def _page(
    request: HttpRequest,
    name: str,
    *,
    refusal: str = "",
    status: int = 200,
) -> HttpResponse:
    actor, noun = actor_of(request), told.noun_of(name)
    there = told.within_reach(actor, noun).values("pk")
    changes = (
        Change.objects.filter(
            Q(
                pk__in=Merge.objects.filter(noun=name, ended_by=None, winner__in=there).values(
                    "change"
                )
            )
            | Q(
                pk__in=KeptApart.objects.filter(
                    noun=name, ended_by=None, left__in=there, right__in=there
                ).values("begun_by")
            )
        )
        .select_related("actor")
        .order_by("-pk")
    )
    count = changes.count()
    pages = max(1, -(-count // A_PAGE))
    page = min(page_of(request), pages)
    shown = list(changes[(page - 1) * A_PAGE : page * A_PAGE])
    context = {
        "name": name,
        "tabs": list(told.TITLES.items()),
        "title": told.TITLES[name],
        "decisions": _told(actor, name, shown),
        "count": count,
        "page": page,
        "pages": pages,
        "zone": reading()[1],
        "refusal": refusal,
        "said": request.session.pop(SAID, None),
    }
    return render(request, "duplicates/decided.html", context, status=status)


def _told(actor: User, name: str, changes: list[Change]) -> list[dict[str, Any]]:
    noun, keys = NOUNS[name], [c.pk for c in changes]
    merges = list(Merge.objects.filter(change__in=keys, ended_by=None).order_by("pk"))
    aparts = list(KeptApart.objects.filter(begun_by__in=keys, ended_by=None).order_by("pk"))
    named = {m.winner for m in merges} | {key for a in aparts for key in (a.left, a.right)}
    records = told.within_reach(actor, noun).in_bulk(list(named))
    # Who may see what stayed may know what went into it.
    losers = noun.objects.in_bulk([m.loser for m in merges if m.winner in records])
    apart_again = may_take_apart(actor, noun, merges)
    theirs = set(editable_by(actor, noun).filter(pk__in=named).values_list("pk", flat=True))
    listed = []
    for change in changes:
        merged = [m for m in merges if m.change_id == change.pk]
        kept = [a for a in aparts if a.begun_by_id == change.pk]
        apart = dict.fromkeys(key for a in kept for key in (a.left, a.right))
        listed.append(
            {
                "change": change,
                "into": records.get(merged[0].winner) if merged else None,
                "place": told.place_of(records[merged[0].winner]) if merged else "",
                "losers": [losers.get(m.loser, m.loser) for m in merged],
                "may": change.pk in apart_again if merged else theirs.issuperset(apart),
                "apart": [(records[k], told.place_of(records[k])) for k in apart if k in records],
            }
        )
    return listed
