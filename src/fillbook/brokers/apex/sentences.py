"""What findings and errors say, by code, and what else of this broker's is shown as it stands."""

from typing import Final

from fillbook.ledger.sentences import Sentence, Sentences

_OPERATOR: Final = "The operator of this site has to look at it."
_DOCUMENT: Final = "Fetch it again with Sync. If that does not help, report it with the document's number."
FORM: Final = {
    "nothing": "Enter the account id that the portal shows beside your account.",
    "other_signs": "An account id has letters and digits only, for example 5AB12345.",
    "length": "An account id has 5 to 12 letters and digits, most often eight.",
    "firm_cut": "The %(firm)s at the beginning was cut: it is the number of the clearing firm and no part of your account id.",
    "dashes_cut": "The dashes were cut: the portal's data name the account without them.",
    "unusual": "This id has an unusual form: most have a digit, two letters or digits, and five digits. Compare it with the portal.",
}
"""What is wrong with an answer to the link form, or was changed in it."""
SENTENCES: Final = Sentences(
    of={
        "row_not_understood": Sentence(
            "A row of %(on)s was left out because %(why)s. It says: %(said)s.",
            "The row is kept. Once Fillbook knows what it means, reading the documents again takes it in; nothing has to be fetched anew.",
        ),
        "rows_not_understood": Sentence(
            "%(count)s more rows were left out because they were not understood.",
            one="1 more row was left out because it was not understood.",
        ),
        "net_amount_disagrees": Sentence(
            "The net amount of %(count)s fills (the first: %(symbol)s on %(day)s) does not follow from quantity, price and charges. "
            "Quantity and price were used.",
            "Compare these fills with your confirmations.",
            "The net amount of 1 fill (%(symbol)s on %(day)s) does not follow from quantity, price and charges. "
            "Quantity and price were used.",
        ),
        "journals": Sentence(
            "%(count)s rows move something between cash and margin inside the account; they are no trades and were left out.",
            one="1 row moves something between cash and margin inside the account; it is no trade and was left out.",
        ),
        "stamps_outside_hours": Sentence(
            "%(outside)s of %(total)s fills lie outside the trading hours when their times are read as %(zone)s. "
            "Times of day may be wrong.",
            "The operator of this site can set the zone of the times for this broker and then read the documents again.",
        ),
        "stamps_of_another_zone": Sentence(
            "%(outside)s of %(total)s fills lie outside the trading hours when their times are read as %(zone)s. "
            "Read as %(better)s they fit. Times of day may be wrong.",
            "The operator of this site can set the zone of the times for this broker and then read the documents again.",
        ),
    },
    worded={"why": "; "},
    words=(
        "it is no record with fields",
        "it has no trade date",
        "its %(value)s is no number",
        "its %(value)s is no date",
        "it names no symbol",
        "it names an option without its underlying, its right, its strike or its day",
        "it has no kind",
        "its kind %(value)s is not known",
        "it is of another account",
        "nothing in it says why the position changed",
        "it has no quantity or no price",
        "it ends something that is no option",
        "it has no quantity",
        "it has no amount",
        "the word %(value)s of its action is not known",
        "nothing in it says whether units came or went",
        *FORM.values(),
    ),
    numbers=frozenset({"count", "outside", "total"}),
)

ERRORS: Final = Sentences(
    of={
        "not_granted": Sentence(
            "Apex Clearing does not let Fillbook read this account yet. In the portal choose Grant Account Access and grant it to "
            "Fillbook's user id; Fillbook looks again by itself."
        ),
        "withdrawn": Sentence(
            "Apex Clearing no longer lets Fillbook read this account. If that was not meant, grant access again in the portal under Grant "
            "Account Access and sync; what was fetched stays as it is."
        ),
        "no_account": Sentence("This link names no account. Unlink it and link the account again."),
        "no_days": Sentence("Fillbook asked Apex Clearing for no days at all."),
        "connect": Sentence("Apex Clearing could not be reached."),
        "timeout": Sentence("Apex Clearing took too long to answer."),
        "redirect": Sentence("Apex Clearing sent Fillbook elsewhere."),
        "too_large": Sentence("Apex Clearing answered with too much at once."),
        "limited": Sentence("Apex Clearing asks Fillbook to slow down."),
        "portal_down": Sentence("Apex Clearing's portal does not work at present. It is tried again by itself."),
        "refused": Sentence(f"Apex Clearing refused the request (status %(status)s). {_OPERATOR}"),
        "session_refused": Sentence(f"Apex Clearing ends Fillbook's sessions at once. {_OPERATOR}"),
        "answer_unknown": Sentence("Apex Clearing answered with something that is no list of activities. Fillbook has to learn it."),
        "cut_short": Sentence("Apex Clearing's answer broke off in the middle. It is fetched again."),
        "page_for_data": Sentence("Apex Clearing answered with a page in place of data, as it does during maintenance."),
        "no_data": Sentence("Apex Clearing's answer could not be read. It is fetched again."),
        "login_unset": Sentence(
            "The operator of this site has not set Fillbook's own login at Apex Clearing, or the session that was pasted has ended."
        ),
        "login_limited": Sentence("Apex Clearing asks Fillbook's own login to slow down; it goes on by itself."),
        "login_unknown": Sentence("Apex Clearing answered Fillbook's own login with something that holds no session."),
        "login_refused": Sentence(f"Apex Clearing refused Fillbook's own login. {_OPERATOR}"),
        "not_activities": Sentence("This is no list of activities that Fillbook fetched from the portal.", _DOCUMENT),
        "damaged": Sentence("The document breaks off or is damaged at line %(line)s, column %(column)s.", _DOCUMENT),
    },
)
"""Why a document cannot be used, by code, and what else stops a sync."""
