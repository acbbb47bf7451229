"""五（一）2 接入应用: a patient lets an app of a partner read, and the app changes its code for a token [5.1.2]"""

import base64
import hashlib
from dataclasses import replace

from jingui.core.operation import Target
from jingui.core.smart import AuthoriseApp, ExchangeCode, Proof
from jingui.core.words import Entrance, Purpose, Verb
from jingui.demo.cast import Cast
from jingui.demo.deeds.doing import Kept, deed
from jingui.demo.month import Deed


@deed("authorise_app")
def authorised(cast: Cast, row: Deed) -> Kept:
    """Somebody says yes; the app proves by its verifier that the code was made for it. Its token is thrown away."""
    more = row.more
    verifier = hashlib.sha256(row.id.encode()).hexdigest()
    challenge = base64.urlsafe_b64encode(hashlib.sha256(verifier.encode()).digest()).rstrip(b"=").decode()
    data = AuthoriseApp(
        client=more["client"], redirect=more["redirect"], scopes=tuple(more["scopes"]), challenge=challenge
    )
    code = cast.write(row, Verb.AUTHORISE_APP, data).value
    program = replace(cast.actor("public:fhir"), entrance=Entrance.FHIR, address="127.0.0.1")
    asked = ExchangeCode(
        grant="authorization_code", proof=Proof(client=more["client"]), code=code, verifier=verifier,
        redirect=more["redirect"],
    )  # fmt: skip
    issued = cast.write(row, Verb.EXCHANGE_CODE, asked, actor=program, purpose=Purpose.OPERATION, target=Target()).value
    return {"scopes": " ".join(issued.scopes), "error": issued.error}
