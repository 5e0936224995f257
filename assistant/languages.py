"""Which language a customer writes."""

from collections import Counter
from functools import cache
from typing import Any

from assistant.words import fold

OFFERED = ("en", "de", "fr", "es", "it", "nl", "sv", "pl", "pt", "hi", "ar", "tr")
LOYALTY = 0.7  # words' worth of doubt before a conversation changes its language

_COMMON = {
    "en": "the my is i you what how where can please hello hi thanks thank want need have not it do when why yes no",
    "de": "ich mein meine ist nicht wie wo wann warum bitte danke hallo und der die das ein eine habe möchte ja nein",
    "fr": "je mon ma est pas comment où quand pourquoi merci bonjour salut le la les un une veux et oui non vous mes",
    "es": "mi es como donde cuando por que gracias hola el la los un una quiero y tengo sí no puedo favor está mis",
    "it": "il mio mia come dove quando perché grazie ciao buongiorno un una voglio ho non sono vorrei sì posso della",
    "nl": "ik mijn is niet hoe waar wanneer waarom alstublieft dank hallo het een wil heb kan ja nee bedankt hoi mij",
    "sv": "jag min mitt är inte hur var när varför tack hej det en ett vill har kan ja nej och mina snälla",
    "pl": "moja mój jest nie jak gdzie kiedy dlaczego proszę dziękuję cześć chcę mam czy na się tak dzień dobry",
    "pt": "meu minha é não como onde quando porque obrigado obrigada olá oi um uma quero tenho sim posso favor meus",
    "hi": "mera meri mujhe hai nahi kaise kahan kab kyu kyun namaste chahiye main hain kya ka mere paisa"
    " baat karni karna karao karwa kisi",
    "tr": "benim bir ve ne nasıl nerede neden lütfen merhaba teşekkürler istiyorum var yok değil için mi evet hayır",
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
    said = fold(text).split()[:60]
    if not said:
        return so_far[:2].lower()
    votes: dict[str, float] = {so_far[:2].lower(): LOYALTY}
    for word in said:
        for language in _BY_WORD.get(word, ()):
            votes[language] = votes.get(language, 0.0) + 1 / len(_BY_WORD[word])
    language, sure = _by_letters(" ".join(text[:400].split()))
    votes[language] = votes.get(language, 0.0) + sure * min(2.0, len(said) * 0.3)
    return max(votes, key=lambda language: votes[language])


def _by_script(text: str) -> str | None:
    letters = Counter(_script(c) for c in text[:400] if c.isalpha())
    letters.pop("", None)
    most = letters.most_common(1)
    return most[0][0] if most and most[0][1] * 2 >= sum(c.isalpha() for c in text[:400]) else None


def _script(character: str) -> str:
    if "\u0600" <= character <= "\u06ff":
        return "ar"
    return "hi" if "\u0900" <= character <= "\u097f" else ""


def _by_letters(text: str) -> tuple[str, float]:
    language, sure = _identifier().classify(text)
    return str(language), float(sure)


@cache
def _identifier() -> Any:
    from py3langid.langid import MODEL_FILE, LanguageIdentifier  # loads numpy and 2 MB: only when needed

    identifier = LanguageIdentifier.from_model_file(MODEL_FILE, norm_probs=True)
    identifier.set_languages(list(OFFERED))
    return identifier
