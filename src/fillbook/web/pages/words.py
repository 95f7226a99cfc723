"""The trader's own words: notes and tags on a trade's page, all notes with a search, all tags with their colours."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Final
from zoneinfo import ZoneInfo

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from fillbook.journal.notes import LONGEST, BadNote, to_html
from fillbook.journal.tags import LONGEST as LONGEST_TAG
from fillbook.journal.tags import BadTag, Hue
from fillbook.performance import metrics
from fillbook.performance.filters import Filter
from fillbook.storage import queries, words
from fillbook.storage.access import note_for, tag_for, trip_for
from fillbook.storage.models import BrokerAccount, LegApart, Note, NoteAbout, RoundTripRow, Tag, TagMark, TripPlanned, User
from fillbook.storage.orphans import Orphan, orphans
from fillbook.web import readable
from fillbook.web.brokerwords import said
from fillbook.web.pages.figures import tone_of
from fillbook.web.pages.filterbar import address
from fillbook.web.pages.rows import name_of
from fillbook.web.pages.scope import Scope, by_weight, scope
from fillbook.web.pages.wording import HUES
from fillbook.web.viewer import is_partial, vary_on_partial, viewer

_PAGE: Final = 50


@dataclass(frozen=True, slots=True)
class NoteView:
    """A note to read and to change. url: where its form goes. about: (words, address) of what it is about, for lists."""

    pk: int | None
    html: SafeString
    text: str
    url: str
    written: str = ""
    changed: str = ""
    about: tuple[tuple[str, str], ...] = ()
    where: str = ""


@dataclass(frozen=True, slots=True)
class TagResult:
    """What closed trades with a tag came to, in one currency. words: how many, average gain, win rate."""

    net: str
    tone: str
    words: str


@dataclass(frozen=True, slots=True)
class TagView:
    """A tag. url: the trades that have it. trips: how many; None where that is not asked."""

    pk: int
    name: str
    hue: str
    url: str
    trips: int | None = None
    results: tuple[TagResult, ...] = ()


@dataclass(frozen=True, slots=True)
class DayWords:
    """What the trader says of a day or a month. trades: notes on the trades of the day. error, typed: as in `WordsView`."""

    title: str
    note: NoteView | None
    url: str
    trades: tuple[NoteView, ...]
    error: str = ""
    typed: str = ""
    longest: int = LONGEST


@dataclass(frozen=True, slots=True)
class WordsView:
    """What the region of a trade's words shows. names: of all the trader's tags. error, typed: why what was refused."""

    notes: tuple[NoteView, ...]
    tags: tuple[TagView, ...]
    names: tuple[str, ...]
    note_url: str
    tags_url: str
    error: str = ""
    typed: str = ""
    longest: int = LONGEST
    longest_tag: int = LONGEST_TAG


def words_view(user: User, trip: RoundTripRow, error: str = "", typed: str = "") -> WordsView:
    """A trade's words."""
    said = words.words_of(trip)
    url = reverse("trade-note", args=[trip.key])
    return WordsView(
        notes=tuple(note_view(note, url, _zone(user)) for note in said.notes),
        tags=tuple(tag_view(tag) for tag in said.tags),
        names=tuple(tag.name for tag in words.tags_of(user)),
        note_url=url,
        tags_url=reverse("trade-tags", args=[trip.key]),
        error=error,
        typed=typed,
    )


def note_view(note: Note, url: str, zone: str, about: Sequence[tuple[str, str]] = (), where: str = "") -> NoteView:
    """One note."""
    changed = note.changed_at if note.changed_at != note.created_at else None
    html = mark_safe(to_html(note.text))  # noqa: S308 - made safe by the library that is there for it
    return NoteView(note.pk, html, note.text, url, _day(note.created_at, zone), _day(changed, zone), tuple(about), where)


def tag_view(tag: Tag, trips: int | None = None) -> TagView:
    """One tag."""
    return TagView(tag.pk, tag.name, tag.hue, address(reverse("trades"), Filter(tags=(tag.key,))), trips)


@require_POST
def trade_note(request: HttpRequest, key: str) -> HttpResponse:
    """Write, change or delete a note about a trade."""
    user, text = viewer(request), request.POST.get("text", "")
    trip = trip_for(user, key)
    sent = request.POST.get("note", "")
    note = words.note_of(trip, note_for(user, sent).pk).pk if sent else None
    try:
        words.write_note(user, key, "" if request.POST.get("what") == "delete" else text, note)
    except BadNote as problem:
        return _words(request, trip, said(str(problem)), text)
    except words.NothingToHoldOn:
        return _words(request, trip, _("This trade has no fill of its own, so nothing can be noted on it."))
    return _words(request, trip)


