"""Does the customer ask for a person? A word that names one, beside a word that asks, and nothing that takes it back.

The lists of all languages are read together: people mix languages, and three words are too few to tell one. A `*`
stands
for any ending.
"""

import re
from functools import cache

from assistant.words import excerpt, fold, near

_CLAUSES = re.compile(
    r"[,.;:!?\n¿¡।،؟…()]+|\s[-–—]+\s"
    r"|\b(?:but|aber|sondern|mais|pero|sino|maar|men|utan|ale|mas|lekin|ama|fakat)\b|लेकिन|لكن",
    re.IGNORECASE,
)

# People of the brand, whatever else the sentence says.
_STRONG = """
    human humans humna humen humn hooman hoomen agent agents agnet representative representatives rep operator
    operators advisor
    adviser advisors supervisor manager staff
    mensch menschen mitarbeiter mitarbeiterin mitarbeitern mitarbeitende mitarbeitenden berater beraterin
    kundenberater
    sachbearbeiter sachbearbeiterin ansprechpartner ansprechpartnerin
    humain humains humaine conseiller conseillere conseillers conseille conseillé opérateur téléconseiller
    interlocuteur
    humano humana agente agentes asesor asesora operador operadora representante ejecutivo
    umano umana umani operatore operatrice consulente addetto impiegato
    mens mensen medewerker medewerkers medewerkster adviseur
    människa människor handläggare medarbetare rådgivare
    człowiek* konsultant* pracownik* doradc*
    atendente atendentes pessoa_real
    insaan insan insano aadmi इंसान इन्सान मनुष्य एजेंट प्रतिनिधि कर्मचारी
    إنسان موظف موظفة موظفين ممثل وكيل بشري مندوب
    insanla temsilci* yetkili* görevli* danışman*
"""
# People, perhaps of the brand.
_WEAK = """
    person persons people someone somebody anyone anybody colleague employee specialist expert colleagues employees
    jemand jemandem jemanden person kollege kollegin
    personne quelqu quelquun qqn
    persona alguien
    qualcuno persone
    iemand persoon collega
    någon nån person kollega
    osoba osobą osobę osoby ktoś kimś kogoś
    pessoa alguém
    vyakti व्यक्ति आदमी कोई koi
    شخص احد أحد حدا
    biri biriyle birisi birisiyle birine kişi kişiyle kimse
    kisi किसी
"""
# The people of the brand together.
_TEAM = """
    kundendienst kundenservice kundenbetreuung klantenservice klantendienst kundtjänst kundservice supporten infolinia
    infolinią
    support helpdesk hotline callcenter
"""
_TEAMS_OF_TWO = """
    customer service, customer care, customer support, your team, support team, service client, servizio clienti,
    assistenza clienti, servicio al, atencion al, atención al, obsługa klienta, obsługą klienta, biurem obsługi,
    atendimento ao, suporte ao, ग्राहक सेवा, कस्टमर केयर, grahak seva, خدمة العملاء, خدمه العملاء, müşteri hizmetleri,
    müşteri hizmetlerine, müşteri hizmetleriyle, müşteri desteği, real one, live chat,
    canlı destek, human support, live support, human help, live agent, atención humana, assistenza umana, aide
    humaine,
    atendimento humano, menschliche hilfe
"""
_TALKS = """
    talk talking speak speaking chat chatting converse escalate escalated call handover contact
    sprechen reden schreiben chatten telefonieren anrufen anruft unterhalten kontaktieren
    parler parle discuter échanger joindre appelle appeler rappelle rappeler contacter
    hablar ablar hablo comunicarme comuníqueme comunícame pásame páseme pasame atienda atiéndame contacte contactar
    llame llamar llamen
    parlare parlarne passatemi passami parli chiami chiamare chiamarmi contattato contattata ricontattato richiamato
    contattare
    praten spreken spreek bellen belt chatten contacteren
    prata tala snacka chatta ringa ringer kontakta
    porozmawiać rozmawiać pogadać rozmowa rozmowę rozmowy mówić zadzwoni zadzwonić skontaktować
    falar conversar ligar ligue ligarem fala
    baat बात bat
    أتحدث التحدث تحدث أكلم الكلام أتكلم اتكلم التكلم كلم التواصل أتواصل حولني حولوني حوّلني تحويلي وصلني
    konuşmak konuşabilir konuşayım konuşalım görüşmek görüşebilir görüşeyim bağlanmak
    contacte contactar conéctame conécteme transfiéreme transfiérame atender
    कनेक्ट احكي أحكي aktarır
"""
# Asks to be passed on, where "me" stands near.
_ROUTES = """
    transfer connect put pass forward hand switch redirect escalate
    verbinden verbinde verbindet weiterleiten leiten leite durchstellen stellen
    passez passer transférez transférer mettez mettre mets connectez
    pasar pase transfiera transferir conectar conecte comunicar comunique
    passi passare passate trasferire trasferisca collegare metta
    verbind verbindt verbinden doorverbinden
    schakel schakelt doorschakelen holen hol holt
    koppla kopplas kopplar
    połączyć połącz połączcie przełącz przekieruj przekierować
    transfere transfira transferir passar passe conecta conecte encaminhe
    jodo jodiye jod जोड़ें जोड़ो जोड़िए जोड़
    حول وصل
    bağla bağlayın bağlar aktar aktarın yönlendir yönlendirin
    passa
"""
_ME = """
    me us mich mir uns moi nous mi ci mij ons mig oss mnie nas nos mujhe mujhko hume मुझे हमें ني beni bizi
"""
_WANTS = """
    want wanna wants need needs get give like love prefer require have there deal request find
    will möchte moechte brauche hätte gerne geben gib gibt bekomme wünsche
    veux voudrais veut avoir besoin donnez aimerais souhaite
    quiero quisiera necesito deme dame hay prefiero
    voglio vorrei serve dammi datemi cerco c
    wil wilt graag nodig geef heb
    vill behöver ge finns önskar
    chcę chciałbym chciałabym potrzebuję dajcie daj jest poproszę
    quero preciso gostaria tem há
    chahiye chahie chaiye चाहिए hai है
    أريد اريد أحتاج ابغى عايز بدي هل يوجد أرغب اعطني
    istiyorum lazım ver verin var isterim
    bisogno necessidade behov avere mag hellre få
"""
# May stand between what asks and whom: no deed, so "need to pay a person" asks for nobody.
_BETWEEN = """
    a an the to some any one me us es real live actual true genuine human being pls please with just of your from in
    at here
    you guys kindly dealing
    ein eine einen einem einer echte echten echter richtigen richtiger lebenden lebendigen mit es hier da bitte zu
    gern
    un une vrai vraie réel réelle à avec de d vos vous il y a
    una real verdadera con por favor a alguna algún
    vero vera reale il lo con un c è ce qui
    een echt echte het van
    en ett riktig riktiga levande med det här
    żywy żywym żywego żywą prawdziwy prawdziwym z ze jakiś jakaś tu tutaj
    um uma verdadeira de verdade com algum alguém
    kisi किसी ek एक asli असली se से koi कोई real
    حقيقي من إلى الى مع
    bir gerçek canlı ile bana
    sie mir di destek help assistance hilfe aide ayuda aiuto ajuda pomocy t disponible disponibile available
    verfügbar there ik ich jag
"""
# Makes of someone a someone who shall help.
_HELPS = """
    help helps helping assist look handle real live actual now instead asap alive line
    helfen hilft echte echten echter richtigen richtiger leitung
    aider aide téléphone ligne vrai vraie
    ayudar ayude ayuda real ahí línea teléfono
    aiutare aiuta aiutarmi carne vero vera linea
    helpen helpt echt echte lijn
    hjälpa hjälper riktig riktiga
    pomóc pomoże żywy żywym żywego żywą prawdziwy
    ajudar ajude verdade linha real
    madad मदद asli असली
    يساعدني مساعدة حقيقي
    yardım gerçek canlı
"""
_POLITE = """
    i i d m please pls plz pleas thanks thank you now just ok okay hi hello hey yes um right asap stop no
    bitte danke jetzt ja sofort ich merci svp stp s te plait vous je oui maintenant si ya ahora porfa gracias
    per favore grazie adesso ora subito nu graag alstublieft aub bedankt tack nu proszę prosze teraz agora obrigado
    kripya कृपया abhi अभी من فضلك لو سمحت الآن رجاء lütfen şimdi hemen müşteri musteri customer service cliente clientes
"""
_BOTS = """
    bot bots robot robots chatbot chatbots roboter robô robôs robotem botem robota robotla botla बॉट रोबोट روبوت بوت
    الروبوت
"""
_MACHINES = """
    machine computer ki ia ai automat maschine ordinateur máquina macchina automatem maskin maskinen makineyle makine
    آلة
"""
_NOTS = """
    not no dont don never without stop nothing
    nicht kein keine keinen keinem ohne ne pas sans non aucun sin ningún ninguna senza nessun niet geen zonder
    inte ingen inget nie bez żadnego não nao sem nenhum nahi nahin nhi नहीं मत mat لا ليس بدون ما değil istemiyorum
    istemem
    gerek yok hayır hoef nej
"""
# What is told, not asked.
_TOLD = """
    yesterday spoke talked told said called
    gestern gesprochen sagte gesagt meinte dit ayer dijo dijeron hablé
    ieri detto gisteren zei gezegd gesproken igår sa sade sagt wczoraj powiedział powiedziała mówił rozmawiałem
    rozmawiałam
    ontem disse falei bola kaha कहा أمس قال قالت تحدثت dün dedi söyledi konuştum
"""
_ELSE = """
    else another other second third anderes anderer andere anderen autre otra otro altra altro andere anders ander
    annan
    andra inna inny inną innego outra outro aur और dusra آخر أخرى başka
"""
_ARE_YOU = "are you sind bist eres sei"
_CAN = "can could may kann könnte peut pourrait puede podría può potrebbe kan czy pode poderia क्या kya هل ممكن"
# Asks whether one must, which is no wish.
_MUST = """
    do i need, do i have, should i, must i, muss ich, soll ich, dois je, est ce que je dois, debo, tengo que, devo,
    moet ik, måste jag, czy muszę, tenho que
"""
_OTHER_TRADES = """
    estate travel delivery insurance shipping sales contact immobilien liefer bezorg levering
"""
_OTHER_THINGS = """
    error errors rights resources name names number fee fees commission mistake readable
"""


