"""What a sync says of itself, whatever the broker: why it stopped or waits, what a run notes, why something cannot be done now.

English is kept and told; pages find the texts again (`ledger.retelling`) and say them in the reader's language.
"""

from typing import Final

from fillbook.ledger.sentences import Sentence, Sentences

_OTHER: Final = (
    "Nothing of it was used. Enter the token and query of the linked account, or link the other account on its own."
)  # fmt: skip
_TWICE: Final = "Enter the new token or query at that link, or unlink it first."

STOPS: Final = {
    "host_not_allowed": "A request to a host that does not belong to this broker was stopped.",
    "method_not_allowed": "A request that is not a plain GET or POST was stopped.",
    "address_broken": "A request whose address is not well-formed was stopped.",
    "headers_broken": "A request whose headers are not well-formed was stopped.",
    "sandbox_not_local": "The sandbox must run on this machine; its recorded address does not.",
    "address_not_public": "The broker's host resolves to an address inside this network; nothing was sent there.",
    "settings_lost": (
        "What the operator of this site set for this broker can no longer be opened, because the key it was sealed with is gone."
    ),
    "credential_lost": (
        "Fillbook can no longer open what it keeps for this link, because the key it was sealed with is gone. Enter it again."
    ),
    "key_elsewhere": (
        "A part of this site lacks the key that opens what Fillbook keeps for this link. What you entered is as it was; it is tried again."
    ),
    "sandbox_off": "The sandbox is not running; it comes back when Fillbook serves again.",
    "unknown_action": "The connector asked for something that Fillbook cannot do.",
    "too_slow": "Reading this statement took longer than half an hour, so it was stopped. Nothing of it was used.",
    "reader_died": "The process that read this statement ended early. Nothing of it was used; the statement is kept.",
    "login_paused": "Fillbook's own login at the broker is being renewed; it goes on by itself.",
    "secret_missing": "The operator of this site has not set everything that this broker needs.",
    "broker_silent": "%(broker)s does not answer at present. It is asked again and again for all links, yours included.",
    "never_granted": "No access was granted within 14 days. Do that at the broker, then try again here.",
    "never_validated": (
        "The broker did not accept these details within 24 hours. Compare them with the broker's page and enter them again."
    ),
    "fault": (
        "Fillbook made a mistake while it worked on this (reference %(reference)s). Your data are as they were; the log of this site says "
        "where it happened."
    ),
    "lost": "This run was cut off. Sync again; nothing is lost.",
    "replaced": "A new credential is tried instead.",
    "paused": "The link was paused.",
    "unlinked": "The link was ended.",
    "overtaken": "A sync took its place.",
}
"""Why a run stopped, or waits."""

PROOFS: Final = {
    "not_proven": (
        "Nobody has shown within 24 hours that this account is theirs. Begin again, and leave the access granted, removed and granted "
        "again for at least three minutes each."
    ),
    "disputed": (
        "Two users of this site have shown that they control this account. Nothing new is fetched until one of them gives it up or the "
        "operator of this site has decided. If you know of nobody else, remove the access at the broker and write to the operator."
    ),
    "decided": (
        "The operator of this site has decided that this account is somebody else's, and what you had of it is hidden. Unlink it; or, if "
        "that is a mistake, choose Look again and show anew that it is yours."
    ),
    "grantee_retired": (
        "The user id that you granted access to is no longer used by this site. Take that grant back at the broker. Then choose Look "
        "again, and grant access to the user id that the page names."
    ),
    "claims_today": "You have begun %(most)s links of this kind today. Go on tomorrow.",
    "answer_waits": "Your last answer has not been compared yet. Wait for the next look.",
    "no_try_left": "You have no try left for this account. Show that it is yours by removing the access and granting it again.",
    "wrong_answers": "Too many wrong answers were given on this site. Try again in an hour.",
}
"""About showing that an account is one's own."""