@require_POST
def trade_tags(request: HttpRequest, key: str) -> HttpResponse:
    """Put a tag on a trade, or take one off."""
    user, off = viewer(request), request.POST.get("off", "")
    trip = trip_for(user, key)
    try:
        if off:
            words.drop_tag(user, key, tag_for(user, off).pk)
        else:
            words.add_tag(user, key, request.POST.get("name", ""))
    except BadTag as problem:
        return _words(request, trip, said(str(problem)))
    except words.NothingToHoldOn:
        return _words(request, trip, _("This trade has no fill of its own, so it can have no tags."))
    return _words(request, trip)


@require_http_methods(["GET", "HEAD", "POST"])
def day_note(request: HttpRequest, about: str, day: str) -> HttpResponse:
    """The note on a day or a month: the region to include in a page, and where its form goes."""
    user, which, when = viewer(request), _which(about), _date(day)
    error = typed = ""
    if request.method == "POST":
        typed = request.POST.get("text", "")
        try:
            words.write_on(user, which, when, "" if request.POST.get("what") == "delete" else typed)
            typed = ""
        except BadNote as problem:
            error = said(str(problem))
        if not is_partial(request):
            _say(request, error)
            return redirect(_day_page(which, when)[1])
    about_these = scope(user, Filter(accounts=Filter.from_query(dict(request.GET.lists())).accounts))
    context = {"day_words": day_words(user, which, when, about_these, error, typed)}
    template = "components/day_words.html" if is_partial(request) else "pages/day_note.html"
    return vary_on_partial(render(request, template, context))


def day_words(user: User, about: NoteAbout, day: date, shown: Scope, error: str = "", typed: str = "") -> DayWords:
    """The note on a day or a month, and the notes on the trades of a day in the accounts that a page shows."""
    note = words.note_on(user, about, day)
    url, zone = address(reverse("day-note", args=[about, day.isoformat()]), Filter(accounts=shown.chosen.accounts)), _zone(user)
    of_trades = words.notes_of_day(user, day, shown.accounts) if about == NoteAbout.DAY else []
    trips = words.trips_of_notes(of_trades)
    return DayWords(
        title=readable.month(day) if about == NoteAbout.MONTH else readable.day(day),
        note=None if note is None else note_view(note, url, zone),
        url=url,
        trades=tuple(note_view(one, reverse("note", args=[one.pk]), zone, _about(one, trips.get(one.pk, []))) for one in of_trades),
        error=error,
        typed=typed,
    )


