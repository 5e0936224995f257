"""Which language a customer writes."""

from collections import Counter
from functools import cache
from typing import Any

from assistant.words import fold

OFFERED = ("en", "de", "fr", "es", "it", "nl", "sv", "pl", "pt", "hi", "ar", "tr")
SURE_WORDS = 4  # with fewer, guessing from letters errs too often

_COMMON = {
    "en": "the my is i you what how where can please hello hi thanks thank want need have not it do when why yes no okay",
    "de": "ich mein meine ist nicht wie wo wann warum bitte danke hallo und der die das ein eine habe kann möchte ja nein",
    "fr": "je mon ma est pas comment où quand pourquoi merci bonjour salut le la les un une veux et oui non vous mes",
    "es": "mi es como donde cuando por que gracias hola el la los un una quiero y tengo sí no puedo favor está mis",
    "it": "il mio mia come dove quando perché grazie ciao buongiorno un una voglio ho non sono vorrei sì posso della che",
    "nl": "ik mijn is niet hoe waar wanneer waarom alstublieft dank hallo het een wil heb kan ja nee bedankt hoi mij",
    "sv": "jag min mitt är inte hur var när varför tack hej det en ett vill har kan ja nej och mina snälla",
    "pl": "moja mój jest nie jak gdzie kiedy dlaczego proszę dziękuję cześć chcę mam czy na się tak dzień dobry moje",
    "pt": "meu minha é não como onde quando porque obrigado obrigada olá oi um uma quero tenho sim posso por favor meus",
    "hi": "mera meri mujhe hai nahi kaise kahan kab kyu kyun namaste dhanyavaad chahiye main hain kya ka ki mere paisa",
    "tr": "benim bir ve ne nasıl nerede neden lütfen merhaba teşekkürler istiyorum var yok değil için mi evet hayır ben",
}
_BY_WORD: dict[str, set[str]] = {}
for _language, _words in _COMMON.items():
    for _word in fold(_words).split():
        _BY_WORD.setdefault(_word, set()).add(_language)


def detect(text: str, *, so_far: str = "en") -> str:
    """The language of the text; where it is too short or mixed to tell, the conversation's so far."""
    script = _by_script(text)
    if script:
        return script
    said = fold(text).split()
    known = Counter(language for word in said for language in _BY_WORD.get(word, ()))
    if known:
        best, count = max(known.items(), key=lambda pair: (pair[1], pair[0] == so_far[:2]))
        rivals = [language for language, n in known.items() if n == count]
        if so_far[:2] in rivals:
            return so_far[:2]
        if len(rivals) == 1 and (count >= 2 or len(said) <= SURE_WORDS):
            return best
    if len(said) < SURE_WORDS:
        return so_far[:2]
    return _by_letters(" ".join(said))


def _by_script(text: str) -> str | None:
    letters = Counter(_script(c) for c in text[:400] if c.isalpha())
    letters.pop("", None)
    most = letters.most_common(1)
    return most[0][0] if most and most[0][1] * 2 >= sum(c.isalpha() for c in text[:400]) else None


def _script(character: str) -> str:
    if "\u0600" <= character <= "\u06ff":
        return "ar"
    return "hi" if "\u0900" <= character <= "\u097f" else ""


def _by_letters(text: str) -> str:
    language, _ = _identifier().classify(text)
    return str(language)


@cache
def _identifier() -> Any:
    from py3langid.langid import MODEL_FILE, LanguageIdentifier

    identifier = LanguageIdentifier.from_pickled_model(MODEL_FILE)
    identifier.set_languages(list(OFFERED))
    return identifier