REFUSALS: Final = {
    "this_is_paused": "This link is paused. Resume it to sync.",
    "this_has_stopped": (
        "Fetching has stopped until you do something about it. %(why)s Then replace what you entered, on the page or with `fillbook link "
        "--replace`; what you leave empty stays as it is. Nothing is sent before."
    ),
    "too_soon": "The broker has just refused this link. Mend what it says first, then try again in a minute.",
    "no_earlier_years": "This broker gives all the history it has at the first fetch.",
    "not_linked": "Earlier years can be fetched once this link works. See on its page what it waits for.",
    "busy": "A sync of this link is going on. Go further back once it has ended.",
    "no_sandbox": "The sandbox is not running. It runs while `fillbook serve` does.",
    "another_account": "This link is for another account. Make a new link for this one.",
    "too_large": "The file is larger than %(most)s MB. Export a shorter period.",
    "unknown_file": "This is no statement that Fillbook knows. Upload the file as the broker made it, without opening and saving it first.",
}
"""Why something that was asked for is not done."""

NOTES: Final = {
    "ends_and_asks_today": "The statement ends on %(day)s; nothing newer was there yet. Fillbook asks again later today.",
    "ends_and_asks_tomorrow": "The statement ends on %(day)s; nothing newer was there yet. Fillbook asks again tomorrow.",
    "late": (
        "The statements of %(broker)s still end on %(day)s, although %(missing)s working days have passed since. Look there whether the "
        "report still goes up to the last day, and whether the account is still open. Fillbook keeps asking."
    ),
    "days_missing": "The days from %(first)s to %(last)s are still missing: %(missed)s",
    "nothing_before": "%(broker)s has nothing before %(day)s.",
    "query_other": "The sections or fields of your query have changed since the last statement.",
    "query_mended": "Something that was missing is there now.",
    "query_whole": "Nothing is missing that was there before.",
    "query_lacks": "Your query has changed since the last statement.",
    "query_lacks_more": "And %(count)s more.",
    "query_where": "The account's page says what to do.",
}
"""What a run notes beside what it brought."""

MAIL: Final = {
    "mail_unset": "No mail server is set.",
    "mail_login": "The mail server does not take this user and password.",
    "mail_recipient": "The mail server does not take mail for this address.",
    "mail_sender": "The mail server does not take mail from this sender's address.",
    "mail_encryption": "The mail server's encryption does not work as set; look at port, security and certificate.",
    "mail_unreachable": "The mail server %(host)s cannot be reached, or it broke off.",
}
"""Why a message did not go out."""

ANSWERS: Final = {
    "empty": "Please fill this in.",
    "long": "This is too long.",
    "lines": "This must be one line.",
    "no_host": "This is no name of a server.",
    "no_port": "A port is a number from 1 to 65535.",
    "no_choice": "Choose one of %(choices)s.",
    "no_address": "This is no e-mail address.",
    "no_user": "A password needs a user.",
    "openly": "Without encryption the password would travel openly; choose starttls or tls.",
}
"""What is wrong with an answer of the operator's."""

SENTENCES: Final = Sentences(
    of={
        **{code: Sentence(text) for code, text in {**STOPS, **PROOFS, **REFUSALS, **NOTES, **MAIL, **ANSWERS}.items()},
        "other_account": Sentence("The statement is about account %(named)s, but this link is about account %(ours)s.", _OTHER),
        "other_accounts": Sentence("The statement is about accounts %(named)s, but this link is about account %(ours)s.", _OTHER),
        "other_account_than_several": Sentence(
            "The statement is about account %(named)s, but this link is about accounts %(ours)s.", _OTHER
        ),
        "other_accounts_than_several": Sentence(
            "The statement is about accounts %(named)s, but this link is about accounts %(ours)s.", _OTHER
        ),
        "account_linked_twice": Sentence("You have already linked account %(accounts)s.", _TWICE),
        "accounts_linked_twice": Sentence("You have already linked accounts %(accounts)s.", _TWICE),
    },
    quoted=frozenset({"missed", "why"}),
)
"""All of them, by code."""

message: Final = SENTENCES.whole
"""The English sentence of a code, with what is to be done behind it."""
