"""Open deals in the pipeline at whose account nobody is known."""

from salesops.book.listing import ListColumn
from salesops.data_quality._check import Check
from salesops.data_quality._lent import CONTACTS
from salesops.data_quality._wording import ACCOUNTS
from salesops.kpis._definition import Need

contact_missing = Check(
    name="contact_missing",
    title="Nobody known at the account",
    wrong="The deal is open in a stage that counts as pipeline, and its account has no contact.",
    matters="There is nobody to call, and when the owner leaves the customer is lost with them.",
    remedy="Add the person who decides to the account's contacts.",
    table="opportunity",
    concerns="NOT x.is_closed AND x.is_qualified AND x.account_id IS NOT NULL",
    is_wrong="k.account_id IS NULL",
    mends="contact.account_id",
    severity="warn",
    needs=(ACCOUNTS, Need("contact", "account_id", "contacts", "Contact")),
    lent=(CONTACTS,),
    shows=(ListColumn("close_date", "Close date", "x.close_date", "date"),),
)
