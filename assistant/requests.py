"""Does the customer ask for a person? Words that name one, near words that ask, and nothing that takes it back."""

from functools import cache

from assistant.words import fold, near

# Names a person of the brand.
_PERSONS = fold(
    """human humans agent agents representative rep operator advisor adviser supervisor manager staff specialist
    person someone somebody anyone anybody people employee colleague
    mensch menschen mitarbeiter mitarbeiterin mitarbeitern berater beraterin jemand jemandem jemanden kundenberater
    humain humaine conseiller conseillère agent personne quelqu opérateur responsable
    humano humana persona agente asesor asesora operador alguien representante
    umano umana operatore operatrice consulente qualcuno persona
    mens medewerker medewerkster iemand persoon adviseur
    människa människor person handläggare medarbetare någon kundtjänst
    człowiek człowiekiem człowieka konsultant konsultantem konsultanta konsultantką kimś ktoś pracownik pracownikiem
    osoba osobą
    pessoa humano atendente alguém operador representante
    insaan insan इंसान व्यक्ति एजेंट आदमी admi aadmi vyakti
    شخص إنسان انسان موظف موظفة ممثل بشري وكيل
    insan insanla temsilci temsilciyle temsilcisi temsilcisiyle yetkili yetkiliyle biri biriyle birisiyle"""
)
_TALKS = fold(
    """talk speak chat connect transfer put pass forward reach escalate contact handover hand
    sprechen reden verbinden weiterleiten verbinde verbinden
    parler discuter joindre transférer passer passez mettre
    hablar comunicarme comuníqueme pasar páseme conectar atienda
    parlare passatemi passami collegare contattare
    praten spreken doorverbinden verbinden
    prata tala kopplas koppla
    porozmawiać rozmawiać połączyć połącz przełącz rozmowę
    falar conversar transferir transfira passar
    baat karni बात karo karao कराओ कराइए
    أتحدث التحدث اتحدث أكلم اكلم التواصل تحويلي حولني
    konuşmak görüşmek bağla bağlayın aktarın bağlanmak"""
)
_ONLY = fold(
    """a an the real live actual please pls with to i me my want need now just can could get give one human customer
    service support ein einen echten echte bitte un une vrai s il vous plait por favor una real per favore een echte
    alstublieft en riktig tack prawdziwy prosze kisi asli gercek bir lutfen chahiye चाहिए من فضلك اريد"""
)
_NOT = frozenset(
    fold(
        "not no dont don without kein keine keinen nicht pas sans no sin non senza niet geen inte utan nie bez não sem nahi नहीं لا بدون değil istemiyorum"
    ).split()
)


@cache
def _set(text: str) -> frozenset[str]:
    return frozenset(text.split())


def for_a_person(text: str) -> bool:
    """Whether the text asks to be passed on to a person."""
    said = fold(text).split()[:400]
    persons = [i for i, word in enumerate(said) if _is(word, _PERSONS)]
    if not persons:
        return False
    if all(_is(word, _PERSONS) or word in _set(_ONLY) for word in said):
        return True
    talks = [i for i, word in enumerate(said) if _is(word, _TALKS)]
    pairs = [(p, t) for p in persons for t in talks if 0 < abs(p - t) <= 6]
    return any(not _taken_back(said, min(pair)) for pair in pairs)


def _is(word: str, listed: str) -> bool:
    known = _set(listed)
    return word in known or (len(word) > 5 and any(len(k) > 5 and near(word, k) for k in known))


def _taken_back(said: list[str], at: int) -> bool:
    return any(word in _NOT for word in said[max(0, at - 4) : at])
