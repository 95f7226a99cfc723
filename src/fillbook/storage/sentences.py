"""What storage says of itself: a document that cannot be written, a setting or a word of the trader's that cannot be.

Pages say it in the reader's language.
"""

from typing import Final

from fillbook.ledger.sentences import Sentence, Sentences

SENTENCES: Final = Sentences(
    of={
        "no_account": Sentence("The statement names no account."),
        "account_taken": Sentence("Account %(account)s is already linked by another user of this instance."),
        "no_setting": Sentence("%(broker)s has no setting called %(name)s."),
        "setting_signs": Sentence("%(label)s has characters that cannot be, or is too long."),
        "setting_choice": Sentence("%(label)s is one of %(choices)s."),
        "setting_number": Sentence("%(label)s is a whole number."),
        "setting_host": Sentence("%(label)s is the name of a computer, without https:// and path."),
        "user_id_form": Sentence("Name the user id, without spaces and with at most %(most)s characters."),
        "user_id_shared": Sentence("This is the user id that all links share. One for single claims has to be another."),
        "not_of_login": Sentence("This belongs to the broker as a whole, not to one login."),
        "no_password": Sentence("Give its password, or a session that was pasted."),
        "hue": Sentence("Choose one of the eight colours."),
        "cut": Sentence("A trade can be cut at any fill that closes a part of it, but for the first."),
        "join": Sentence("A trade can be joined to the one just before it in the same instrument and direction."),
        "view_name": Sentence("A view needs a name of at most 60 characters."),
        "view_long": Sentence("A view keeps at most %(most)s characters of an address."),
        "views_full": Sentence("There are %(most)s views already; delete one first."),
        "view_meanwhile": Sentence("A view of that name was being saved at the same moment; look at the list and try again."),
        "held_instrument": Sentence("This account has no such instrument."),
        "held_nothing": Sentence("Enter how many units you held, with a minus sign if you were short."),
        "held_cost": Sentence("Enter what they cost in all, without a sign. For a short position: what its sale brought."),
        "held_number": Sentence("Enter a number below %(most)s with at most %(digits)s decimals."),
        "held_both": Sentence("You have stated the other side of this instrument already: one cannot be long and short at once."),
        "held_early": Sentence("Enter the day you bought them, not before %(year)s."),
        "held_late": Sentence("Its first row in your history is of %(day)s; an opening balance is what you held before it."),
    },
    numbers=frozenset({"count", "most"}),
    quoted=frozenset({"label"}),
)
"""By code. A label is that of the manifest, which has words in each language."""

message: Final = SENTENCES.whole
"""The English sentence of a code."""
