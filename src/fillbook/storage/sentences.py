"""What storage says of itself: a document that cannot be written, a setting that cannot be. Pages say it in the reader's language."""

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
    },
    quoted=frozenset({"label"}),
)
"""By code. A label is that of the manifest, which has words in each language."""

message: Final = SENTENCES.whole
"""The English sentence of a code."""
