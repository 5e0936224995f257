"""Words that say nothing, and words that say the same, in the languages of the help articles.

Every group is one idea of buying, paying and being helped; its first word stands for all. Two words joined by `_` are
read as one.
"""

import re

from assistant.words import fold, stem

FILLERS = frozenset(
    fold(
        """eur euro euros never nothing nobody nie nichts niemand able unable possible hasn hadn wasn weren shouldn
        wouldn actually reason a about after again ago all already also am an and any anything anyhow are as at back
        be been before being but by can cannot come could couldn d did didn do does doesn doing don even ever
        exactly few for from get gets getting go goes going gone got had happen happens has have haven having he
        hello help her hey hi him his how however i if im in into is isn it its just keep know let like ll long look
        m make many may maybe me might mine more much must my myself need needs new no not now of off often oh ok
        okay on once one only onto or other our out over own please pls put quite really re right s said same say
        says see seem seems she should so some somehow something still such t tell direct directly than thank thanks
        that the their shall them then there these they thing things think this those though thought through till to
        too try trying up us use used using ve very want wanted wants was way we well were what whatever when where
        whether which while who why will wish with within without won would yes yet you your yours aber alle alles
        als auch auf aus bei beim bin bis bist bitte da danke dann das dass dein deine dem den denn der des die dies
        diese dieser dir doch du durch ein eine einem einen einer eines er es etwas euch euer für gerade gern haben
        hab habe hallo hat hatte hier ich ihr ihre ins ist ja jetzt kann kannst kein keine können machen man mein
        meine meinem meinen meiner mich mir mit möchte muss müssen nach nicht noch nun nur ob obwohl oder schon sehr
        sein seine sich sie sind soll sollte um und uns unser vom von vor wann war warum wegen weil welche wenn wer
        werde werden wie wieder wieso wir wird wo woher wurde zu zum zur über"""
    ).split()
)

