"""What the trader says of campaigns: put together, named, added to, taken apart. Every function takes an owner; all of it can be
taken back (`storage.campaign_changes`).

A word hangs on executions (`journal.anchors`), so it outlives every rebuild; which round trips it is about is looked for again each time.
"""

from collections.abc import Iterable, Sequence
from typing import Final

from django.db import transaction
from django.utils import timezone

from fillbook.journal.anchors import Anchor
from fillbook.storage.access import campaign_for, trip_for
from fillbook.storage.campaign_changes import changing
from fillbook.storage.campaigns import campaign_of, hung_on, regroup
from fillbook.storage.hanging import anchor_in
from fillbook.storage.models import BrokerAccount, Campaign, CampaignChange, CampaignLeg, CampaignRow, LegApart, RoundTripRow, User
from fillbook.storage.words import NothingToHoldOn

LONGEST_NAME: Final = 80
MOST_LEGS: Final = 100
What = CampaignChange.What


class BadCampaign(ValueError):
    """What nobody can take as one. The message is a sentence for the trader."""


def gather(owner: User, keys: Sequence[str], name: str = "") -> CampaignRow:
    """Take round trips of one account as one campaign; those that were in others leave them.

    Raises:
        BadCampaign: fewer than two, too many, of several accounts, or a name that is too long.
        Http404: one is not there, or not the owner's.
        NothingToHoldOn: one has no fill of its own.
    """
    name = _name(name)
    wanted = [key for key in dict.fromkeys(keys) if key]
    first = [trip_for(owner, key).account_id for key in wanted[:1]]
    if not 1 < len(wanted) <= MOST_LEGS:
        raise BadCampaign(f"A campaign has from 2 to {MOST_LEGS} trades.")
    with transaction.atomic():
        account = _locked(first[0])
        trips = [trip_for(owner, key) for key in wanted]
        if {trip.account_id for trip in trips} != {account.pk}:
            raise BadCampaign("The trades of a campaign are all of one account.")
        with changing(account, What.TOGETHER, trips[0]):
            word = Campaign.objects.create(account=account, name=name)
            for trip in trips:
                _free(trip)
                _put(word, trip)
        return _made_again(account, trips[0])


def add(owner: User, campaign: str, key: str) -> CampaignRow:
    """Put one more round trip into a campaign. Raises as `gather`."""
    with transaction.atomic():
        account = _locked(campaign_for(owner, campaign).account_id)
        row = campaign_for(owner, campaign)
        if not key:
            raise BadCampaign("Name the trade that is to be added.")
        trip = trip_for(owner, key)
        if trip.account_id != account.pk:
            raise BadCampaign("The trades of a campaign are all of one account.")
        if row.legs >= MOST_LEGS:
            raise BadCampaign(f"A campaign has from 2 to {MOST_LEGS} trades.")
        with changing(account, What.ADDED, trip):
            word = _kept(row)
            _free(trip)
            _put(word, trip)
        return _made_again(account, trip)


def keep(owner: User, campaign: str, name: str = "") -> CampaignRow:
    """Take a campaign as it stands for the trader's own, under a name or "" for what its shape is called. Raises as `gather`."""
    name = _name(name)
    with transaction.atomic():
        account = _locked(campaign_for(owner, campaign).account_id)
        row = campaign_for(owner, campaign)
        first = _trips(row)[0]
        with changing(account, What.KEPT, first):
            word = _kept(row)
            word.name, word.changed_at = name, timezone.now()
            word.save(update_fields=["name", "changed_at"])
        return _made_again(account, first)


def take_out(owner: User, key: str) -> None:
    """Let a round trip stand by itself, whatever is proposed. Raises `Http404`, and `NothingToHoldOn`."""
    with transaction.atomic():
        account = _locked(trip_for(owner, key).account_id)
        trip = trip_for(owner, key)
        with changing(account, What.ALONE, trip):
            _apart(trip)
        regroup(account)


def dissolve(owner: User, campaign: str) -> None:
    """Let each leg of a campaign stand by itself. Raises `Http404`, and `NothingToHoldOn`."""
    with transaction.atomic():
        account = _locked(campaign_for(owner, campaign).account_id)
        row = campaign_for(owner, campaign)
        trips = _trips(row)
        with changing(account, What.APART, trips[0]):
            for trip in trips:
                _apart(trip)
        regroup(account)


def put_back(owner: User, key: str) -> None:
    """Let a round trip that was taken out be proposed again. Raises `Http404`."""
    with transaction.atomic():
        account = _locked(trip_for(owner, key).account_id)
        trip = trip_for(owner, key)
        with changing(account, What.PROPOSED, trip):
            _, aparts = hung_on(trip)
            LegApart.objects.filter(pk__in=[word.pk for word in aparts]).delete()
        regroup(account)


def _made_again(account: BrokerAccount, trip: RoundTripRow) -> CampaignRow:
    regroup(account)
    made = campaign_of(trip)
    assert made is not None
    return made


def _locked(account_id: int) -> BrokerAccount:
    """Nothing makes its trades anew until the transaction ends."""
    return BrokerAccount.objects.select_for_update().get(pk=account_id)


def _name(name: str) -> str:
    name = " ".join(name.split())
    if len(name) > LONGEST_NAME:
        raise BadCampaign(f"A name has up to {LONGEST_NAME} characters.")
    return name


def _trips(row: CampaignRow) -> list[RoundTripRow]:
    return [leg.trip for leg in row.trips.order_by("number").select_related("trip__account")]


def _kept(row: CampaignRow) -> Campaign:
    """The trader's word for a campaign, with all its present legs."""
    word = row.own or Campaign.objects.create(account=row.account)
    for trip in _trips(row):
        _put(word, trip)
    return word


def _put(word: Campaign, trip: RoundTripRow) -> None:
    execution_id, role = _anchor(trip)
    CampaignLeg.objects.get_or_create(campaign=word, execution_id=execution_id, role=role)


def _apart(trip: RoundTripRow) -> None:
    _free(trip)
    execution_id, role = _anchor(trip)
    LegApart.objects.get_or_create(account=trip.account, execution_id=execution_id, role=role)


def _free(trip: RoundTripRow) -> None:
    """Take back all that was said of a round trip; a campaign without legs goes with its last one."""
    legs, aparts = hung_on(trip)
    CampaignLeg.objects.filter(pk__in=[leg.pk for leg in legs]).delete()
    LegApart.objects.filter(pk__in=[word.pk for word in aparts]).delete()
    _drop_empty(leg.campaign_id for leg in legs)


def _drop_empty(campaigns: Iterable[int]) -> None:
    Campaign.objects.filter(pk__in=set(campaigns), leg_words=None).delete()


def _anchor(trip: RoundTripRow) -> Anchor:
    anchor = anchor_in(trip)
    if anchor is None:
        raise NothingToHoldOn
    return anchor
