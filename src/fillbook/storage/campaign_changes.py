"""What the trader changed of campaigns, each to be taken back in one step: a campaign made, added to, kept, taken apart, a leg let alone or
proposed again.

A change is kept as the words that went with it and the words that came. Taking it back puts the ones in the place of the others, whatever
was imported or made again meanwhile, since words hang on executions. It can be taken back as long as no later change is about the same
fills or the same campaign; of several about the same, the last one first.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, Final

from django.db import transaction
from django.http import Http404
from django.utils import timezone

from fillbook.journal.anchors import Anchor
from fillbook.storage.access import Viewer, accounts_of
from fillbook.storage.campaigns import regroup
from fillbook.storage.hanging import anchor_in, homes_of
from fillbook.storage.models import BrokerAccount, Campaign, CampaignChange, CampaignLeg, LegApart, RoundTripRow

MOST: Final = 100
"""Changes that are kept of an account; older ones stand as they are."""
Word = tuple[Any, ...]


@dataclass(frozen=True, slots=True)
class _Words:
    """All that is said of an account's campaigns. campaigns: number -> name; legs: (campaign, execution id, role); aparts: the last two."""

    campaigns: dict[int, str]
    legs: frozenset[Word]
    aparts: frozenset[Word]

    @classmethod
    def of(cls, account: BrokerAccount) -> "_Words":
        return cls(
            dict(Campaign.objects.filter(account=account).values_list("pk", "name")),
            frozenset(CampaignLeg.objects.filter(campaign__account=account).values_list("campaign_id", "execution_id", "role")),
            frozenset(LegApart.objects.filter(account=account).values_list("execution_id", "role")),
        )

    def without(self, other: "_Words") -> dict[str, list[Any]]:
        """What is said here and not there; of a campaign under another name its name here."""
        return {
            "campaigns": sorted([pk, name] for pk, name in self.campaigns.items() if other.campaigns.get(pk) != name),
            "legs": sorted(map(list, self.legs - other.legs)),
            "aparts": sorted(map(list, self.aparts - other.aparts)),
        }


@contextmanager
def changing(account: BrokerAccount, what: CampaignChange.What, trip: RoundTripRow) -> Iterator[None]:
    """Keep what is changed within; nothing where nothing is. account: locked. trip: the one that it is about first."""
    before, anchor = _Words.of(account), anchor_in(trip)
    yield
    after = _Words.of(account)
    if before == after or anchor is None:
        return
    words = {"gone": before.without(after), "new": after.without(before)}
    CampaignChange.objects.create(account=account, what=what, words=words, **anchor._asdict())
    old = CampaignChange.objects.filter(account=account).order_by("-pk").values_list("pk", flat=True)[MOST:]
    CampaignChange.objects.filter(pk__in=list(old)).delete()


def changes_of(viewer: Viewer) -> list[CampaignChange]:
    """The viewer's changes that can be taken back now, the latest first."""
    found = CampaignChange.objects.filter(account__in=accounts_of(viewer)).select_related("account").order_by("-made_at", "-pk")
    free = _free(found)
    return [change for change in found if change.pk in free]


def changes_about(trips: Sequence[RoundTripRow]) -> list[CampaignChange]:
    """Those about any of some round trips of one account, which may be taken back now, the latest first."""
    if not trips:
        return []
    account, numbers = trips[0].account, {trip.pk for trip in trips}
    found = list(CampaignChange.objects.filter(account=account).order_by("-pk"))
    free = _free(found)
    able = [change for change in found if change.pk in free]
    homes = homes_of(account, {anchor for change in able for anchor in _anchors(change)}) if able else {}
    return [change for change in able if any(homes[anchor] & numbers for anchor in _anchors(change))]


