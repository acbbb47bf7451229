"""五（一）1 传输加密: on an old system's host: plain in on loopback, TLS with both sides proven out [5.1.1]

It knows `core` and `crypto` only: no database of the house, no page, no parser of content.
"""