_GROUPS = """
    refund refunded refunding reimburse reimbursed reimbursement money_back cash_back chargeback erstattung
        rückerstattung
        erstatten erstattet rückzahlung gutschrift geld_zurück
    return returned returning send_back sent_back sending_back give_back gave_back giving_back post_back bring_back
        rücksendung
        rückgabe retoure zurückschicken zurückgeschickt zurücksenden zurückgesendet zurückgeben
    pay paid pays paying payment payments settle bezahlen zahlen bezahlt gezahlt zahlung begleichen zahle
    card cards debitcard plastic karte visa mastercard
    shop shops store stores merchant merchants seller sellers retailer retailers vendor website webshop händler laden
        verkäufer geschäft
    parcel parcels package packages paket päckchen sendung
    order orders ordered bestellung bestellt bestellen
    purchase purchases buy buying bought kauf gekauft einkauf kaufen
    deliver delivery delivered delivering shipping ship handed_over lieferung geliefert zustellung courier
        carrier zusteller
        lieferdienst
    arrive arrived arrives arriving arrival came received receive ankommen angekommen
    cancel cancelled canceled cancellation cancelling call_off called_off undo revoke stornieren storno kündigen
        abbestellen
    invoice invoices bill bills rechnung rechnungen
    fee fees cost costs surcharge price expensive gebühr gebühren kosten kostet
    charge charged debit debited deduct deducted taken withdraw_money abgebucht abbuchung belastet abbuchen
    twice double doubled duplicate duplicated two_times doppelt zweimal
    instalment instalments installment installments part parts raten rate ratenzahlung thirds
    three 3 drei
    plan plans financing finance loan finanzierung
    interest apr zins zinsen
    due deadline due_date fällig fälligkeit frist
    late later overdue delayed delay postpone postponed extend extension prolong verschieben verspätet später
    pause paused pausing hold on_hold suspend pausieren aussetzen anhalten
    reminder reminders dunning mahnung mahnungen mahn
    collection collector collectors debt_collector inkasso collections
    limit limits allowance credit_line kreditrahmen
    raise raised increase higher erhöhen
    decline declined reject rejected rejection refuse refused denied deny not_approved didn_approve abgelehnt
        ablehnung
    fail failed fails failing bounce bounced fehlgeschlagen gescheitert
    log_in log_on sign_in signing_in login logging_in logged_in anmelden anmeldung einloggen anmelde access passcode
        password
        passwort kennwort
    code codes otp sms text_message digit digits
    lock locked lock_out locked_out blocked block gesperrt sperren
    account accounts profile konto profil
    delete deleted deletion remove erase erased löschen gelöscht
    close closing closed terminate shut_down shut deactivate schließen auflösen
    email e_mail emails mails mail inbox
    phone mobile cellphone smartphone sim telephone handy telefon handynummer
    number numbers nummer
    address addresses street moved moving house adresse anschrift umgezogen
    name surname names last_name married marriage nachname namen
    change changed changing update updated edit modify switch ändern geändert änderung wechseln
    identity id passport verify verified verification identification selfie ausweis identität
    pin pincode pin_code geheimzahl
    freeze frozen unfreeze
    lost lose losing misplaced missing_card verloren
    steal stolen stole theft thief robbed gestohlen geklaut geldbörse wallet
    fraud fraudulent scam scammed scammer fraudster fake phishing suspicious spoof betrug betrüger
    unknown unrecognised unrecognized not_recognise not_recognize don_recognise don_recognize don_know never_made
        never_bought
        not_mine unfamiliar unbekannt nicht_von nicht_kenne kenne_nicht recognise recognize
    hack hacked hacker misused compromised unauthorised unauthorized gehackt
    dispute disputes case contest contesting claim reklamation streitfall
    problem problems issue issues trouble schwierigkeit
    complaint complaints complain complaining beschwerde beschweren
    ombudsman authority regulator independent schlichtung ombudsmann
    faulty broken defective defect damaged damage works_no stopped_working doesn_work kaputt defekt beschädigt
    wrong incorrect different falsch
    item items article articles goods product products artikel ware waren
    missing incomplete lacking fehlt
    exchange exchanged swap umtauschen umtausch
    size sizes bigger smaller größe
    colour color farbe
    label labels rücksendeetikett etikett
    postage porto
    receipt receipts beleg
    statement statements overview summary übersicht yearly annual year jährlich
    abroad foreign overseas travel travelling vacation holiday country countries ausland land
        austria belgium bulgaria croatia cyprus czechia denmark england estonia europe finland france germany greece
        hungary iceland ireland italy latvia lithuania luxembourg malta netherlands norway poland portugal romania
        scotland slovakia slovenia spain sweden switzerland turkey ukraine uk usa america canada mexico brazil japan
        china india thailand australia africa egypt morocco international internationally worldwide
        österreich schweiz deutschland frankreich italien spanien türkei urlaub reise
    currency currencies dollar dollars rate_of exchange_rate conversion wechselkurs
    cash atm cashpoint machine withdrawal withdraw withdrawing bargeld geldautomat
    transfer transfers wire wired transferred überweisung überweisen iban bank_details
    bank banks
    reference verwendungszweck
    data dsgvo gdpr information daten
    privacy privat datenschutz
    share shared third_party third_parties pass_on
    chat conversation chats
    kept gespeichert
    person human staff agent representative mitarbeiter mensch
    subscription subscriptions subscribe membership abo abonnement
    stop stopping quit end aufhören beenden
    notification notifications push message messages nachricht benachrichtigung
    offers marketing advertising newsletter werbung
    voucher vouchers discount coupon coupons promo gutschein rabatt discount_code promo_code
    gift gift_card geschenk geschenkkarte
    age old_enough minimum_age adult years_old alter minor teenager 18
    family wife husband partner spouse child familie
    score schufa bureau credit_check bonität
    early earlier ahead ahead_of sooner vorzeitig prepay in_advance
    partial partially teilweise
    less lower smaller_than weniger
    amount total sum betrag summe
    month monthly months monat monatlich
    money funds geld
    salary wage wages payday gehalt
    job income unemployed afford hardship tight jobless arbeitslos
    track tracking trace traced nachverfolgen
    find locate finden
    someone somebody anyone anybody jemand
    left remaining outstanding owe owed offen übrig
    saved stored gespeichert hinterlegt
    decision decided decide outcome verdict entscheidung
    confirm confirmed confirmation acknowledge acknowledged register bestätigen bestätigt bestätigung
    expire expired expires expiry abgelaufen
    replace replacement replaced ersatz ersetzen
    delivered_not marked_delivered says_delivered
    neighbour neighbor nachbar
    hour hours time times zeit
    day days tag tage
    free kostenlos gratis
    open_an sign_up register_for create
    checkout kasse till terminal supermarket
"""

