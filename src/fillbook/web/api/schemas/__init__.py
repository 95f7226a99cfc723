"""The shapes of the API's answers, with units and signs in words. One sentence covers every sign: a positive number means the account has
more of it afterwards, and a position carries the sign of its side.
"""
