"""When the assistant hands over, and what the person is given."""

import pytest

from assistant import handoff, sensitive
from assistant.providers import reply
from tests.assistant.conftest import Say

MATTERS = [
    ("harm", "I don't see a way out, I want to end my life"),
    ("harm", "Ich will mich umbringen"),
    ("harm", "je veux mourir, j'ai envie de mourir"),
    ("harm", "no quiero vivir"),
    ("harm", "voglio farla finita"),
    ("harm", "ik denk aan zelfmoord"),
    ("harm", "jag vill dö"),
    ("harm", "chcę umrzeć"),
    ("harm", "quero morrer"),
    ("harm", "मैं आत्महत्या करना चाहता हूँ"),
    ("harm", "أريد أن أموت"),
    ("harm", "ölmek istiyorum"),
    ("harm", "I will kill you all"),
    ("fraud", "someone used my card without my permission"),
    ("fraud", "I think I was scammed"),
    ("fraud", "Meine Karte wurde gestohlen"),
    ("fraud", "c'est une arnaque"),
    ("fraud", "me robaron la tarjeta"),
    ("fraud", "sono stato truffato"),
    ("fraud", "ik ben opgelicht"),
    ("fraud", "det är bedrägeri"),
    ("fraud", "ktoś ukradł mi kartę"),
    ("fraud", "caí em um golpe"),
    ("fraud", "मेरे साथ धोखाधड़ी हुई"),
    ("fraud", "تعرضت لعملية احتيال"),
    ("fraud", "dolandırıldım"),
    ("hardship", "I lost my job and can't pay"),
    ("hardship", "Ich bin arbeitslos und kann nicht zahlen"),
    ("hardship", "je ne peux plus payer"),
    ("hardship", "no puedo pagar este mes"),
    ("hardship", "non riesco a pagare"),
    ("hardship", "ik ben werkloos"),
    ("hardship", "jag har inte råd"),
    ("hardship", "nie mam pieniędzy"),
    ("hardship", "não consigo pagar"),
    ("hardship", "meri naukri chali gayi"),
    ("hardship", "لا أستطيع الدفع"),
    ("hardship", "işsizim, ödeyemiyorum"),
    ("legal", "you will hear from my lawyer"),
    ("legal", "ich gehe zum Anwalt"),
    ("legal", "je vais porter plainte"),
    ("legal", "voy a poner una denuncia"),
    ("legal", "sentirete il mio avvocato"),
    ("legal", "ik stap naar de rechter"),
    ("legal", "jag kontaktar en advokat"),
    ("legal", "pójdę do sądu"),
    ("legal", "vou processar vocês"),
    ("legal", "मैं वकील से मिलूँगा"),
    ("legal", "سأتصل بالشرطة"),
    ("legal", "avukatıma gideceğim"),
    ("complaint", "I want to make a complaint"),
    ("complaint", "Ich möchte mich beschweren"),
    ("complaint", "quiero poner una queja"),
    ("complaint", "voglio fare un reclamo"),
    ("complaint", "ik heb een klacht"),
    ("complaint", "jag vill framföra ett klagomål"),
    ("complaint", "chcę złożyć skargę"),
    ("complaint", "quero fazer uma reclamação"),
    ("complaint", "mujhe shikayat karni hai"),
    ("complaint", "أريد تقديم شكوى"),
    ("complaint", "şikayetim var"),
]
DAILY = [
    "when will I get my refund", "the shop killed my discount code", "how do I pay", "where is my parcel",
    "Wann ist die Rechnung fällig?", "¿dónde está mi paquete?", "où est mon colis ?", "I die of boredom in this queue",
    "does a monthly plan have interest", "can I return shoes", "what is the courtesy period", "my pin is locked",
]  # fmt: skip


@pytest.mark.parametrize(("matter", "text"), MATTERS, ids=[text for _, text in MATTERS])
def test_matters_for_people_are_handed_over_with_their_topic(say: Say, matter: str, text: str) -> None:
    said = reply(say(text))

    assert sensitive.matter(text) == matter
    assert said.hand_off
    assert said.hand_off.reason in ("sensitive", "asked")
    if said.hand_off.reason == "sensitive":
        assert said.hand_off.topic == sensitive.TOPICS[matter]
        assert said.hand_off.reason_words == sensitive.WORDS[matter]


@pytest.mark.parametrize("text", DAILY)
def test_daily_matters_are_not_taken_for_them(text: str) -> None:
    assert sensitive.matter(text) is None


def test_danger_comes_before_everything_and_names_the_emergency_number(say: Say) -> None:
    said = reply(say("let me talk to a human or I kill myself"))

    assert said.hand_off
    assert said.hand_off.reason == "sensitive"
    assert "112" in said.text


def test_a_stolen_card_is_handed_over_with_what_to_do_until_then(say: Say) -> None:
    said = reply(say("my card was stolen"))

    assert said.hand_off
    assert [source.slug for source in said.sources] == ["lost-card"]
    assert "Freeze" in said.text


def test_the_same_article_is_not_shown_twice(say: Say) -> None:
    said = reply(
        say("so when does the refund arrive", before=("how long does a refund take",), shown=("refund-times",))
    )

    assert said.hand_off
    assert (said.hand_off.reason, said.hand_off.tried) == ("repeated", ("refund-times",))


def test_the_same_question_again_is_handed_over(say: Say) -> None:
    said = reply(say("How do I change my PIN??", before=("how do i change my pin",)))

    assert said.hand_off
    assert said.hand_off.reason == "repeated"


def test_an_answer_that_did_not_help_is_not_followed_by_another(say: Say) -> None:
    said = reply(say("that didn't help", before=("how do i change my pin",), shown=("card-pin",)))

    assert said.hand_off
    assert said.hand_off.reason == "repeated"
    assert said.hand_off.goal == "that didn't help"


def test_the_packet_holds_the_customers_own_words(say: Say) -> None:
    turn = say("I want to talk to a person", before=("hi", "my refund of 40 EUR never came"), language="en")

    packet = handoff.packet(turn, reason="asked")

    assert packet.summary == "my refund of 40 EUR never came"
    assert packet.goal == "my refund of 40 EUR never came"
    assert (packet.topic, packet.language, packet.reason) == ("refunds", "en", "asked")
    assert packet.reason_words == "The customer asked for a person."


def test_what_the_customer_chose_is_not_guessed_over(say: Say) -> None:
    packet = handoff.packet(say("where is my refund"), reason="asked", language="sv", topic="delivery")

    assert (packet.language, packet.topic) == ("sv", "delivery")


def test_a_topic_without_people_becomes_the_general_one(index: object, say: Say) -> None:
    turn = say("where is my refund")
    narrow = type(turn)(turn.brand, turn.assistant, "en", turn.lines, turn.index, (), ("fraud",))

    assert handoff.packet(narrow, reason="asked").topic == "general"


def test_a_packet_is_short_and_plain_however_long_and_odd_the_words(say: Say) -> None:
    packet = handoff.packet(say("refund \u202e\x00" + "lorem ipsum " * 700), reason="unsure")

    assert len(packet.summary) <= handoff.SUMMARY_CHARACTERS
    assert len(packet.goal) <= handoff.SUMMARY_CHARACTERS
    assert not {"\u202e", "\x00"} & set(packet.summary + packet.goal)


def test_a_conversation_without_a_word_still_has_a_packet(say: Say) -> None:
    packet = handoff.packet(say(), reason="asked")

    assert (packet.summary, packet.goal, packet.topic) == ("", "", "general")
