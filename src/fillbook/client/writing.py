"""What the client writes, with a token that has the scope `words`, and what it lets be fetched, with `sync`."""

from datetime import date
from typing import Final

from fillbook.client.asking import Asking, plain_number
from fillbook.client.history import Notice, Opening, Run
from fillbook.client.records import Campaign, Note, Plan, Tag, Trade, View

KEPT: Final = object()
"""What stays as it is."""


class Writing(Asking):
    """One method for each thing that can be written."""

    def state_opening(self, account: int, instrument_id: str, *, quantity: object, cost: object, day: date | str) -> Opening:
        """State what was held before, by the broker's contract id; numbers as `Decimal` or text, cost of all units."""
        body = {"instrument_id": instrument_id, "quantity": plain_number(quantity), "cost": plain_number(cost), "day": str(day)}
        return Opening.read(self._ask("POST", f"/accounts/{account}/openings", body=body))

    def change_opening(self, account: int, n: int, instrument_id: str, *, quantity: object, cost: object, day: date | str) -> Opening:
        """Put other words in the place of what was stated."""
        body = {"instrument_id": instrument_id, "quantity": plain_number(quantity), "cost": plain_number(cost), "day": str(day)}
        return Opening.read(self._ask("PUT", f"/accounts/{account}/openings/{n}", body=body))

    def remove_opening(self, account: int, n: int) -> None:
        """Take back what was stated."""
        self._ask("DELETE", f"/accounts/{account}/openings/{n}")

    def cut(self, key: str, fill: int) -> Trade:
        """Let a new round trip begin with what a closing fill closes; the one that was cut."""
        return Trade.read(self._ask("POST", f"/trades/{key}/cut", body={"fill": fill}))

    def join(self, key: str) -> Trade:
        """Let the round trip before it in the same instrument go on with it; both together."""
        return Trade.read(self._ask("POST", f"/trades/{key}/join"))

    def undo(self, regrouping: int) -> None:
        """Take a cut or join back; a trade's `raw["regroupings"]` has their ids."""
        self._ask("DELETE", f"/regroupings/{regrouping}")

    def take_together(self, keys: list[str], name: str = "") -> Campaign:
        """Take round trips of one account, by their keys, as one campaign."""
        return Campaign.read(self._ask("POST", "/campaigns", body={"trades": keys, "name": name}))

    def name_campaign(self, key: str, name: str) -> Campaign:
        """Call a campaign so, "" for what its shape is called; it is yours from then on."""
        return Campaign.read(self._ask("PUT", f"/campaigns/{key}", body={"name": name}))

    def add_to_campaign(self, key: str, trade: str) -> Campaign:
        """Put one more round trip into a campaign."""
        return Campaign.read(self._ask("POST", f"/campaigns/{key}/legs", body={"trade": trade}))

    def take_apart(self, key: str) -> None:
        """Let each round trip of a campaign stand by itself; they stay as they are."""
        self._ask("DELETE", f"/campaigns/{key}")

    def take_out(self, trade: str) -> None:
        """Let a round trip stand by itself, whatever is proposed."""
        self._ask("DELETE", f"/trades/{trade}/campaign")

    def let_be_proposed(self, trade: str) -> None:
        """Let a round trip that was taken out be proposed again."""
        self._ask("PUT", f"/trades/{trade}/campaign")

    def undo_campaign_change(self, change: int) -> None:
        """Take a change of campaigns back; `campaign_changes` has their ids. Of several about the same fills the last one first."""
        self._ask("DELETE", f"/campaign-changes/{change}")

    def write_note(self, key: str, text: str) -> Note:
        """Write a note about a round trip."""
        return Note.read(self._ask("POST", f"/trades/{key}/notes", body={"text": text}))

    def write_day_note(self, day: date | str, text: str) -> Note:
        """Write the note on a day, of which there is one."""
        return Note.read(self._ask("PUT", f"/days/{day}/note", body={"text": text}))

    def write_month_note(self, day: date | str, text: str) -> Note:
        """Write the note on the month that a day is in."""
        return Note.read(self._ask("PUT", f"/months/{day}/note", body={"text": text}))

    def change_note(self, note: int, text: str) -> Note:
        """Put another text in the place of a note's."""
        return Note.read(self._ask("PUT", f"/notes/{note}", body={"text": text}))

    def delete_note(self, note: int) -> None:
        """Delete a note."""
        self._ask("DELETE", f"/notes/{note}")

    def add_tag(self, key: str, name: str, hue: str | None = None) -> Tag:
        """Put a tag on a round trip; a new name makes it, of this colour if one is given."""
        return Tag.read(self._ask("POST", f"/trades/{key}/tags", body={"name": name, "hue": hue}))

    def drop_tag(self, key: str, tag: int) -> None:
        """Take a tag, by its id, off a round trip."""
        self._ask("DELETE", f"/trades/{key}/tags/{tag}")

    def change_tag(self, tag: int, name: str, hue: str) -> Tag:
        """Rename and colour a tag."""
        return Tag.read(self._ask("PUT", f"/tags/{tag}", body={"name": name, "hue": hue}))

    def delete_tag(self, tag: int) -> None:
        """Delete a tag, from every round trip; trades stay as they are."""
        self._ask("DELETE", f"/tags/{tag}")

    def write_plan(self, key: str, *, stop: object = KEPT, target: object = KEPT, rating: object = KEPT) -> Plan:
        """Set what was planned of a round trip; numbers as `Decimal` or text. What is not said stays as it is; None takes it away."""
        said = {"stop": stop, "target": target, "rating": rating}
        before = self._get(f"/trades/{key}/plan") if any(value is KEPT for value in said.values()) else {}
        body = {name: before[name] if value is KEPT else value for name, value in said.items()}
        prices = {name: plain_number(body[name]) for name in ("stop", "target") if body[name] is not None}
        return Plan.read(self._ask("PUT", f"/trades/{key}/plan", body={**prices, "rating": body["rating"]}))

    def save_view(self, name: str, *, path: str = "", query: str = "", is_default: bool = False) -> View:
        """Keep a page, such as `/reports/by/symbol/`, or a filter for any page. query: as an address has it: `period=this-month`."""
        return View.read(self._ask("POST", "/views", body={"name": name, "path": path, "query": query, "is_default": is_default}))

    def delete_view(self, view: int) -> None:
        """Delete a saved view; trades stay as they are."""
        self._ask("DELETE", f"/views/{view}")

    def put_away(self, notice: int) -> Notice:
        """Put a notice away that you have read."""
        return Notice.read(self._ask("POST", f"/notices/{notice}/away"))

    def put_all_away(self) -> None:
        """Put all notices away."""
        self._ask("POST", "/notices/away")

    def sync(self, link: str) -> Run:
        """Fetch now; the run that begins or goes on."""
        return Run.read(self._ask("POST", f"/links/{link}/sync"))

    def go_back(self, link: str) -> Run:
        """Fetch earlier years, as far back as the broker has them; the run that begins or goes on."""
        return Run.read(self._ask("POST", f"/links/{link}/back"))
