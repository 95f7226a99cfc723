"""What the findings say, by code: what is so, what it costs, what to do, in the portal's own words, whose names stay as they are."""

from typing import Final

from fillbook.brokers.ibkr import errors, portal
from fillbook.ledger.sentences import Sentence, Sentences

_AGAIN: Final = "Fetch or download the statement again; if it was edited, take the original."
_CHOOSE: Final = "Choose the XML file of an Activity Flex query."
_ASK_AGAIN: Final = "Ask for the statement again after a while; if the answer stays, see what its error number asks for."
_DATE_FORMAT: Final = "%(edit)s and, under General Configuration, set Date Format to yyyyMMdd."
_REPORT: Final = "Nothing to do; if a figure looks wrong, report it with this statement."
_ORIGINAL: Final = "Interactive Brokers never does this: use the original statement, not an edited one."
_SECTION: Final = Sentence("The query lacks the section %(section)s: %(costs)s.", "%(path)s")
LEVELS: Final = {
    "Order": "orders",
    "Lot": "closed lots",
    "WashSale": "wash sales",
    "SymbolSummary": "symbol summaries",
    "AssetSummary": "asset class summaries",
}
"""What the section Trades may hold beside executions, by the tag of its rows."""
FORM: Final = {
    "nothing": "Enter a new token, a new Query ID, or both.",
    "no_token": "Enter the Current Token from the page Flex Web Service.",
    "token_letters": "A Flex token has digits only. Copy the Current Token from the page Flex Web Service; it is not your password.",
    "swapped": "This looks like the Query ID: the two seem to be swapped.",
    "token_length": "A Flex token has between 6 and 40 digits, mostly 24. Copy the whole Current Token from the page Flex Web Service.",
    "no_query": "Enter the Query ID from Activity Flex Query Details.",
    "account_number": "This is an account number. The Query ID is in the first block of the query's own page, Activity Flex Query Details.",
    "query_letters": "A Query ID has digits only. It is in the first block of the query's own page; it is not the query's name.",
    "query_long": "This looks like the token. The Query ID is short, six or seven digits, from Activity Flex Query Details.",
    "query_length": "A Query ID has six or seven digits. It is in the first block of the query's own page, Activity Flex Query Details.",
}
"""What is wrong with an answer to the link form."""

