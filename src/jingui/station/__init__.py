"""二（二）3 停机应急: a ward's own machine, which opens its sealed summary when the house is down [2.2.3]

It knows `core` and `crypto` only: no database, no page of the house, nothing that must be reached.
"""
