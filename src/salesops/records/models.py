"""Every model of the records, where Django looks for them."""

from salesops.records.account import Account, AccountVersion
from salesops.records.activity import Activity, ActivityVersion
from salesops.records.at_mention import AtMention
from salesops.records.attachment import Attachment
from salesops.records.calendar_feed import CalendarFeed
from salesops.records.campaign import Campaign, CampaignVersion
from salesops.records.campaign_spend import CampaignSpend, CampaignSpendVersion
from salesops.records.change import Change, Context
from salesops.records.contact import Contact, ContactVersion
from salesops.records.cost import Cost, CostVersion
from salesops.records.custom_field import CustomField, CustomFieldVersion
from salesops.records.duplicate import DuplicateSearch, KeptApart, LookAlike, Merge
from salesops.records.erasure import ErasedKey, ErasedRow, Erasure
from salesops.records.exchange_rate import ExchangeRate, ExchangeRateVersion
from salesops.records.identity import Identity
from salesops.records.import_run import ImportRun, ImportUndo, LeftByUndo
from salesops.records.invitation import Invitation
from salesops.records.job import Job
from salesops.records.lead import Lead, LeadVersion
from salesops.records.notice import Notice
from salesops.records.opportunity import Opportunity, OpportunityVersion
from salesops.records.opportunity_contact import OpportunityContact, OpportunityContactVersion
from salesops.records.opportunity_line import OpportunityLine, OpportunityLineVersion
from salesops.records.opportunity_split import OpportunitySplit, OpportunitySplitVersion
from salesops.records.person import Person, PersonVersion
from salesops.records.pipeline_stage import PipelineStage, PipelineStageVersion
from salesops.records.pipeline_visit import PipelineVisit
from salesops.records.process_change import (
    EffectReading,
    ProcessChange,
    ProcessChangeVersion,
)
from salesops.records.product import Product, ProductVersion
from salesops.records.quota import Quota, QuotaVersion
from salesops.records.recently_seen import RecentlySeen
from salesops.records.record import Record
from salesops.records.recurring_revenue import RecurringRevenue, RecurringRevenueVersion
from salesops.records.request import (
    CannedAnswer,
    Request,
    RequestEvent,
    RequestKind,
    RequestLink,
)
from salesops.records.saved_view import SavedView
from salesops.records.seal import Seal
from salesops.records.seen import Seen
from salesops.records.settings_change import SettingsChange
from salesops.records.share import Share
from salesops.records.source_word import SourceWord
from salesops.records.target import Target
from salesops.records.team_membership import TeamMembership, TeamMembershipVersion
from salesops.records.user import User
from salesops.records.weekly_message import WeeklyMessage

# Those a declared table describes, by its name; what a reference names comes before who refers to it.
NOUNS: dict[str, type[Record]] = {
    "person": Person,
    "team_membership": TeamMembership,
    "pipeline_stage": PipelineStage,
    "exchange_rate": ExchangeRate,
    "product": Product,
    "campaign": Campaign,
    "campaign_spend": CampaignSpend,
    "account": Account,
    "contact": Contact,
    "lead": Lead,
    "opportunity": Opportunity,
    "opportunity_line": OpportunityLine,
    "opportunity_split": OpportunitySplit,
    "opportunity_contact": OpportunityContact,
    "activity": Activity,
    "quota": Quota,
    "cost": Cost,
    "recurring_revenue": RecurringRevenue,
}
# All whose every state is kept: what the company made of its records as well.
KEPT: dict[str, type[Record]] = {
    **NOUNS,
    "custom_field": CustomField,
    "process_change": ProcessChange,
}

__all__ = [
    "KEPT",
    "NOUNS",
    "Account",
    "AccountVersion",
    "Activity",
    "ActivityVersion",
    "AtMention",
    "Attachment",
    "CalendarFeed",
    "Campaign",
    "CampaignSpend",
    "CampaignSpendVersion",
    "CampaignVersion",
    "CannedAnswer",
    "Change",
    "Contact",
    "ContactVersion",
    "Context",
    "Cost",
    "CostVersion",
    "CustomField",
    "CustomFieldVersion",
    "DuplicateSearch",
    "EffectReading",
    "ErasedKey",
    "ErasedRow",
    "Erasure",
    "ExchangeRate",
    "ExchangeRateVersion",
    "Identity",
    "ImportRun",
    "ImportUndo",
    "Invitation",
    "Job",
    "KeptApart",
    "Lead",
    "LeadVersion",
    "LeftByUndo",
    "LookAlike",
    "Merge",
    "Notice",
    "Opportunity",
    "OpportunityContact",
    "OpportunityContactVersion",
    "OpportunityLine",
    "OpportunityLineVersion",
    "OpportunitySplit",
    "OpportunitySplitVersion",
    "OpportunityVersion",
    "Person",
    "PersonVersion",
    "PipelineStage",
    "PipelineStageVersion",
    "PipelineVisit",
    "ProcessChange",
    "ProcessChangeVersion",
    "Product",
    "ProductVersion",
    "Quota",
    "QuotaVersion",
    "RecentlySeen",
    "RecurringRevenue",
    "RecurringRevenueVersion",
    "Request",
    "RequestEvent",
    "RequestKind",
    "RequestLink",
    "SavedView",
    "Seal",
    "Seen",
    "SettingsChange",
    "Share",
    "SourceWord",
    "Target",
    "TeamMembership",
    "TeamMembershipVersion",
    "User",
    "WeeklyMessage",
]
