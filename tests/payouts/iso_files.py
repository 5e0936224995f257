"""What a bank sends, made by hand for one payment: each a whole message with its namespace."""

PAIN001 = "urn:iso:std:iso:20022:tech:xsd:pain.001.001.09"


def pain002(key: str, status: str, reason: str = "") -> bytes:
    told = f"<StsRsnInf><Rsn><Cd>{reason}</Cd></Rsn></StsRsnInf>" if status == "RJCT" else ""
    single = f"<TxInfAndSts><OrgnlEndToEndId>{key}</OrgnlEndToEndId><TxSts>{status}</TxSts>{told}</TxInfAndSts>"
    return _report("B1", "PART", f"<OrgnlPmtInfAndSts><OrgnlPmtInfId>P</OrgnlPmtInfId>{single}</OrgnlPmtInfAndSts>")


def refused_file(message_id: str, reason: str) -> bytes:
    return _report(message_id, "RJCT", "", f"<StsRsnInf><Rsn><Cd>{reason}</Cd></Rsn></StsRsnInf>")


def _report(message_id: str, status: str, inside: str, told: str = "") -> bytes:
    return f"""<?xml version="1.0" encoding="UTF-8"?>
<Document xmlns="urn:iso:std:iso:20022:tech:xsd:pain.002.001.10"><CstmrPmtStsRpt>
<GrpHdr><MsgId>S1</MsgId><CreDtTm>2026-11-30T10:00:00</CreDtTm></GrpHdr>
<OrgnlGrpInfAndSts><OrgnlMsgId>{message_id}</OrgnlMsgId><OrgnlMsgNmId>pain.001.001.09</OrgnlMsgNmId>
<GrpSts>{status}</GrpSts>{told}</OrgnlGrpInfAndSts>{inside}</CstmrPmtStsRpt></Document>""".encode()


def camt053(key: str, sign: str, amount: str = "123.45", *, day: str = "2026-12-01", times: int = 1) -> bytes:
    return _moved("BkToCstmrStmt", "Stmt", "camt.053.001.08", _entry(key, sign, amount, day) * times)


def camt054(key: str, sign: str, amount: str = "123.45", *, day: str = "2026-12-01") -> bytes:
    return _moved("BkToCstmrDbtCdtNtfctn", "Ntfctn", "camt.054.001.08", _entry(key, sign, amount, day))


def _moved(root: str, account: str, version: str, entries: str) -> bytes:
    return f"""<?xml version="1.0" encoding="UTF-8"?>
<Document xmlns="urn:iso:std:iso:20022:tech:xsd:{version}"><{root}>
<GrpHdr><MsgId>C1</MsgId><CreDtTm>2026-12-01T18:00:00</CreDtTm></GrpHdr>
<{account}><Id>1</Id><Acct><Id><IBAN>NL42MOCK0000000001</IBAN></Id></Acct>{entries}</{account}>
</{root}></Document>""".encode()


def _entry(key: str, sign: str, amount: str, day: str) -> str:
    back = "<RtrInf><Rsn><Cd>AC04</Cd></Rsn></RtrInf>" if sign == "CRDT" else ""
    return f"""<Ntry><Amt Ccy="EUR">{amount}</Amt><CdtDbtInd>{sign}</CdtDbtInd><Sts><Cd>BOOK</Cd></Sts>
<BookgDt><Dt>{day}</Dt></BookgDt><NtryDtls><TxDtls><Refs><EndToEndId>{key}</EndToEndId></Refs>{back}</TxDtls></NtryDtls>
</Ntry>"""