def for_a_person(text: str) -> bool:
    """Whether some clause of the text asks to be passed on to a person."""
    clauses = [fold(clause).split()[:80] for clause in _CLAUSES.split(excerpt(text)) if clause]
    return any(_asks(clause) for clause in clauses if clause)


def _asks(said: list[str]) -> bool:
    if _refuses_the_bot(said):
        return True
    people = [i for i in range(len(said)) if _names_people(said, i)]
    if not people:
        return len(said) <= 4 and _leads_to_me(said)
    bare = {*people, *(i + 1 for i in people if " ".join(said[i : i + 2]) in _phrases(_TEAMS_OF_TWO))}
    if len(said) <= 7 and all(i in bare or _is(word, _POLITE) or _is(word, _BETWEEN) for i, word in enumerate(said)):
        return not _refused(said, people[0], people[0]) and not _is(said[-1], _ELSE)
    if said[:2] in (["am", "i"], ["is", "this"]):
        return False  # asks what the assistant is
    if any(_is(word, _TOLD) for word in said) or " ".join(said).startswith(tuple(_phrases(_MUST))):
        return False
    return any(_wanted(said, person) for person in people[:12])


def _leads_to_me(said: list[str]) -> bool:
    """ "Please connect me", and nothing else in the clause."""
    routed = any(_is(word, _ROUTES) for word in said) and any(word in _set(_ME) for word in said)
    return routed and all(_is(word, _ROUTES) or word in _set(_ME) or _is(word, _POLITE) for word in said)


