"""The assistant's fixed sentences, by language; English where a language has none."""

_SAID: dict[str, dict[str, str]] = {
    "greeting": {
        "en": "Hello, I am {assistant}, the AI assistant of {brand}. Ask me anything, or ask for a person at any time.",
        "de": "Hallo, ich bin {assistant}, der KI-Assistent von {brand}. Fragen Sie mich, oder bitten Sie jederzeit um einen Menschen.",
    },
    "asked_for_person": {
        "en": "I have asked for a person. You can keep writing; they will see it.",
        "de": "Ich habe einen Menschen dazugebeten. Sie können weiterschreiben; alles wird gelesen.",
    },
    "unsure": {
        "en": "I am not sure about this, so I have asked for a person. You can keep writing; they will see it.",
        "de": "Da bin ich mir nicht sicher und habe einen Menschen dazugebeten. Sie können weiterschreiben.",
    },
}


def say(key: str, language: str, **values: str) -> str:
    """The sentence in this language, filled in."""
    told = _SAID[key]
    return told.get(language[:2].lower(), told["en"]).format(**values)