NEGATIONS = frozenset(
    fold(
        """
        not no never cannot cant don didn doesn isn hasn haven won wasn aren couldn didnt doesnt isnt hasnt havent
        dont wont wasnt without nothing nobody nicht kein keine keinen nie nichts niemand
    """
    ).split()
)
# Where money comes back, these say nothing of a parcel.
OF_PARCELS = frozenset({"absent", "arriv", "not arriv"})
IRREGULAR = {
    "spent": "spend",
    "forgotten": "forget",
    "forgot": "forget",
    "sent": "send",
    "broke": "broken",
    "wrote": "write",
    "stored": "kept",
    "rating": "score",
    "quittung": "beleg",
}


def _read_groups() -> tuple[dict[str, str], dict[tuple[str, str], str]]:
    """From each word's stem, and from each pair of words, to the word that stands for its group."""
    singles: dict[str, str] = {}
    pairs: dict[tuple[str, str], str] = {}
    first = ""
    for line in _GROUPS.splitlines():
        members = line.split()
        if not members:
            continue
        if not line.startswith("        "):
            first = stem(fold(members[0]).replace(" ", ""))
        for member in members:
            whole = fold(member).split()
            if len(whole) == 1:
                singles.setdefault(stem(whole[0]), first)
            else:
                pairs[whole[0], whole[1]] = first
    return singles, pairs


SYNONYMS, PAIRS = _read_groups()

