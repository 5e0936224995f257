"""Hellos, thanks, goodbyes and the like: lines that ask nothing of the help articles."""

import re
from functools import cache

from assistant.words import fold

_HELLO = """
    hi hii hiii hello helo hey heya hallo hullo good morning afternoon evening day there moin servus guten tag
    morgen abend grüß gott bonjour bonsoir salut coucou hola buenas buenos días tardes noches ciao buongiorno
    buonasera salve goedemorgen goedemiddag goedenavond hoi dag hej hejsan god tjena dzień dobry cześć witam olá
    oi bom dia boa tarde noite namaste namaskar नमस्ते नमस्कार مرحبا أهلا اهلا السلام عليكم صباح مساء الخير سلام
    merhaba selam günaydın iyi günler akşamlar linden team sir madam greetings dear
"""
_THANKS = """
    thanks thank you thx ty cheers much so very many a lot great perfect appreciated appreciate it danke
    dankeschön vielen dank schön sehr merci beaucoup bien gracias muchas mil grazie mille tante dank je u wel
    bedankt hartelijk tack så mycket stort dziękuję dzięki bardzo obrigado obrigada muito dhanyavaad shukriya
    धन्यवाद शुक्रिया شكرا جزيلا لك teşekkürler teşekkür ederim sağol sağ olun ok okay super prima toll for your
    help the that was helpful
"""
_THANKS_NEEDED = """
    thanks thank thx ty cheers appreciated appreciate danke dankeschön dank merci gracias grazie bedankt tack
    dziękuję dzięki obrigado obrigada dhanyavaad shukriya धन्यवाद शुक्रिया شكرا teşekkürler teşekkür sağol sağ
    helpful
"""
_BYE = """
    bye goodbye bb cya see you later have a nice good day night ciao tschüss tschüs auf wiedersehen bis dann
    später au revoir à bientôt adiós hasta luego arrivederci tot ziens doei hej då hejdå do widzenia pa tchau até
    logo adeus alvida अलविदा مع السلامة وداعا إلى اللقاء hoşça kalın görüşürüz güle
"""
_BYE_NEEDED = """
    bye goodbye cya tschüss tschüs wiedersehen revoir bientôt adiós luego arrivederci ziens doei hejdå då widzenia
    tchau adeus logo alvida अलविदा السلامة وداعا اللقاء hoşça görüşürüz güle night
"""
_MORE = """
    ok okay k yes yeah yep no nope sure alright fine right i see understood got it ja nein gut verstanden gut oui
    non d accord bien sí si vale claro sì va bene okej nee goed jo nej bra tak nie dobrze rozumiem sim não nao
    certo haan ha nahi theek hai हाँ नहीं ठीक है نعم لا حسنا طيب evet hayır tamam peki hmm hm ah oh please help
    hilfe aide ayuda aiuto hulp hjälp pomocy ajuda madad मदद مساعدة yardım me question i have a need frage
    question pregunta domanda vraag fråga pytanie pergunta سؤال soru test testing i my lol haha
"""
_IDENTITY = re.compile(
    r"\b(?:(?:are|r) (?:you|u|we|this)|is (?:this|that|it)|am i (?:talking|speaking|chatting|writing)|who are you"
    r"|what are you)\b(?:(?! (?:help|about)).){0,40}\b(?:bot|robot|human|person|real|ai|machine|computer|program"
    r"|chatbot|someone)\b"
    r"|^(?:who|what) are you$|^(?:bist du|sind sie) .{0,20}(?:mensch|bot|roboter|ki|maschine|echt\w*)\b"
    r"|^(?:wer|was) bist du$"
    r"|^(?:es tu|etes vous|vous etes|tu es) .{0,20}(?:humain\w*|robot|bot|ia|personne)\b|^qui (?:es tu|etes vous)$"
    r"|^(?:eres|es usted) .{0,20}(?:humano|robot|bot|ia|persona\w*)\b|^quien eres$"
    r"|^sei .{0,20}(?:umano|robot|bot|ia|persona)\b|^chi sei$|^ben je .{0,20}(?:mens|robot|bot|ai)\b|^wie ben je$"
    r"|^ar du .{0,20}(?:manniska|robot|bot|ai)\b|^vem ar du$|^(?:czy )?jestes .{0,20}(?:czlowiekiem|botem|robotem)\b"
    r"|^(?:voce e|es) .{0,20}(?:humano|robo|bot|pessoa)\b|^(?:kya )?(?:aap|tum) .{0,20}(?:insaan|robot|bot)\b"
    r"|^(?:sen|siz) .{0,20}(?:insan|robot|bot)\b|^(?:bot|robot) m[iu]sun\w*$|^insan misin\w*$"
    r"|^هل (?:انت|أنت) .{0,20}(?:انسان|روبوت|بوت)"
)
_NO_HELP = """
    that didn t help, that did not help, this didn t help, didn t help, does not help, doesn t help, doesn t
    answer my question, not what i asked, not helpful, unhelpful, that s not it, wrong answer, you don t
    understand, you didn t understand, not my question, useless, das hilft nicht, hilft mir nicht, nicht meine
    frage, das war nicht meine frage, falsche antwort, ça ne m aide pas, cela ne m aide pas, ce n est pas ma
    question, no me ayuda, no me sirve, eso no es lo que pregunté, non mi aiuta, non è quello che ho chiesto, dat
    helpt niet, niet mijn vraag, det hjälper inte, inte min fråga, to nie pomaga, nie o to pytałem, nie o to
    pytałam, não ajuda, não ajudou, não foi isso que perguntei, isse madad nahi, मदद नहीं मिली, هذا لا يساعد, لم
    يساعدني, yardımcı olmadı, bunu sormadım
"""


def kind(text: str) -> str | None:
    """What a line without a question is: hello, thanks, bye, identity (are you real?) or more; None for all others."""
    folded = fold(text)
    said = folded.split()
    if _IDENTITY.search(folded):
        return "identity"
    if not said:
        return "more"
    if len(said) > 10:
        return None
    if _only(said, _HELLO):
        return "hello"
    if _only(said, _THANKS + _HELLO + _BYE) and _words(_THANKS_NEEDED) & set(said):
        return "thanks"
    if _only(said, _BYE + _HELLO) and _words(_BYE_NEEDED) & set(said):
        return "bye"
    return "more" if _only(said, _MORE + _HELLO) or not any(word.isalpha() and len(word) > 1 for word in said) else None


def says_no_help(text: str) -> bool:
    """Whether the customer says that the answer did not help."""
    return any(f" {saying} " in f" {fold(text)} " for saying in _sayings())


def _only(said: list[str], listed: str) -> bool:
    return set(said) <= _words(listed)


@cache
def _words(listed: str) -> frozenset[str]:
    return frozenset(fold(listed).split())


@cache
def _sayings() -> tuple[str, ...]:
    return tuple(fold(saying) for saying in _NO_HELP.split(",") if saying.strip())
