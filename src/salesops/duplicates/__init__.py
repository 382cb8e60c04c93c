"""Which accounts, contacts and leads are there twice, how sure that is, and why."""

from salesops.duplicates._kind import Kind
from salesops.duplicates.account import account
from salesops.duplicates.contact import contact
from salesops.duplicates.lead import lead

KINDS: dict[str, Kind] = {kind.noun: kind for kind in (account, contact, lead)}