def _names_people(said: list[str], at: int) -> bool:
    """A word for a person, not of another trade and not part of another thing."""
    pair = " ".join(said[at : at + 2])
    if _is(said[at], _TEAM) or pair in _phrases(_TEAMS_OF_TWO):
        return True
    if not _is(said[at], _STRONG) and not _is(said[at], _WEAK):
        return False
    before, after = _around(said, at)
    return before not in _set(_OTHER_TRADES) and after not in _set(_OTHER_THINGS)


def _wanted(said: list[str], person: int) -> bool:
    """Whether something near this person asks for them."""
    for at, word in enumerate(said):
        talks = abs(person - at) <= 8 and (_is(word, _TALKS) or _routes(said, at, person))
        if talks and at != person and not _refused(said, min(at, person), max(at, person)):
            return True
    helps = _is(said[0], _CAN) and person <= 4 and any(_is(word, _HELPS) for word in said[person + 1 :])
    if helps and _is(said[person], _STRONG) and not _refused(said, 0, person):
        return True
    return any(_directly(said, at, person) for at, word in enumerate(said) if _is(word, _WANTS) and at != person)


def _directly(said: list[str], at: int, person: int) -> bool:
    """Wanted, with nothing between but small words; someone vague must also be there to help, or end the clause."""
    first, last = sorted((at, person))
    if last - first > 6 or not all(_is(word, _BETWEEN) or _is(word, _WANTS) for word in said[first + 1 : last]):
        return False
    before, after = _around(said, person)
    if _is(said[person], _TEAM) or _refused(said, first, last) or before in _set(_ELSE) or after in _set(_ELSE):
        return False
    strong = _is(said[person], _STRONG) or not _is(said[person], _WEAK)
    alone = not said[person + 1 :] or _of_a_machine(said, person + 1)
    return strong or alone or any(_is(word, _HELPS) for word in said)


