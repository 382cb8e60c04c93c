"""Mail is sent by jobs: to whom it is for, again while it was surely not taken, and never twice."""

from __future__ import annotations

import ssl
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from django.conf import LazySettings
from django.db import transaction

from salesops.actions.enqueue import enqueue
from salesops.actions.mailing import MAIL_LINK, MAIL_TEST, MAIL_WEEKLY, mail_test
from salesops.cli.keeping import _mail as look_at_mail
from salesops.foundations.mail_server import STARTTLS, TLS
from salesops.foundations.problem import Refusal
from salesops.jobs.kinds import KINDS
from salesops.jobs.mailing import NOT_KNOWN
from salesops.jobs.queue import Again
from salesops.jobs.smtp import connected
from salesops.jobs.work import Lost, Work
from salesops.jobs.worker import Worker
from salesops.records.invitation import Invitation
from salesops.records.job import DONE, FAILED, WAITING, Job
from salesops.records.user import User
from tests.office.certificate import certificate
from tests.office.postbox import HANG_UP, Postbox, postbox, text_of
from tests.office.readers import Office, Reader

pytestmark = pytest.mark.django_db


class Hands:
    """A clock that a test sets."""

    def __init__(self) -> None:
        self.now = datetime.now(UTC) + timedelta(minutes=1)  # later than what pages just asked for

    def __call__(self) -> datetime:
        return self.now


@pytest.fixture
def box(settings: LazySettings) -> Iterator[Postbox]:
    """A mail server the office knows."""
    with postbox() as made:
        settings.SALESOPS_MAIL = made.server()
        yield made


def _run(clock: Hands, most: int = 20) -> None:
    """Let a worker do what is due."""
    worker = Worker(KINDS, clock)
    for _ in range(most):
        if not worker.run_one():
            return
    raise AssertionError("There is always more to do.")


def _ask(office: Office) -> Job:
    return mail_test(office.dora, lambda: datetime.now(UTC))


def test_an_invitation_is_mailed_with_a_link_that_works_and_is_kept_nowhere_in_the_open(
    box: Postbox, as_dora: Reader, as_nobody: Reader
) -> None:
    shown = as_dora.post("/access/invite", email="eve@example.com", role="analyst", name="Eve")
    assert "being mailed to eve@example.com" in shown.content.decode()
    job = Job.objects.get(kind=MAIL_LINK)
    link = shown.content.decode().partition('value="http://127.0.0.1')[2].partition('"')[0]
    token = link.rpartition("/")[2]
    assert token not in str(job.arguments)
    _run(Hands())
    (mail,) = box.taken
    assert (mail["To"], mail["From"]) == ("eve@example.com", "Sales office <sales@example.com>")
    assert mail["Subject"] == "Dora invites you to salesops"
    assert link in text_of(mail)
    assert link in text_of(mail, "html")
    job.refresh_from_db()
    assert (job.state, job.arguments) == (DONE, {"invitation": Invitation.objects.get().pk})
    assert "Mailed." in as_dora.get("/access").content.decode()
    assert as_nobody.get(link).status_code == 200


def test_a_link_that_was_taken_back_is_not_mailed(box: Postbox, as_dora: Reader) -> None:
    as_dora.post("/access/invite", email="eve@example.com", role="analyst")
    as_dora.post(f"/access/invitations/{Invitation.objects.get().pk}")
    _run(Hands())
    assert box.taken == []
    assert "Not sent: the link works no more" in as_dora.get("/work").content.decode()


def test_a_link_for_a_new_password_is_mailed_too(
    box: Postbox, as_dora: Reader, served: Office
) -> None:
    as_dora.post(f"/access/{served.bob.pk}", do="link")
    _run(Hands())
    assert (box.taken[0]["To"], box.taken[0]["Subject"]) == (
        "bob@example.com", "A new password for salesops",
    )  # fmt: skip


def test_without_mail_links_are_passed_on_by_hand(
    settings: LazySettings, as_dora: Reader, served: Office
) -> None:
    settings.SALESOPS_MAIL = None
    shown = as_dora.post("/access/invite", email="eve@example.com", role="analyst")
    assert "Send this link to eve@example.com" in shown.content.decode()
    assert not Job.objects.exists()
    assert "No mail is set up" in as_dora.get("/access").content.decode()
    assert as_dora.post("/access/test-mail").status_code == 422
    with pytest.raises(Refusal, match="Only an administrator"):
        mail_test(served.bob, Hands())