def begun_with(changes: Iterable[CampaignChange]) -> dict[int, str]:
    """Number of a change -> public id of the round trip that holds the fill with which it began; absent where none does."""
    by_account: dict[BrokerAccount, dict[int, Anchor]] = defaultdict(dict)
    for change in changes:
        by_account[change.account][change.pk] = Anchor(change.execution_id, change.role)
    found: dict[int, str] = {}
    for account, anchors in by_account.items():
        homes = homes_of(account, set(anchors.values()))
        keys = dict(RoundTripRow.objects.filter(pk__in=set().union(*homes.values())).values_list("pk", "key"))
        found |= {pk: min(keys[trip] for trip in homes[anchor]) for pk, anchor in anchors.items() if homes[anchor]}
    return found


def change_for(viewer: Viewer, change_id: int | str) -> CampaignChange:
    """One of the viewer's that can be taken back now; raises `Http404`."""
    found = next((change for change in changes_of(viewer) if str(change.pk) == str(change_id)), None)
    if found is None:
        raise Http404("There is no such page.")
    return found


def undo(viewer: Viewer, change_id: int | str) -> RoundTripRow | None:
    """Take a change back; returns the round trip that it was about first, None where no trade holds its fill now.

    Raises:
        Http404: there is none, it is not the viewer's, or a later one about the same has to be taken back first.
    """
    with transaction.atomic():
        account = BrokerAccount.objects.select_for_update().get(pk=change_for(viewer, change_id).account_id)
        change = change_for(viewer, change_id)
        _take_away(account, change.words["new"], {pk for pk, _ in change.words["gone"]["campaigns"]})
        _say_again(account, change.words["gone"])
        anchor = Anchor(change.execution_id, change.role)
        change.delete()
        regroup(account)
        home = homes_of(account, {anchor})[anchor]
        return RoundTripRow.objects.filter(pk__in=home).order_by("key").first()


def _take_away(account: BrokerAccount, words: dict[str, list[Any]], renamed: set[int]) -> None:
    for campaign, execution_id, role in words["legs"]:
        CampaignLeg.objects.filter(campaign=campaign, campaign__account=account, execution_id=execution_id, role=role).delete()
    for execution_id, role in words["aparts"]:
        LegApart.objects.filter(account=account, execution_id=execution_id, role=role).delete()
    made = [pk for pk, _ in words["campaigns"] if pk not in renamed]
    Campaign.objects.filter(account=account, pk__in=made).delete()


def _say_again(account: BrokerAccount, words: dict[str, list[Any]]) -> None:
    """A campaign that was dropped comes back under its number, since other changes name it by that."""
    now = timezone.now()
    for pk, name in words["campaigns"]:
        Campaign.objects.update_or_create(pk=pk, account=account, defaults={"name": name, "changed_at": now})
    for campaign, execution_id, role in words["legs"]:
        CampaignLeg.objects.get_or_create(campaign_id=campaign, execution_id=execution_id, role=role)
    for execution_id, role in words["aparts"]:
        LegApart.objects.get_or_create(account=account, execution_id=execution_id, role=role)


def _free(changes: Sequence[CampaignChange] | Any) -> set[int]:
    """Numbers of those that no later one is in the way of. changes: all of some accounts."""
    taken: set[Word] = set()
    free: set[int] = set()
    for change in sorted(changes, key=lambda one: -one.pk):
        about = {(change.account_id, *word) for word in _about(change)}
        if not about & taken:
            free.add(change.pk)
        taken |= about
    return free


def _about(change: CampaignChange) -> set[Word]:
    """Campaigns and fills."""
    parts = change.words.values()
    campaigns = {(pk,) for part in parts for pk, *_ in (*part["campaigns"], *part["legs"])}
    return campaigns | set(map(tuple, _anchors(change)))


def _anchors(change: CampaignChange) -> set[Anchor]:
    words = [word for part in change.words.values() for word in (*(leg[1:] for leg in part["legs"]), *part["aparts"])]
    return {Anchor(change.execution_id, change.role), *(Anchor(*word) for word in words)}
