"""SM2 signing in affine integers, only for tests: slow, not constant-time, and apart from the verifier's own code."""

import hashlib

P = int("FFFFFFFEFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFF00000000FFFFFFFFFFFFFFFF", 16)
A = int("FFFFFFFEFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFF00000000FFFFFFFFFFFFFFFC", 16)
B = int("28E9FA9E9D9F5E344D5A9E4BCF6509A7F39789F515AB8F92DDBCBD414D940E93", 16)
N = int("FFFFFFFEFFFFFFFFFFFFFFFFFFFFFFFF7203DF6B21C6052B53BBF40939D54123", 16)
GX = int("32C4AE2C1F1981195F9904466A39C9948FE30BBFF2660BE1715A4589334C74C7", 16)
GY = int("BC3736A2F4F6779C59BDCEE36B692153D0A9877CC62A474002DF32E52139F0A0", 16)


def plus(one, two):
    """The sum of two affine points; None is infinity."""
    if one is None or two is None:
        return one or two
    (x1, y1), (x2, y2) = one, two
    if x1 == x2:
        if (y1 + y2) % P == 0:
            return None
        slope = (3 * x1 * x1 + A) * pow(2 * y1, -1, P) % P
    else:
        slope = (y2 - y1) * pow(x2 - x1, -1, P) % P
    x3 = (slope * slope - x1 - x2) % P
    return x3, (slope * (x1 - x3) - y1) % P


def times(k, point):
    """k times a point."""
    total = None
    while k:
        if k & 1:
            total = plus(total, point)
        point, k = plus(point, point), k >> 1
    return total


def sm3(data):
    """SM3 of the standard library."""
    return hashlib.new("sm3", data).digest()


def be(number):
    """32 big-endian bytes."""
    return number.to_bytes(32, "big")


class Sm2Signer:
    """A key pair made from 32 secret bytes."""

    def __init__(self, secret):
        self.d = int.from_bytes(secret, "big") % (N - 2) + 1
        x, y = times(self.d, (GX, GY))
        self.public = be(x) + be(y)
        ident = b"1234567812345678"
        self.z = sm3(b"\x00\x80" + ident + be(A) + be(B) + be(GX) + be(GY) + self.public)

    def sign(self, message):
        """r‖s over the message, with k derived from key and message so that vectors repeat."""
        e = int.from_bytes(sm3(self.z + message), "big")
        count = 0
        while True:
            k = int.from_bytes(sm3(b"k" + be(self.d) + be(e) + bytes([count])), "big") % (N - 1) + 1
            r = (e + times(k, (GX, GY))[0]) % N
            s = pow(1 + self.d, -1, N) * (k - r * self.d) % N
            if r and s and r + k != N:
                return be(r) + be(s)
            count += 1
