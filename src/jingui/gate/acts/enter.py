"""二（二）录入: the acts of forms, drafts, signatures, filing, deadlines, qualifications [2.2.1] [2.2.3] [2.2.4]"""

from jingui.core.words import Verb
from jingui.gate import entry_drafts, entry_filing, entry_lists, entry_opening, entry_signing, qualifying
from jingui.gate.registry import read_act, write_act
from jingui.gate.signing_documents import open_signing

read_act(Verb.OPEN_FORM)(entry_opening.open_form)
read_act(Verb.READ_DRAFTS)(entry_drafts.read_drafts)
read_act(Verb.READ_DEADLINES)(entry_lists.read_deadlines)
write_act(Verb.SAVE_DRAFT)(entry_drafts.save_draft)
write_act(Verb.DISCARD_DRAFT)(entry_drafts.discard_draft)
write_act(Verb.OPEN_SIGNING)(open_signing)
write_act(Verb.SIGN_RECORD)(entry_signing.sign_records)
write_act(Verb.VERIFY_RECORD)(entry_signing.verify_record)
write_act(Verb.COUNTERSIGN_RECORD)(entry_signing.countersign_record)
write_act(Verb.FILE_RECORD)(entry_filing.file_chart)
write_act(Verb.QUALIFY)(qualifying.qualify)
