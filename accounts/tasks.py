"""The messages sent by a worker: what a mail server takes tells nobody who has an account."""

from __future__ import annotations

import datetime as dt
import logging

from celery import shared_task
from django.conf import settings
from django.db import transaction
from django.utils import timezone
from kombu.exceptions import OperationalError as BrokerDown

from accounts import audit, forms
from accounts.models import AuditEntry, User

logger = logging.getLogger(__name__)

LINK_ASKED = "lien de mot de passe demandé"

#: How many links an address is sent in `LINK_PERIOD`, so that nobody floods a mailbox.
MOST_LINKS = 3
LINK_PERIOD = dt.timedelta(hours=1)


@shared_task(ignore_result=True)
def send_reset_link(email: str, domain: str, *, secure: bool) -> None:
    """Send a link to choose a new password, if an account has this address.

    Args:
        email: an address as someone typed it.
        domain: the host, and port if any, by which they reached us.
        secure: whether they did so over HTTPS.
    """
    form = forms.PasswordResetForm({"email": email})
    if form.is_valid() and _may_send(email):
        form.save(
            domain_override=domain,
            subject_template_name="accounts/password_reset_subject.txt",
            email_template_name="accounts/password_reset_email.txt",
            use_https=secure,
            extra_email_context={"valid_hours": str(settings.PASSWORD_RESET_TIMEOUT // 3600)},
        )


def queue_reset_link(email: str, domain: str, *, secure: bool) -> bool:
    """Have `send_reset_link` done by a worker; False when the broker is down: to be asked again."""
    try:
        send_reset_link.delay(email, domain, secure=secure)
    except BrokerDown:
        logger.warning("Broker unreachable: a link for a new password is not sent")
        return False
    return True


@transaction.atomic
def _may_send(email: str) -> bool:
    """Whether an account has this address and was not sent too many links; counts this one."""
    # The lock of the account makes its requests wait for each other, whichever worker has them.
    account = User.objects.select_for_update().filter(email=email.lower()).first()
    if account is None:
        return False
    since = timezone.now() - LINK_PERIOD
    sent = AuditEntry.objects.filter(action=LINK_ASKED, target=account.email, at__gt=since)
    if sent.count() >= MOST_LINKS:
        return False
    audit.record(LINK_ASKED, actor=None, target=account.email)
    return True
