"""What the API and the commands answer with, as JSON values: the same reading and the same names for both.

Money, prices and quantities are decimal texts without exponent, exact as computed; times are ISO with their zone, days ISO dates; what
does not exist or is not known is None.
"""
