"""Matters that people handle: listed words and sayings, by language, read together."""

import re
from functools import cache

from assistant.words import fold

# A `*` stands for any ending. First come the graver ones: a text is given the first that fits.
_SAYINGS = {
    "harm": """
        suicide, suicidal, kill myself, killing myself, end my life, ending my life, take my own life, want to die,
        hurt myself, harm myself, self harm, better off dead, kill you, kill your, bomb threat, hurt you all, shoot
        you,
        selbstmord*, suizid*, bringe mich um, bring mich um, mich umbringen, mich umzubringen, nicht mehr leben, will
        sterben,
        bringe euch um, bring euch um, bringe dich um, mir etwas antun,
        me suicider, me tuer, mettre fin à mes jours, en finir avec la vie, envie de mourir, vous tuer,
        suicidarme, suicidio, matarme, quitarme la vida, quiero morir, no quiero vivir, voy a matar,
        uccidermi, ammazzarmi, togliermi la vita, farla finita, voglio morire, vi ammazzo, ti ammazzo,
        zelfmoord, mezelf van kant, wil dood, een eind aan mijn leven, mezelf iets aandoen, maak je dood,
        självmord, ta livet av mig, ta mitt liv, vill dö, skada mig själv, döda dig,
        samobójstw*, zabić się, zabiję się, odebrać sobie życie, chcę umrzeć, nie chcę żyć, zabiję was,
        suicídio, me matar, tirar a minha vida, tirar minha vida, quero morrer, vou matar,
        आत्महत्या, मरना चाहता, मरना चाहती, जान दे दूँगा, जान दे दूँगी, aatmahatya, atmahatya, marna chahta, marna
        chahti,
        jaan de dunga, jaan de dungi, khudkushi,
        انتحار, أنتحر, انتحر, أقتل نفسي, اقتل نفسي, أريد أن أموت, اريد الموت, إيذاء نفسي, سأقتلكم,
        intihar*, kendimi öldür*, canıma kıy*, ölmek istiyorum, yaşamak istemiyorum, sizi öldür*
    """,
    "fraud": """
        fraud, fraudulent, fraudster*, scam, scams, scammed, scammer*, scamming, phishing, hacked, hacker*, hack,
        hacking,
        identity theft, stolen identity, unauthorised, unauthorized, without my permission, without my consent, my
        approval,
        somebody used my, someone used my, someone is using my, somebody is using my, someone else used my, someone
        opened,
        someone stole my, somebody stole my, card was stolen, card has been stolen, card stolen, stolen card, cloned,
        account was taken over, taken over my account, impersonat*, is logged in as me,
        betrug, betrogen, betrüger*, gehackt, hacker, kartendiebstahl, karte gestohlen, karte geklaut, karte wurde
        gestohlen,
        ohne meine zustimmung, ohne meine erlaubnis, missbraucht, identitätsdiebstahl,
        fraude, frauduleux, frauduleuse, arnaque, arnaqué, arnaquée, escroc*, piraté, piratée, usurpation, volé ma
        carte,
        carte volée, sans mon accord, hameçonnage,
        fraudulent*, estafa, estafado, estafada, estafador*, timo, hackeado, hackeada, hackearon, me robaron, robaron
        mi,
        tarjeta robada, sin mi permiso, sin mi autorización, suplant*,
        frode, frodi, truffa, truffato, truffata, truffator*, hackerato, hackerata, carta rubata, rubato la carta,
        senza il mio consenso, rubato la mia,
        oplichting, opgelicht, oplichter*, bedrog, gehackt, gestolen pas, kaart gestolen, pas gestolen, zonder mijn
        toestemming,
        fraudeur*, identiteitsfraude,
        bedrägeri*, bedragare*, lurad, hackad, hackat, kort stulet, stulit mitt kort, stulet kort, utan mitt
        tillstånd, kapat,
        oszustw*, oszust*, oszukan*, wyłudz*, zhakowan*, włama*, skradzion*, ukradzion*, ukradł*, bez mojej zgody,
        golpe, golpista, fui enganado, fui enganada, hackeada, hackearam, clonado, clonaram, cartão roubado, roubaram
        meu,
        sem minha autorização, sem a minha autorização,
        धोखाधड़ी, धोखा, ठगी, फ्रॉड, हैक, dhokha*, thagi, froud, chori ho gaya, chori ho gayi, bina meri anumati,
        احتيال, احتيالي*, نصب, نصاب, محتال, سرقة, سرق, سرقت, مسروق*, اختراق, مخترق*, دون إذني, بدون إذني,
        dolandır*, sahtekar*, hacklen*, çalındı, çalınmış, izinsiz, oltalama
    """,
    "hardship": """
        no income, lost my income, lost my job, can t afford, cannot afford, can t pay, cannot pay, can not pay,
        unable to pay, struggling to
        pay,
        struggle to pay, can t keep up, cannot keep up, bankrupt*, insolven*, in debt, drowning in debt, debt adviser,
        debt counsel*, eviction, evicted, no money to pay, no money left, money is very tight, hard to pay, financial
        difficult*,
        financial hardship, been laid off, unemployed, made redundant, can t make ends meet,
        arbeitslos, job verloren, arbeit verloren, kann nicht zahlen, kann nicht bezahlen, nicht mehr zahlen,
        zahlungsunfähig,
        kein geld mehr, schulden, schuldnerberat*, pleite, insolvenz, privatinsolvenz, kann mir das nicht leisten,
        perdu mon emploi, perdu mon travail, chômage, peux pas payer, peux plus payer, surendett*, difficultés
        financières,
        perdido mi trabajo, perdí mi trabajo, perdí el trabajo, sin trabajo, desemplead*, no puedo pagar, no tengo
        dinero,
        deudas, dificultades económicas, en paro,
        perso il lavoro, disoccupat*, non posso pagare, non riesco a pagare, difficoltà economiche, debiti, senza
        soldi,
        baan kwijt, baan verloren, werkloos, kan niet betalen, niet meer betalen, schulden, geldproblemen,
        schuldhulp*,
        förlorat jobbet, arbetslös, kan inte betala, har inte råd, skuldsatt, inga pengar,
        straciłem pracę, straciłam pracę, bezrobotn*, nie mogę zapłacić, nie stać mnie, nie mam pieniędzy, długi,
        zadłuż*,
        perdi meu emprego, perdi o emprego, desempregad*, não consigo pagar, não posso pagar, sem dinheiro, dívidas,
        नौकरी चली गई, नौकरी छूट गई, पैसे नहीं हैं, भुगतान नहीं कर सकता, भुगतान नहीं कर सकती, कर्ज़, naukri chali gayi,
        naukri chhut gayi, paise nahi hai, paise nahi hain, pay nahi kar sakta, pay nahi kar sakti, karz,
        فقدت عملي, فقدت وظيفتي, عاطل, لا أستطيع الدفع, لا استطيع الدفع, ليس لدي مال, ديون, ضائقة مالية,
        işimi kaybettim, işsiz*, ödeyemiyorum, ödeyemem, param yok, borç batağı, iflas
    """,
    "legal": """
        lawyer*, solicitor*, attorney*, sue you, suing, take you to court, go to court, legal action, small claims,
        court case,
        press charges, police report, going to the police, subpoena, lawsuit*,
        anwalt*, anwältin, rechtsanwalt*, verklage*, klage einreichen, vor gericht, gericht, anzeige erstatten,
        strafanzeige,
        avocat*, tribunal, porter plainte, justice, poursuivre en justice, mise en demeure, huissier,
        abogad*, demandar*, juicio, juzgado, tribunales, denuncia*, denunciar*, acciones legales,
        avvocat*, tribunale, causa legale, vie legali, denuncerò, denunciare, querela,
        advocaat, rechtbank, rechter, aanklagen, juridische stappen, aangifte, deurwaarder,
        advokat*, domstol*, stämma, polisanmäla*, polisanmälan, rättsliga, jurist,
        prawnik*, adwokat*, do sądu, sąd, sądowi, pozew, pozwę, na policję, komornik*,
        advogad*, processar, tribunal, na justiça, procon, ação judicial, boletim de ocorrência,
        वकील, अदालत, मुकदमा, कोर्ट, पुलिस, vakil, vakeel, adalat, mukadma, court jaunga, court jaungi, police
        complaint,
        محام, محامي, المحامي, محكمة, المحكمة, مقاضاة, سأقاضي*, دعوى, الشرطة, شرطة, بالشرطة, للشرطة,
        avukat*, mahkeme*, dava*, savcılık*, yasal yollara, hukuki
    """,
    "complaint": """
        complaint, complaints, complain, complaining, ombudsman, ombudsperson,
        beschwerde*, beschweren, beschwere, ombudsmann, schlichtungsstelle,
        plainte, réclamation*, médiateur,
        queja, quejas, quejarme, reclamación, reclamaciones, reclamo, hoja de reclamaciones,
        reclamo, reclami, lamentela, lamentarmi,
        klacht*, klagen, ombudsman,
        klagomål*, klaga, reklamera, anmäla er,
        skarg*, reklamacj*, zażaleni*, rzecznik*,
        reclamação, reclamações, reclamar, queixa, ouvidoria,
        शिकायत, shikayat, shikaayat,
        شكوى, الشكوى, شكاوى, أشتكي, اشتكي,
        şikayet*, şikâyet*
    """,
}

WORDS = {
    "harm": "The customer's words may speak of danger to a life.",
    "fraud": "The customer speaks of fraud or theft.",
    "hardship": "The customer may not be able to pay.",
    "legal": "The customer speaks of legal steps.",
    "complaint": "The customer wants to complain.",
}
TOPICS = {"harm": "general", "fraud": "fraud", "hardship": "payments", "legal": "complaints", "complaint": "complaints"}


def matter(text: str) -> str | None:
    """The gravest listed matter that the text touches: harm, fraud, hardship, legal, complaint; None for daily ones."""
    said = f" {fold(text)} "
    return next((name for name in _SAYINGS if _pattern(name).search(said)), None)


@cache
def _pattern(name: str) -> re.Pattern[str]:
    sayings = (saying.strip() for saying in _SAYINGS[name].replace("\n", " ").split(","))
    parts = {_part(saying) for saying in sayings if saying}
    return re.compile(f" (?:{'|'.join(sorted(parts))}) ")


def _part(saying: str) -> str:
    ending = r"\S*" if saying.endswith("*") else ""
    return re.escape(fold(saying)).replace(r"\ ", " ") + ending