SENTENCES: Final = Sentences(
    of={
        **{section.code: _SECTION for section in portal.SECTIONS.values()},
        "fields_missing": Sentence("The section %(section)s lacks %(names)s: %(costs)s.", "%(path)s"),
        "trades_not_executions": Sentence(
            "The section Trades holds %(shown)s and no executions: there are no trades, so there is no performance to show.",
            "%(edit)s, click the section Trades, under Options tick Executions and nothing else, and click Save. %(again)s",
        ),
        "trades_other_levels": Sentence(
            "The section Trades holds %(shown)s beside the executions; Fillbook does not read them.",
            "%(edit)s, click the section Trades and leave only Executions ticked under Options. The statement gets smaller.",
        ),
        "positions_by_lot": Sentence(
            "The section Open Positions lists lots without their sums; Fillbook adds them up.",
            "%(edit)s, click the section Open Positions and tick Summary under Options.",
        ),
        "period_short": Sentence(
            "The statement covers %(days)s days (%(first)s to %(last)s); older trades of the last 365 days are missing.",
            "%(delivery)s set Period to Last 365 Days. %(again)s",
            "The statement covers 1 day (%(first)s to %(last)s); older trades of the last 365 days are missing.",
        ),
        "period_collapsed": Sentence(
            "The query asks for the last 365 days, but the statement covers %(days)s days (%(first)s to %(last)s).",
            "Sync again tomorrow. If it stays so, create the query anew: saved queries are known to lose their period.",
            "The query asks for the last 365 days, but the statement covers 1 day (%(first)s to %(last)s).",
        ),
        "stale": Sentence(
            "The statement was made on %(generated)s and ends on %(last)s: days are missing at its end.",
            "Nothing to do now; the next sync brings them. If it stays so, check the query's Period.",
        ),
        "days_missing": Sentence("The document's statements leave days uncovered: %(gap)s.", "Fetch a statement that covers them."),
        "breakout_by_day": Sentence(
            "The query is broken up by day (%(statements)s statements); Fillbook puts them together.",
            "%(general)s set Breakout by Day to No. The statement gets much smaller.",
            "The query is broken up by day (1 statement); Fillbook puts them together.",
        ),
        "several_accounts": Sentence(
            "The statement covers several accounts: %(accounts)s. Each is kept by itself.",
            "Choose on the account page which of them to follow.",
        ),
        "accounts_without_statement": Sentence(
            "Rows about money name %(count)s accounts of which the document says nothing else (the first: %(example)s); left out.",
            _REPORT,
            "Rows about money name 1 account of which the document says nothing else (the first: %(example)s); left out.",
        ),
        "account_is_alias": Sentence(
            "The statement names the account '%(account)s', which looks like an alias: when the alias changes, its history starts anew.",
            "%(general)s set Display Account Alias in Place of Account ID to No. %(again)s",
        ),
        "account_unnamed": Sentence(
            "No row and no statement of the document names its account, so all rows are taken to be of one.",
            "%(edit)s, click each section, click Select All and save. %(again)s",
        ),
        "base_currency_unknown": Sentence(
            "The base currency of %(account)s is not stated: profits in several currencies cannot be added up.",
            "%(edit)s, click the section Account Information, tick Currency and click Save. %(again)s",
        ),
        "model_rows": Sentence(
            "%(count)s rows of a model carry no realized P/L; Fillbook works it out, with nothing to check it against.",
            "%(general)s set Include Account Models (Models) to No, if you do not need them. %(again)s",
            "1 row of a model carry no realized P/L; Fillbook works it out, with nothing to check it against.",
        ),
        "pnl_off": Sentence(
            "The broker's realized P/L is 0 on every row, closing ones included: it was left out, so nothing can be checked against it.",
            "%(general)s set Profit and Loss to Default. If it is, wait a day: the figures were not ready. %(again)s",
        ),
        "broker_message": Sentence("The statement carries a message: '%(words)s'.", "Sync again in a few hours."),
        "time_zone_unknown": Sentence(
            "Times name a zone that Fillbook does not know (%(zones)s); they are read as New York's.",
            "%(general)s set Time Format to HHmmss, without a zone. %(again)s",
        ),
        "date_order_inferred": Sentence(
            "Dates are written with slashes; they were read with the %(order)s, which their values prove.",
            "%(general)s set Date Format to yyyyMMdd: a statement without such a proof cannot be read.",
        ),
        "rows_unusable": Sentence(
            "Left out %(count)s rows of the section %(section)s without %(fields)s (the first at byte %(place)s).",
            "%(edit)s, click the section %(section)s, click Select All and save. %(again)s",
            "Left out 1 row of the section %(section)s without %(fields)s (the first at byte %(place)s).",
        ),
        "id_reused": Sentence(
            "%(count)s rows came with the id of another row that differs (the first: %(example)s); each is kept by itself.",
            _ORIGINAL,
            "1 row came with the id of another row that differs (the first: %(example)s); each is kept by itself.",
        ),
        "rows_repeated": Sentence("%(count)s rows came a second time and counted once.", one="1 row came a second time and counted once."),
        "sign_contradicts_side": Sentence(
            "On %(count)s rows the sign of the quantity contradicts Buy/Sell (the first: %(example)s); the sign is believed.",
            _ORIGINAL,
            "On 1 row the sign of the quantity contradicts Buy/Sell (the first: %(example)s); the sign is believed.",
        ),
        "fees_currency": Sentence(
            "The fees of %(count)s rows are in a currency whose rate is not stated (the first: %(example)s); they are taken at par.",
            portal.SELECT_ALL.replace("%(section)s", portal.EXTRA["ConversionRates"][1]),
            "The fees of 1 row are in a currency whose rate is not stated (the first: %(example)s); they are taken at par.",
        ),
        "option_events_without_trade": Sentence(
            "The section Trades lacks the rows of %(count)s option events (the first: %(example)s).",
            "%(edit)s, click the section Trades, under Options tick Executions and click Save. %(again)s",
            "The section Trades lacks the rows of 1 option event (the first: %(example)s).",
        ),
        "transfers_unseen": Sentence(
            "Units of %(count)s instruments (the first: %(example)s) came or went without a trade; no section Transfers tells how.",
            portal.SELECT_ALL.replace("%(section)s", portal.EXTRA["Transfers"][1]),
            "Units of 1 instrument (the first: %(example)s) came or went without a trade; no section Transfers tells how.",
        ),
        "query_type": Sentence("The document says its type is '%(type)s'; it was read as an Activity statement."),
        "query_type_unsaid": Sentence("The document does not say its type; it was read as an Activity statement."),
        "statement_count": Sentence("The document announces %(announced)s statements and holds %(found)s; all were read."),
        "sections_not_read": Sentence("The statement holds sections that Fillbook does not need: %(sections)s."),
        "fields_unknown": Sentence("The statement holds fields that Fillbook does not know: %(fields)s.", _REPORT),
        "values_unknown": Sentence("%(field)s has values that Fillbook does not know: %(values)s.", _REPORT),
    },
    phrases={
        "edit": portal.EDIT_QUERY,
        "again": portal.AGAIN,
        "delivery": f"{portal.EDIT_QUERY}. Under Delivery Configuration",
        "general": f"{portal.EDIT_QUERY}. Under General Configuration",
    },
    worded={"costs": "; ", "shown": ", ", "order": "; ", "path": "; "},
    words=(
        portal.SELECT_ALL,
        portal.SELECT_OPTION,
        portal.SELECT_ACCOUNT,
        "day first",
        "month first",
        *LEVELS.values(),
        *FORM.values(),
        *(section.costs for section in portal.SECTIONS.values()),
        *(costs for fields in portal.FIELDS.values() for _, costs in fields.values()),
        *(costs for _, costs in portal.OPTION_FIELDS.values()),
    ),
    numbers=frozenset({"count", "days", "statements"}),
)

