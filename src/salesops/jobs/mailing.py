"""Sending mail: each message is a job of its own, tried again while it was surely not taken, and never handed over twice."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from email.headerregistry import Address
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

from django.conf import settings
from django.db.models import F

from salesops.actions.mailing import MAIL_LINK, MAIL_NOTICES, MAIL_TEST, MAIL_WEEKLY, MAILS
from salesops.foundations.letter import Letter, Part, in_ascii, message
from salesops.foundations.mail_server import MailServer
from salesops.foundations.problem import Refusal
from salesops.jobs.notice_letters import letter_of
from salesops.jobs.queue import Again, pause_after
from salesops.jobs.smtp import ServerAway, hand_over
from salesops.jobs.weekly import weekly_letter
from salesops.jobs.work import Work
from salesops.records.invitation import Invitation
from salesops.records.job import WAITING, Job
from salesops.records.notice import WANTS, Notice
from salesops.records.sealed_text import opened_text
from salesops.records.user import User
from salesops.records.zone import organisation_zone

NOT_KNOWN = (
    "The worker ended while the mail was handed over, so nobody knows whether it arrives. "
    "It is not sent twice; ask whom it was for."
)
NO_MAIL = "No mail is set up any more, so this was not sent."
NOT_SENT = {"sent": False}
SENT = {"sent": True}
SUBJECT_OF_TEST = "Mail from salesops arrives"


def mail_link(work: Work) -> dict[str, bool]:
    """Send the link of an invitation; nothing where it was used, taken back or has ended by now."""
    invitation = Invitation.objects.select_related("made_by__actor").get(
        pk=work.arguments["invitation"]
    )
    result = NOT_SENT
    if invitation.is_open(work.clock()):
        link = opened_text(work.arguments["sealed"])
        _post(work, invitation.email, _letter_of(invitation, link))
        result = SENT
    with work.effect():
        Job.objects.filter(pk=work.job.pk).update(arguments={"invitation": invitation.pk})
        work.finish(result)
    return result


def mail_test(work: Work) -> dict[str, bool]:
    """Send whoever asked a message that says that mail works."""
    login = User.objects.get(pk=work.arguments["login"])
    words = "You asked salesops for this message. Mail of the office reaches you."
    part = Part(sentence=words, link=settings.SALESOPS_ADDRESS, link_words="Open the office")
    foot = f"Sent by the office at {_host(settings.SALESOPS_ADDRESS)}."
    _post(work, login.email, Letter(SUBJECT_OF_TEST, (part,), foot))
    return SENT


def mail_weekly(work: Work) -> dict[str, bool]:
    """Send a login what it has to do this week; nothing where there is nothing, or they want no message any more."""
    login = User.objects.select_related("person").get(pk=work.arguments["login"])
    if not (login.is_active and login.wants_weekly_message):
        return NOT_SENT
    letter = weekly_letter(login, work.clock())
    if letter is None:
        return NOT_SENT
    _post(work, login.email, letter)
    return SENT


def mail_notices(work: Work) -> dict[str, bool]:
    """Tell a login what of one kind waits for them; nothing where all of it is settled, or they want no such mail."""
    login = User.objects.select_related("person").get(pk=work.arguments["login"])
    kind = work.arguments["kind"]
    if not (login.is_active and getattr(login, WANTS[kind])):
        return NOT_SENT
    letter = letter_of(login, kind, Notice.objects.filter(mail=work.job.pk), work.clock())
    if letter is None:
        return NOT_SENT
    _post(work, login.email, letter)
    return SENT


def _post(work: Work, address: str, letter: Letter) -> None:
    """Hand it over, unless an earlier run may have."""
    server: MailServer | None = settings.SALESOPS_MAIL
    if server is None:
        raise Refusal(NO_MAIL)
    if work.kept.get("handed_over"):
        raise Refusal(NOT_KNOWN)
    made = message(
        letter,
        sender=server.sender,
        to=Address(addr_spec=in_ascii(address)),
        key=f"{work.job.pk}.{work.job.asked_at:%Y%m%d%H%M%S}",
        at=work.clock(),
    )

    def from_here() -> None:
        with work.effect():
            work.kept["handed_over"] = True

    try:
        hand_over(server, made, address, from_here=from_here)
    except Again as error:
        with work.effect():
            work.kept.pop("handed_over", None)  # it was surely not taken
            if isinstance(error, ServerAway):
                _put_off_others(work, str(error))
        raise


def _put_off_others(work: Work, why: str) -> None:
    """Mail that waits need not find out one after the other that nobody answers; meanwhile other work goes on."""
    waiting = Job.objects.filter(kind__in=MAILS, state=WAITING).exclude(pk=work.job.pk)
    later = work.clock() + pause_after(work.job.attempts)
    waiting.filter(run_after__lt=later).update(
        run_after=later, attempts=F("attempts") + 1, error=why
    )


def _letter_of(invitation: Invitation, link: str) -> Letter:
    until = _moment(invitation.expires_at)
    host = _host(link)
    once = f"The link works once, until {until}."
    if invitation.login_id is not None:
        subject, words = "A new password for salesops", "Set a new password"
        if not settings.SALESOPS_PASSWORDS:
            subject, words = "A link to sign in to salesops", "Sign in"
        sentence = f"An administrator of the sales office at {host} made you this link. {once}"
        part = Part(sentence=sentence, link=link, link_words=words)
        foot = "If you did not ask for this, delete it: without the link nothing changes."
        return Letter(subject, (part,), foot)
    inviter = invitation.made_by.actor
    who = f"{inviter} ({inviter.email})" if inviter else "An administrator"
    sentence = (
        f"{who} invites you to the sales office at {host}, with the role “{invitation.get_role_display()}”. "
        f"You will sign in as {invitation.email}. {once}"
    )
    part = Part(sentence=sentence, link=link, link_words="Begin")
    foot = "If you do not know who invites you, delete this: without the link nothing happens."
    return Letter(f"{inviter or 'An administrator'} invites you to salesops", (part,), foot)


def _moment(at: datetime) -> str:
    zone = organisation_zone()
    return f"{at.astimezone(ZoneInfo(zone)):%-d %B %Y, %H:%M} ({zone})"


def _host(address: str) -> str:
    return urlsplit(address).netloc


SENDING: dict[str, Callable[[Work], dict[str, bool]]] = {
    MAIL_LINK: mail_link,
    MAIL_TEST: mail_test,
    MAIL_WEEKLY: mail_weekly,
    MAIL_NOTICES: mail_notices,
}
