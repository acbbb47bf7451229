"""五（一）3 网关互联: the words of the wire between gateways, the same for who sends and who receives [5.1.1] [5.1.3]

POST /gateway/messages/<uuid> takes a parcel and answers with a receipt; PUT …/parts/<n> takes a part (n from 0), GET
…/<uuid> tells which are there, POST with an empty body completes. docs/gateway.md is the whole contract.
"""

from typing import Final

MESSAGES: Final = "/gateway/messages/"
JOSE: Final = "application/jose"
PART: Final = 1024 * 1024  # bytes of a part; the last one may be shorter
TOTAL: Final = "jingui-parts"  # header: of how many parts the message is
TIME: Final = "jingui-time"  # header of a refusal for another clock: the receiver's time, ISO 8601
RETRY: Final = "retry-after"  # header of 429 and 503: seconds