ERRORS: Final = Sentences(
    of={
        "empty": Sentence("The file is empty.", _AGAIN),
        "csv": Sentence(
            "This is a Flex query in CSV form; Fillbook reads the XML form.",
            "%(edit)s and, under Delivery Configuration, set Format to XML.",
        ),
        "json": Sentence("This is a JSON document, not a Flex statement.", _CHOOSE),
        "not_xml": Sentence("This is not a Flex statement: it does not begin like an XML document.", _CHOOSE),
        "web_page": Sentence(
            "This is a web page (perhaps an error page), not a Flex statement.", "Try again later; if it stays, fetch it anew."
        ),
        "other_xml": Sentence("This XML document is not a Flex statement: its root is <%(tag)s>, expected <FlexQueryResponse>.", _CHOOSE),
        "service_error": Sentence(
            "This is an answer of the Flex Web Service, not a statement; it says error %(number)s: %(words)s.", _ASK_AGAIN
        ),
        "service_status": Sentence("This is an answer of the Flex Web Service, not a statement; it says %(status)s.", _ASK_AGAIN),
        "service_silent": Sentence("This is an answer of the Flex Web Service, not a statement; it says nothing.", _ASK_AGAIN),
        "trade_confirmations": Sentence(
            "This is a Trade Confirmation Flex query, which lacks what performance is made of.",
            "In the portal open Performance & Statements > Flex Queries, create an Activity Flex Query and use its Query ID.",
        ),
        "doctype": Sentence(
            "The document declares a document type (byte %(place)s), which no Flex statement does; it is refused unread.", _AGAIN
        ),
        "encoding": Sentence("The document says its encoding is %(encoding)s, which no Flex statement uses; expected UTF-8.", _AGAIN),
        "truncated": Sentence(
            "The document is cut off: it ends at line %(line)s, column %(column)s before its last element is closed.", _AGAIN
        ),
        "not_well_formed": Sentence("The document is not well-formed XML at line %(line)s, column %(column)s: %(fault)s.", _AGAIN),
        "too_deep": Sentence("Elements are nested deeper than %(limit)s at byte %(place)s; no Flex statement is.", _AGAIN),
        "too_many_attributes": Sentence("Element <%(tag)s> at byte %(place)s has more than %(limit)s attributes.", _AGAIN),
        "value_too_long": Sentence("Element <%(tag)s> at byte %(place)s has a value longer than %(limit)s characters.", _AGAIN),
        "id_too_long": Sentence("%(id)s… is longer than any id of the broker.", _AGAIN),
        "amount_too_large": Sentence("The row at byte %(place)s is worth more than any account can hold.", _AGAIN),
        "element_too_long": Sentence("The element at byte %(place)s does not end within a mebibyte; no Flex row is so long.", _AGAIN),
        "too_many_elements": Sentence("The document has more than %(count)s elements.", "Split its period into several statements."),
        "statement_count": Sentence("The document announces %(announced)s statements and holds %(found)s; it is not whole.", _AGAIN),
        "no_statement": Sentence("The document holds no statement of any account.", _AGAIN),
        "bad_number": Sentence("%(attribute)s=%(value)s of <%(tag)s> at byte %(place)s is not a decimal number.", _AGAIN),
        "bad_date": Sentence("%(attribute)s=%(value)s of <%(tag)s> at byte %(place)s is no date that a Flex query writes.", _DATE_FORMAT),
        "dates_undecidable": Sentence(
            "The dates of this statement can be read as month/day and as day/month, and nothing in it decides which.", _DATE_FORMAT
        ),
        "dates_contradict": Sentence(
            "The date %(value)s contradicts the order of day and month that the rest of the statement uses.", _DATE_FORMAT
        ),
        "trades_without_one": Sentence(
            "The section Trades lacks %(first)s, without which no row of it means anything.", portal.SELECT_OPTION
        ),
        "trades_without_two": Sentence(
            "The section Trades lacks %(first)s and %(second)s, without which no row of it means anything.", portal.SELECT_OPTION
        ),
        "trades_without_three": Sentence(
            "The section Trades lacks %(first)s and %(second)s and %(third)s, without which no row of it means anything.",
            portal.SELECT_OPTION,
        ),
        "passing": Sentence(errors.PASSING),
        "unknown": Sentence(errors.UNKNOWN),
    },
    phrases={"edit": portal.EDIT_QUERY, "again": portal.AGAIN},
    worded={"fault": "; "},
    words=(
        "syntax error",
        "no element found",
        "not well-formed (invalid token)",
        "unclosed token",
        "mismatched tag",
        "duplicate attribute",
        "junk after document element",
        "undefined entity",
        "reference to invalid character number",
        "unbound prefix",
        "unclosed CDATA section",
        *(sentence.message for sentence in (*errors.SENTENCES.values(), *errors.NEW_LINK.values())),
    ),
)
"""Why a document cannot be used, by code, and what else stops a sync. The words are those of the XML parser, and of the error codes."""
