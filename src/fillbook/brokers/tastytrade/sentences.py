"""What findings and errors say, by code."""

from typing import Final

from fillbook.ledger.sentences import Sentence, Sentences

_REMEDY: Final = "Download the history again under History, Transactions, and upload the file as it is, without opening it first."
SENTENCES: Final = Sentences(
    of={
        "row_not_understood": Sentence(
            "Line %(line)s was left out because %(why)s. It says: %(said)s.",
            "The file is kept. Once Fillbook knows what the line means, reading the files again takes it in.",
        ),
        "rows_not_understood": Sentence(
            "%(count)s more lines were left out because they were not understood.",
            one="1 more line was left out because it was not understood.",
        ),
        "account_unnamed": Sentence(
            "The file does not say which account it is of, so all such files of yours are kept as one account.",
            "If you have several accounts at tastytrade, upload the files of one of them only.",
        ),
        "old_form": Sentence(
            "This is the form in which tastytrade wrote its history until 2021. Its times are by the clock of whoever downloaded it, so "
            "they are left out, and its account is kept apart from that of newer files.",
            "Download the same years again: today's form has exact times and belongs together with newer files.",
        ),
    },
    worded={"why": "; "},
    words=(
        "its date is no date",
        "its date has no offset from universal time",
        "%(value)s is no date",
        "its %(value)s is no number",
        "its type %(value)s is not known",
        "its kind %(value)s is not known",
        "its instrument type %(value)s is not read",
        "it names no instrument",
        "it names an option without its right, its strike or its day",
        "it does not say whether it buys or sells, opens or closes, or how much",
        "it ends something that is no option",
        "it does not say whether the option was held or written, and the file does not hold its opening",
        "it does not say whether units come or go",
    ),
)

ERRORS: Final = Sentences(
    of={
        "files_alone": Sentence("tastytrade is read from files that you download there and upload here; there is nothing to link."),
        "not_text": Sentence("The file holds bytes that are no text.", _REMEDY),
        "not_history": Sentence("This is no tastytrade history: its first line names other columns.", _REMEDY),
        "damaged": Sentence("Line %(line)s is damaged: its quotation marks do not match, or a cell is far too long.", _REMEDY),
        "ragged": Sentence("Line %(line)s has %(cells)s cells where the first line names %(columns)s columns.", _REMEDY),
        "nothing_in_it": Sentence("The file holds no transaction that can be read.", "Download a longer period."),
    },
)
"""Why a file cannot be used, by code."""
