"""Asking for mail: the job that sends it is there when the change that wants it is, and not otherwise."""

from __future__ import annotations

from django.conf import settings

from salesops.actions.administering import refuse_others
from salesops.actions.enqueue import enqueue
from salesops.foundations.clock import Clock
from salesops.foundations.problem import Refusal
from salesops.records.invitation import Invitation
from salesops.records.job import Job
from salesops.records.sealed_text import sealed_text
from salesops.records.user import User

MAIL_LINK, MAIL_TEST, MAIL_WEEKLY = "mail_link", "mail_test", "mail_weekly"
MAIL_NOTICES = "mail_notices"
MAILS = (MAIL_LINK, MAIL_TEST, MAIL_WEEKLY, MAIL_NOTICES)
MOST_TRIES = 24  # with growing pauses that is most of a day


def mail_link(actor: User | None, invitation: Invitation, link: str, clock: Clock) -> None:
    """Have the link mailed to whom it is for, where the office has mail and knows the address.

    The link is kept enciphered until then: of the invitation itself only a digest is.
    """
    if settings.SALESOPS_MAIL is None or not invitation.email:
        return
    arguments = {"invitation": invitation.pk, "sealed": sealed_text(link)}
    enqueue(actor, MAIL_LINK, arguments, clock, most_attempts=MOST_TRIES)


def mail_test(actor: User, clock: Clock) -> Job:
    """Have a message sent to the actor that says that mail works. Only an administrator may."""
    refuse_others(actor)
    if settings.SALESOPS_MAIL is None:
        raise Refusal("No mail is set up. Name a server in SALESOPS_MAIL first.")
    return enqueue(actor, MAIL_TEST, {"login": actor.pk}, clock, most_attempts=1)