# Ways of saying one thing in many words, found in folded text: each adds a group's word to those it is made of.
_NOT = r"(?:not|never|no|n t|\w+n t|didnt|hasnt|havent|isnt|dont|doesnt|cant|cannot|nothing|nicht|kein\w*|nie|nichts)"
_COME = (
    r"arriv\w+|c[oa]me|com\w+|receiv\w+|got\w*|show\w*|turn\w* up|here|there|find|see|appear\w*|reach\w*"
    r"|angekommen|da|erhalten|bekommen"
)
_MINE = (
    r"mak\w+|made|do|did|done|set up|authori[sz]\w+|recogni[sz]\w+|buy|bought|approv\w+|know|remember|recall"
    r"|perform\w*|mine|me|familiar|kenn\w*|bestellt|gekauft|gemacht|von mir"
)
_SAYINGS = (
    ("hour", r"\bhow (?:long|soon|fast|quick\w*|many (?:\w+ )?days|much time|much longer)\b"),
    ("hour", r"\bwhen (?:will|do|does|is|are|can|should|would|did|must|s|am|exactly)\b|\bby when\b"),
    ("hour", r"\b(?:wann|wie lange|wie viele tage|bis wann|wie schnell)\b"),
    ("fee", r"\bhow much (?:does|do|is|are|will|would|it|for)\b|\bhow expensive\b"),
    ("fee", r"\bwas kostet\b|\b(?:all|any|extra) charges\b"),
    ("absent", rf"\b{_NOT} (?:\w+ ){{0,3}}(?:{_COME})\b|\bdisappeared\b|\bmissing\b"),
    ("absent", r"\bwhere (?:is|s|are|re|the hell|on earth) (?:my|the|our)\b"),
    ("absent", r"\bwo (?:ist|bleibt|sind) (?:mein\w*|das|die)\b"),
    ("absent", r"\b(?:wait|waiting|waited) (?:for|on)\b|\bwarte (?:\w+ )?auf\b"),
    ("lost", r"\b(?:can ?t|cannot|couldn t|unable to) (?:seem to )?(?:find|locate) (?:\w+ )?(?:card|wallet)\b"),
    ("lost", r"\b(?:left|dropped|forgot) (?:\w+ ){0,2}(?:card|wallet|purse)\b"),
    ("unknown", rf"\b{_NOT} (?:\w+ ){{0,2}}(?:{_MINE})\b|\bstrange\b|\bunfamiliar\b"),
    ("unknown", r"\b(?:un\w+ed|fraudulent|false) (?:\w+ )?(?:payments?|charges?|debits?|transactions?|withdrawals?)\b"),
    ("unknown", rf"\b{_NOT} (?:\w+ )?withdr\w+\b|\b(?:but|though) i (?:did not|didn t|never did)\b"),
    ("unknown", r"\b(?:never|no idea) (?:\w+ ){0,2}(?:ordered|made|bought|did|was|what|who)\b"),
    ("pay", r"\b(?:charged?|debited|billed)\b"),
    ("login", rf"\b{_NOT} (?:\w+ ){{0,2}}(?:get in|get into|enter|access)\b|\bget (?:back )?in(?:to)?\b"),
    ("login", r"\bkomm\w* (?:\w+ ){0,2}nicht (?:\w+ ){0,3}(?:rein|hinein)\b|\b(?:konto|app) (?:rein|hinein)\b"),
    (
        "fault",
        r"\b(?:not|n t|\w+n t|cannot|unable|cant) (?:\w+ ){0,3}use (?:my|the) (?:\w+ )?card\b|\bnon functional\b",
    ),
    ("fault", rf"\b{_NOT} (?:\w+ )?(?:work\w*|function\w*|turn on|funktioniert)\b|\bstop\w* working\b|\bgeht nicht\b"),
    ("declin", rf"\b{_NOT} accept\w*\b"),
    ("declin", r"\b(?:says?|said|saying) no\b|\bgot a no\b|\bnot accepted\b"),
    ("fail", rf"\b{_NOT} (?:\w+ )?(?:go|went|gone) through\b"),
    ("fail", rf"\b{_NOT} (?:be )?(?:taken|processed|completed)\b"),
    ("twic", r"\b(?:two|2|three|multiple|several) times\b|\bmore than once\b|\b(?:again|second time)$|\b2x\b"),
    ("refund", r"\b(?:get|got|give|gave|given|want|have|see|receive\w*|my) (?:\w+ ){0,3}money (?:\w+ )?back\b"),
    ("refund", r"\bmoney returned\b|\bgeld (?:\w+ ){0,4}(?:zuruck|wieder)\b"),
    ("return", r"\b(?:sen[dt]|sending|gave|give|giving|took|take|bring) (?:\w+ ){1,4}back\b|\bzuruck ?(?:ge)?s\w+\b"),
    ("earl", r"\b(?:right now|in full|whole thing|everything at once|all at once|before (?:the )?due)\b"),
    ("lat", r"\b(?:more time|few (?:more )?days|bit later|next (?:week|month|payday)|until (?:my )?pay(?:day)?)\b"),
    ("identit", r"\b(?:prove|check|confirm) (?:\w+ ){0,2}(?:identity|id|who i am)\b|\bpicture of my\b"),
    (
        "fee",
        r"\b(?:charg\w+|pay) (?:\w+ ){0,4}(?:extra|for (?:using|taking|making|withdr\w+|paying|atm|cash)|withdr\w+)\b",
    ),
    ("fee", r"\bextra charges?\b|\bcharges? (?:on|for|when|from) (?:\w+ ){0,4}(?:withdr\w+|cash|atm)\b"),
    ("cash", r"\b(?:t[ao]ke|took|taking|taken) (?:\w+ ){0,3}(?:out|money from)\b|\bwithdr\w+\b"),
    ("card kept", r"\b(?:swallow\w*|ate|eat\w*|retain\w*|kept|keep|stuck) (?:\w+ ){0,4}cards?\b"),
    (
        "card kept",
        r"\bcards? (?:\w+ ){0,5}(?:swallowed|eaten|retained|kept|stuck|out of (?:the|an) (?:\w+ )?(?:atm|machine))\b",
    ),
    ("card post", r"\bcards? (?:\w+ ){0,6}(?:arriv\w+|deliver\w*|ship\w*|came|come|track\w*|here)\b"),
    ("card post", r"\b(?:track\w*|deliver\w*|wait\w*|receiv\w+|expect\w*|sent) (?:\w+ ){0,5}cards?\b"),
    (
        "leave us",
        r"\b(?:clos\w+|delet\w+|cancel\w*|terminat\w+|end|remov\w+|rid of|keep) (?:\w+ ){0,3}(?:account|membership)\b",
    ),
    ("leave us", r"\b(?:account|membership) (?:\w+ ){0,3}(?:closed|deleted|terminated|cancelled|removed|gone|away)\b"),
    (
        "lat",
        r"\b(?:more|extra|another) (?:few )?(?:days?|weeks?|month|time)\b|\b(?:days|weeks) (?:later|longer|more)\b",
    ),
    ("data", r"\b(?:everything|what|all) (?:you|lindenpay) (?:\w+ )?(?:knows?|ha\w+|store\w*|keep\w*) (?:about|on)\b"),
    ("age", r"\bhow old\b|\bold (?:do|must|should|enough)\b|\byears? old\b|\bunder 18\b"),
    ("age", r"\bmy (?:\w+ )?(?:son|daughter|child|kids?)\b"),
)
SAYINGS = tuple((meaning, re.compile(saying)) for meaning, saying in _SAYINGS)
