"""The trader's words whose execution is in no trade at present: notes, tags, plans, and what was said of campaigns. They are kept, and are
put back by themselves when the execution returns.
"""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass

from fillbook.journal.anchors import Anchor
from fillbook.storage.access import Viewer, accounts_of
from fillbook.storage.hanging import homes_of
from fillbook.storage.models import (
    BrokerAccount,
    CampaignLeg,
    CampaignRow,
    ExecutionRow,
    LegApart,
    Note,
    NoteAbout,
    RowState,
    TagMark,
    TripPlanned,
)

Word = Note | TagMark | TripPlanned | CampaignLeg | LegApart


@dataclass(frozen=True, slots=True)
class Orphan:
    """A word that no trade holds at present.

    row: the last version of the execution that it hangs on; None when nothing is known of it. campaign: public id of the campaign that a
    leg belongs to, "" where too little is left of it to be one.
    """

    word: Word
    account: BrokerAccount
    row: ExecutionRow | None
    campaign: str = ""


def orphans(viewer: Viewer) -> list[Orphan]:
    """The viewer's orphans with what is known of them: notes, tags, plans, legs of campaigns, trades to be left alone."""
    if not viewer.is_authenticated:
        return []
    notes = Note.objects.filter(owner=viewer, about=NoteAbout.TRADE, hung=None).select_related("account").order_by("pk")
    marks = TagMark.objects.filter(tag__owner=viewer, hung=None).select_related("tag", "account").order_by("pk")
    plans = TripPlanned.objects.filter(account__owner=viewer, hung=None).select_related("account").order_by("pk")
    return _told([*notes, *marks, *plans, *_lost_of_campaigns(viewer)])


def _lost_of_campaigns(viewer: Viewer) -> list[CampaignLeg | LegApart]:
    """Words about campaigns are hung anew each time trades are made, so whether one is lost is asked of its execution."""
    accounts = list(accounts_of(viewer))
    legs = CampaignLeg.objects.filter(campaign__account__in=accounts).select_related("campaign__account").order_by("pk")
    aparts = LegApart.objects.filter(account__in=accounts).select_related("account").order_by("pk")
    by_account: dict[BrokerAccount, list[CampaignLeg | LegApart]] = defaultdict(list)
    for leg in legs:
        by_account[leg.campaign.account].append(leg)
    for apart in aparts:
        by_account[apart.account].append(apart)
    lost: list[CampaignLeg | LegApart] = []
    for account, words in by_account.items():
        homes = homes_of(account, {Anchor(word.execution_id, word.role) for word in words})
        lost += [word for word in words if not homes[Anchor(word.execution_id, word.role)]]
    return sorted(lost, key=lambda word: (isinstance(word, LegApart), word.pk))


def _told(words: Iterable[Word]) -> list[Orphan]:
    found = list(words)
    by_account: dict[BrokerAccount, set[str]] = defaultdict(set)
    for word in found:
        by_account[_account_of(word)].add(word.execution_id)
    rows: dict[tuple[int, str], ExecutionRow] = {}
    for account, names in by_account.items():
        versions = (
            ExecutionRow.objects.filter(account=account, row_id__in=names).exclude(state=RowState.SUPERSEDED).select_related("instrument")
        )
        rows.update(((account.pk, row.row_id), row) for row in versions)
    own = {word.campaign_id for word in found if isinstance(word, CampaignLeg)}
    keys = dict(CampaignRow.objects.filter(own__in=own).values_list("own_id", "key"))
    return [
        Orphan(
            word,
            account := _account_of(word),
            rows.get((account.pk, word.execution_id)),
            keys.get(word.campaign_id, "") if isinstance(word, CampaignLeg) else "",
        )
        for word in found
    ]


def _account_of(word: Word) -> BrokerAccount:
    account = word.campaign.account if isinstance(word, CampaignLeg) else word.account
    assert account is not None  # a note about a trade has one
    return account
