"""A history of the CSV kind as the rows that the clearing firm's portal would list of it. Reads the file by itself, without our parser."""

import csv
from collections import defaultdict
from datetime import datetime
from decimal import Decimal
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from fillbook.sandbox.portalrows import MONEY, POSITIONS, TRADES, Row, row

NEW_YORK = ZoneInfo("America/New_York")
EVENTS = {
    "Assignment": "OPTION ASSIGNMENT",
    "Expiration": "OPTION EXPIRATION",
    "Reverse Split": "REVERSE SPLIT",
    "Symbol Change": "SYMBOL CHANGE",
    "Stock Merger": "MERGER",
}


def number(text: str) -> Decimal:
    return Decimal(0) if text in {"", "--"} else Decimal(text.replace(",", ""))


def portal_rows(path: Path, account: str) -> list[Row]:
    """Every row of the file, oldest first. The portal knows which way an option leaves, where the file does not say."""
    with path.open(encoding="utf-8", newline="") as file:
        lines = list(csv.DictReader(file))
    lines.sort(key=lambda line: datetime.fromisoformat(line["Date"]))  # stable, and so after the next line oldest first within a second too
    lines = [line for _, line in sorted(enumerate(lines), key=lambda each: (datetime.fromisoformat(each[1]["Date"]), -each[0]))]
    held: dict[str, Decimal] = defaultdict(Decimal)
    numbers: dict[str, int] = defaultdict(int)
    return [_row(line, account, held, numbers) for line in lines]


def _row(line: dict[str, str], account: str, held: dict[str, Decimal], numbers: dict[str, int]) -> Row:
    at = datetime.fromisoformat(line["Date"]).astimezone(NEW_YORK)
    fees, commissions = -number(line["Fees"]), -number(line["Commissions"])
    common: dict[str, Any] = {
        "timestamp": f"{at:%Y-%m-%dT%H:%M:%S}.000",
        "symbol": line["Underlying Symbol"] or line["Symbol"],
        "description": line["Description"] if line["Type"] == "Money Movement" else "SOME SECURITY",
        "fees": fees,
        "commissions": commissions,
        "netAmount": number(line["Value"]) - fees - commissions,
    }
    if line["Type"] == "Money Movement":
        return row(account, MONEY, at.date(), **common)
    side = (line["Action"] or ("SELL" if held[line["Symbol"]] > 0 else "BUY")).partition("_")[0]
    quantity = number(line["Quantity"])
    held[line["Symbol"]] += quantity if side == "BUY" else -quantity
    common |= {"tradeAction": side, "quantity": quantity}
    if line["Call or Put"]:
        expiry = datetime.strptime(line["Expiration Date"], "%m/%d/%y").date()  # noqa: DTZ007 - a day
        common |= {"underlyingSymbol": line["Underlying Symbol"], "optionType": line["Call or Put"]}
        common |= {"strikePrice": number(line["Strike Price"]), "expirationDate": str(expiry)}
    if line["Sub Type"] in EVENTS:
        return row(account, POSITIONS, at.date(), **common | {"descriptionLines": [EVENTS[line["Sub Type"]]], "netAmount": Decimal(0)})
    numbers[str(at.date())] += 1
    opens = line["Action"].endswith("OPEN")
    told = "OPTION ASSIGNMENT" if line["Type"] == "Receive Deliver" else "OPENING CONTRACT" if opens else "CLOSING CONTRACT"
    short = not line["Call or Put"] and line["Action"] in {"SELL_TO_OPEN", "BUY_TO_CLOSE"}
    return row(
        account,
        TRADES,
        at.date(),
        **common,
        price=abs(number(line["Average Price"])) / (number(line["Multiplier"]) or 1),
        tradeNumber=f"K{numbers[str(at.date())]:04d}",
        descriptionLines=["SOME SECURITY", told],
        accountType="SHORT" if short else "MARGIN",
    )