def test_what_the_server_does_not_take_now_is_tried_again_until_it_does(
    box: Postbox, office: Office
) -> None:
    clock, job = Hands(), _ask(office)
    Job.objects.update(most_attempts=9)
    for verb, reply in (
        ("RCPT", "450 grey"),
        ("DATA", "451 full"),
        ("EHLO", HANG_UP),
        ("MAIL", HANG_UP),
    ):
        box.at = {verb: reply}
        _run(clock, 2)
        job.refresh_from_db()
        assert (job.state, box.taken) == (WAITING, [])
        assert reply == HANG_UP or reply in job.error
        assert "127.0.0.1" in job.error
        clock.now = job.run_after
    box.at = {}
    _run(clock, 2)
    job.refresh_from_db()
    assert (job.state, len(box.taken)) == (DONE, 1)


def test_what_the_server_never_takes_has_failed_with_its_words(
    box: Postbox, as_dora: Reader, served: Office
) -> None:
    box.at = {"RCPT": "550 no such user"}
    job = _ask(served)
    _run(Hands())
    job.refresh_from_db()
    assert (job.state, box.taken) == (FAILED, [])
    assert "550 no such user" in as_dora.get("/work").content.decode()


def test_a_connection_that_breaks_after_the_text_is_told_and_not_tried_again(
    box: Postbox, office: Office
) -> None:
    box.at, job = {"DATA": HANG_UP}, _ask(office)
    Job.objects.update(most_attempts=9)
    _run(Hands())
    job.refresh_from_db()
    assert (job.state, len(box.taken)) == (FAILED, 1)
    assert "nobody knows whether it arrives" in job.error


@pytest.mark.parametrize(("dies_after", "arrives"), [("handing over", 1), ("before", 1)])
def test_a_worker_that_dies_hands_no_message_over_twice(
    box: Postbox, office: Office, dies_after: str, arrives: int
) -> None:
    clock, job = Hands(), _ask(office)
    Job.objects.update(most_attempts=9)

    def dies(work: Work) -> object:
        if dies_after == "handing over":
            KINDS[MAIL_TEST](work)
        raise Lost

    Worker({**KINDS, MAIL_TEST: dies}, clock).run_one()
    clock.now += timedelta(minutes=1)  # its lease has run out
    _run(clock)
    job.refresh_from_db()
    assert len(box.taken) == arrives
    assert (job.state, job.error) == (
        (FAILED, NOT_KNOWN) if dies_after == "handing over" else (DONE, "")
    )


def test_where_the_server_is_away_mail_that_waits_is_put_off_without_asking_it(
    box: Postbox, office: Office
) -> None:
    clock = Hands()
    box.at = {"EHLO": HANG_UP}
    for _ in range(5):
        _ask(office)
    Job.objects.update(most_attempts=9)
    _run(clock, 2)
    assert len([line for line in box.said if line.startswith("ehlo")]) == 1
    assert {j.run_after for j in Job.objects.all()} == {clock.now + timedelta(seconds=5)}


def test_a_certificate_nobody_vouches_for_is_refused_and_the_password_not_sent(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = certificate(tmp_path, "127.0.0.1")
    secure = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    secure.load_cert_chain(file)
    with postbox(secure) as box:
        server = box.server(STARTTLS, user="ann", password="secret")
        with pytest.raises(Again, match="certificate that this machine does not trust"), connected(server):  # fmt: skip
            pass
        monkeypatch.setenv("SSL_CERT_FILE", str(file))
        with connected(server):
            pass
        assert [line.split()[0] for line in box.said].count("AUTH") == 1
        box.at = {"AUTH": "535 no"}
        with pytest.raises(Again, match="refuses the name or the password"), connected(server):
            pass
        with pytest.raises(Again), connected(box.server(TLS)):  # speaks no TLS from the start
            pass


def test_doctor_says_whether_the_mail_server_lets_the_office_in(
    box: Postbox, settings: LazySettings
) -> None:
    assert [fine for fine, _ in look_at_mail()] == [True]
    assert box.said[-1] == "quit"
    box.at = {"EHLO": HANG_UP}
    ((fine, line),) = look_at_mail()
    assert (fine, "Mail waits" in line) == (False, True)
    settings.SALESOPS_MAIL = None
    ((fine, line),) = look_at_mail()
    assert (fine, "No mail is set up" in line) == (True, True)


def test_mail_is_asked_for_with_the_change_that_wants_it_or_not_at_all(
    box: Postbox, office: Office
) -> None:
    with transaction.atomic():
        mail_test(office.dora, Hands())
        transaction.set_rollback(True)
    _run(Hands())
    assert box.taken == []


def test_a_login_that_has_nothing_to_do_or_is_ended_gets_no_weekly_message(
    box: Postbox, served: Office
) -> None:
    for login in User.objects.all():
        enqueue(None, MAIL_WEEKLY, {"login": login.pk}, Hands())
    _run(Hands())
    assert box.taken == []
    assert {j.state for j in Job.objects.all()} == {DONE}
    assert served