@require_safe
def notes(request: HttpRequest) -> HttpResponse:
    """All notes, those changed last first, with a search; before them the words that no trade holds any more."""
    user, search = viewer(request), " ".join(request.GET.get("q", "").split())[:200]
    found = words.notes_of(user, search)
    total, number = found.count(), _number(request.GET.get("page", ""))
    pages = max(1, -(-total // _PAGE))
    number = min(number, pages)
    shown = list(found[(number - 1) * _PAGE : number * _PAGE])
    trips = words.trips_of_notes(shown)
    zone = _zone(user)
    context = {
        "notes": [note_view(one, reverse("note", args=[one.pk]), zone, _about(one, trips.get(one.pk, []))) for one in shown],
        "orphans": [] if search else [_orphan(one, zone) for one in orphans(user)],
        "search": search,
        "total": total,
        "longest": LONGEST,
        "before": _page(search, number - 1) if number > 1 else "",
        "after": _page(search, number + 1) if number < pages else "",
    }
    return render(request, "pages/notes.html", context)


@require_POST
def note(request: HttpRequest, note_id: int) -> HttpResponse:
    """Change or delete any note of the viewer's."""
    one = note_for(viewer(request), note_id)
    try:
        kept = words.change_note(one, "" if request.POST.get("what") == "delete" else request.POST.get("text", ""))
        messages.success(request, _("Saved.") if kept else _("The note is deleted."))
    except BadNote as problem:
        messages.error(request, said(str(problem)))
    return redirect("notes")


@require_safe
def tags(request: HttpRequest) -> HttpResponse:
    """All tags with their colours, the number of trades that have them, and what the closed ones came to."""
    user = viewer(request)
    accounts = scope(user, Filter()).accounts
    found = [replace(tag_view(tag, words.trips_with(tag)), results=_results(accounts, tag)) for tag in words.tags_of(user)]
    return render(request, "pages/tags.html", {"tags": found, "hues": list(HUES.items()), "longest_tag": LONGEST_TAG})


@require_POST
def tag(request: HttpRequest, tag_id: int) -> HttpResponse:
    """Rename or colour a tag, or delete it with all its marks."""
    one = tag_for(viewer(request), tag_id)
    if request.POST.get("what") == "delete":
        one.delete()
        messages.success(request, _("The tag %(name)s is deleted.") % {"name": one.name})
        return redirect("tags")
    try:
        words.change_tag(one, request.POST.get("name", one.name), request.POST.get("hue", one.hue))
        messages.success(request, _("Saved."))
    except BadTag as problem:
        messages.error(request, said(str(problem)))
    return redirect("tags")


def _words(request: HttpRequest, trip: RoundTripRow, error: str = "", typed: str = "") -> HttpResponse:
    """The region anew, or where nothing of it can be replaced the page."""
    if not is_partial(request):
        if error:
            messages.error(request, error)
        return redirect(f"{reverse('trade', args=[trip.key])}#words")
    view = words_view(viewer(request), trip_for(viewer(request), trip.key), error, typed)
    return vary_on_partial(render(request, "components/words.html", {"words": view}))


def _about(note: Note, trips: Sequence[RoundTripRow]) -> list[tuple[str, str]]:
    if note.about == NoteAbout.TRADE:
        return [(f"{name_of(one.instrument)[0]}, {readable.day(one.day)}", reverse("trade", args=[one.key])) for one in trips]
    assert note.day is not None
    return [_day_page(NoteAbout(note.about), note.day)]


def _day_page(about: NoteAbout, day: date) -> tuple[str, str]:
    """(name, address) of the page of a day, or of the month that begins with it."""
    if about == NoteAbout.MONTH:
        return readable.month(day), f"{reverse('calendar')}?month={day:%Y-%m}"
    return readable.day(day), reverse("day", args=[day.isoformat()])


def _orphan(lost: Orphan, zone: str) -> NoteView | TagView:
    """What a word hung on, as far as anything is known of it."""
    where, word = _where(lost), lost.word
    if isinstance(word, Note):
        return note_view(word, reverse("note", args=[word.pk]), zone, where=where)
    if isinstance(word, TagMark):
        return TagView(word.tag.pk, f"{word.tag.name} ({where})", word.tag.hue, "")
    if isinstance(word, TripPlanned):
        return TagView(word.pk, _("Your plan (%(where)s)") % {"where": where}, Hue.SLATE, "")
    if isinstance(word, LegApart):
        return TagView(word.pk, _("To stand by itself (%(where)s)") % {"where": where}, Hue.SLATE, "")
    name = word.campaign.name
    words_of_it = _("Part of your campaign %(name)s (%(where)s)") if name else _("Part of a campaign of yours (%(where)s)")
    url = reverse("campaign", args=[lost.campaign]) if lost.campaign else ""
    return TagView(word.pk, words_of_it % {"name": name, "where": where}, Hue.SLATE, url)


def _where(lost: Orphan) -> str:
    """The fill that a word hung on."""
    row = lost.row
    if row is None:
        return _("a fill of account %(what)s") % {"what": lost.account.number}
    words_of_it = _("%(value)s: %(quantity)s bought on %(trade_date)s")
    if row.quantity < 0:
        words_of_it = _("%(value)s: %(quantity)s sold on %(trade_date)s")
    return words_of_it % {
        "value": name_of(row.instrument)[0],
        "quantity": readable.quantity(abs(row.quantity)),
        "trade_date": readable.day(row.trade_date),
    }


def _results(accounts: Sequence[BrokerAccount], tag: Tag) -> tuple[TagResult, ...]:
    """What the closed trades with a tag came to, apart for each currency that must not be added to another."""
    summaries = queries.summaries(accounts, Filter(tags=(tag.key,)))
    found = []
    for group in by_weight(summaries):
        one = summaries[group]
        net = metrics.profit(one)
        gain, rate = metrics.average_gain_percent(one), metrics.win_rate(one)
        words_of_it = _("%(n)s, average gain %(gain)s") % {
            "n": readable.plural(one.n, "closed trade"),
            "gain": readable.percent(gain, signed=True),
        }
        found.append(
            TagResult(
                f"{readable.gain(net, group.currency)} {group.currency}",
                tone_of(net),
                _("%(words_of_it)s, win rate %(rate)s") % {"words_of_it": words_of_it, "rate": readable.percent(rate)},
            )
        )
    return tuple(found)


def _say(request: HttpRequest, error: str) -> None:
    messages.add_message(request, messages.ERROR if error else messages.SUCCESS, error or _("Saved."))


def _which(about: str) -> NoteAbout:
    if about not in (NoteAbout.DAY, NoteAbout.MONTH):
        raise Http404(_("There is no such page."))
    return NoteAbout(about)


def _date(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise Http404(_("There is no such page.")) from None


def _zone(user: User) -> str:
    return user.time_zone or "UTC"


def _day(value: datetime | None, zone: str) -> str:
    return "" if value is None else readable.day(value.astimezone(ZoneInfo(zone)).date())


def _number(text: str) -> int:
    return int(text) if text.isascii() and text.isdigit() and 0 < len(text) < 7 and int(text) else 1


def _page(search: str, number: int) -> str:
    return f"{reverse('notes')}?{urlencode({'q': search, 'page': str(number)})}"