def _refused(said: list[str], first: int, last: int) -> bool:
    """Taken back before, within, or (where the verb comes last) right after. "Can't I" and "why not" refuse nothing."""
    near_by = range(max(0, first - 4), min(len(said), last + 4))
    return any(_is(said[i], _NOTS) and not _only_asks(said, i) and not _of_a_machine(said, i) for i in near_by)


def _of_a_machine(said: list[str], at: int) -> bool:
    """ "A person, not a robot" wants the person all the more."""
    return bool(set(said[at + 1 : at + 3]) & (_set(_BOTS) | _set(_MACHINES)))


def _only_asks(said: list[str], at: int) -> bool:
    return said[at] in ("no", "stop") and at == 0 and len(said) > 1 and said[1] in _set("i get give let")


def _refuses_the_bot(said: list[str]) -> bool:
    """No talk with a machine is talk with a person; a machine that does not work is another matter."""
    talks = any(_is(word, _TALKS) for word in said)
    for i, word in enumerate(said):
        bot = word in _set(_BOTS) and (talks or len(said) <= 5 or any(_is(other, _WANTS) for other in said))
        if (bot or (talks and word in _set(_MACHINES))) and set(said[max(0, i - 7) : i + 5]) & _set(_NOTS):
            return not set(said[:2]) & _set(_ARE_YOU)
    return False


def _routes(said: list[str], at: int, person: int) -> bool:
    """ "Transfer me" to anybody, or "forward this" to somebody of the brand."""
    if not _is(said[at], _ROUTES):
        return False
    this = _around(said, at)[1] == "this" and _is(said[person], _STRONG)
    return this or any(word in _set(_ME) for word in said[max(0, at - 5) : at + 3])


def _around(said: list[str], at: int) -> tuple[str, str]:
    return said[at - 1] if at else "", said[at + 1] if at + 1 < len(said) else ""


def _is(word: str, listed: str) -> bool:
    """Whether the word is on the list, as it stands, without its Arabic article, by its start, or one slip away."""
    known = _set(listed)
    if word in known or word.startswith(_starts(listed)):
        return True
    if "\u0600" <= word[0] <= "\u06ff":
        return any(len(word) - len(prefix) > 2 and word.removeprefix(prefix) in known for prefix in _ARTICLES)
    return len(word) >= 6 and word not in _LOOK_ALIKES and listed in (_STRONG, _WEAK, _TALKS) and _slip(word, listed)


_ARTICLES = ("وال", "بال", "لل", "ال", "ل", "ب", "و")
_LOOK_ALIKES = frozenset(
    fold(
        "expect taking advise advised advice managed manages personal personale personnel personen personas "
        "persönlich talkin falhar operation parlier "
        "spreche spricht reason season employer employers "
        "personne humanos stuff mesmo menschlich"
    ).split()
)


@cache
def _slip(word: str, listed: str) -> bool:
    return any(len(known) >= 6 and near(word, known) for known in _set(listed))


@cache
def _set(listed: str) -> frozenset[str]:
    return frozenset(word for raw in listed.split() if "*" not in raw for word in [fold(raw).replace(" ", "_")] if word)


@cache
def _starts(listed: str) -> tuple[str, ...]:
    return tuple(fold(raw) for raw in listed.split() if raw.endswith("*"))


@cache
def _phrases(listed: str) -> frozenset[str]:
    return frozenset(fold(phrase) for phrase in listed.split(","))
