"""`manage.py simulate`: what it prints, and what it says to words and files that make no sense. Without a database."""

import json
from datetime import date
from io import StringIO
from pathlib import Path
from xml.etree import ElementTree

import pytest
from django.core.management import CommandError, call_command

from dispatch.simulator import files
from dispatch.simulator.files import BadArrivalsError, Counted
from tests.real import real

TINY = ("--agents", "20", "--minutes", "3", "--workers", "1", "--seeds", "1-2")


def simulate(*words: str) -> str:
    out = StringIO()
    call_command("simulate", *words, stdout=out, stderr=StringIO())
    return out.getvalue()


def test_a_comparison_is_one_json_object_with_intervals(tmp_path: Path) -> None:
    told = json.loads(simulate(*TINY, "--load", "0.8", "--json", "--chart", str(tmp_path / "bars.svg")))

    (scene,) = told["scenes"]
    assert told["seeds"] == [1, 2]
    assert set(scene["policies"]) == {"round robin", "least loaded", "longest idle", "ours"}
    assert set(scene["against"]) == {"round robin", "least loaded", "longest idle"}
    p95 = scene["against"]["longest idle"]["p95_s"]
    assert p95["ratio"]["low"] <= p95["ratio"]["value"] <= p95["ratio"]["high"]
    drawn = ElementTree.parse(tmp_path / "bars.svg")
    assert len(drawn.findall(".//{http://www.w3.org/2000/svg}rect")) == 1 + 4 + 4 * 4


def test_the_same_words_say_the_same_again_in_any_number_of_processes() -> None:
    words = (*TINY, "--policies", "longest idle", "--load", "0.8", "--json")

    assert simulate(*words) == simulate(*words, "--workers", "2")


def test_a_what_if_prints_before_and_after() -> None:
    told = simulate(*TINY, "--load", "0.9", "--agents", "+10:fi", "--countdown", "20", "--incident", "30@refund:1",
                    "--auto-accept", "0.6", "--speed", "1.1", "--demand", "1.5",
                    "--policies", "longest idle")  # fmt: skip

    assert "what if 10 more agents with fi, a countdown of 20 s, an incident of 30@refund:1" in told
    assert "agents 1.1 times as quick, 1.5 times as many customers" in told
    assert [line.split()[0] for line in told.splitlines()[2:4]] == ["before", "after"]
    assert "against before: " in told


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (["--seeds", "5-1"], "--seeds is written 1-30 or 7"),
        (["--seeds", "1-99999"], "at most 1,000 of them"),
        (["--load", "much"], "--load is a number above 0"),
        (["--load", "nan"], "--load is a number above 0"),
        (["--agents", "0"], "--agents is written 300, [+]20 or [+]20:fi"),
        (["--agents", "+20:xx"], "customers speak en, de, es, fr, sv, fi, nobody xx"),
        (["--languages", "en=0.5,en=0.5"], "each once"),
        (["--languages", "en=-1"], "--languages is a number above 0"),
        (["--topics", "2.5"], "--topics is a whole number"),
        (["--policies", "coin toss"], "--policies are of round robin; "),
        (["--incident", "many@refund"], "--incident is written 400@refund"),
        (["--incident", "4@weather"], "the topics are delivery, "),
        (["--incident", "4@refund:900"], "minute 900 is later"),
        (["--speed", "0"], "--speed is a number above 0"),
        (["--demand", "0.05"], "--demand is at least 0.1"),
        (["--demand", "11"], "--demand is a number above 0 and at most 10"),
        (["--countdown", "-3"], "--countdown is a number above 0"),
        (["--auto-accept", "60"], "at most 1"),
        (["--day", "2003-03-03"], "name one with --arrivals"),
        (["--workers", "0"], "--workers is"),
        (["--arrivals", "/nowhere.csv"], "No such file"),
        (["--chart", "/nowhere/bars.svg"], "No such file"),
    ],
)
def test_a_word_that_makes_no_sense_is_refused_in_one_sentence(words: list[str], sentence: str) -> None:
    with pytest.raises(CommandError, match=sentence) as refused:
        simulate(*TINY, "--policies", "longest idle", "--load", "0.5", *words)

    assert "\n" not in str(refused.value)


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("", "Line 1: the columns are arrival, topic"),
        ("when,topic\n1,refund\n", "Line 1: the columns are arrival, topic"),
        ("arrival\n", "no arrivals"),
        ("arrival,arrival\n1,2\n", "arrival is there twice"),
        ("arrival,topic\n1,refund\nsoon,refund\n", "Line 3: a moment is written"),
        ("arrival\n1\nnan\n", "Line 3: arrival is seconds"),
        ("arrival,patience\n1,60\n2,-5\n", "Line 3: patience is a number of seconds above 0"),
        ("arrival,service\n1,inf\n", "Line 2: service is a number of seconds above 0"),
        ("arrival,topic\n1,refund\n2\n", "Line 3: it has not as many cells"),
        ("arrival,topic\n1,refund,more\n", "Line 2: it has not as many cells"),
        ("arrival,topic\n1," + "x" * 41 + "\n", "Line 2: topic is at most 40"),
        ("arrival\n0\n99999999\n", "31 are the most"),
        ("DateTime,Calls\n2003-03-03T07:00:00Z,-1\n", "Line 2: Calls is a whole number"),
        ("DateTime,Calls\nyesterday,4\n", "Line 2: a moment is written"),
        ("DateTime,Calls\n2003-03-03T07:00:00Z,1\n2003-03-03T07:00:00Z,1\n", "twice"),
    ],
)
def test_a_bad_file_is_refused_with_its_line(text: str, sentence: str, tmp_path: Path) -> None:
    path = tmp_path / "calls.csv"
    path.write_text(text, encoding="utf-8")

    with pytest.raises(BadArrivalsError, match=sentence):
        files.read(path)


def test_bytes_that_are_no_text_are_refused(tmp_path: Path) -> None:
    path = tmp_path / "calls.csv"
    path.write_bytes(b"arrival\n\xff\xfe\n")

    with pytest.raises(BadArrivalsError, match="not a table in UTF-8"):
        files.read(path)


def test_a_file_brings_its_own_topics_languages_and_times(tmp_path: Path) -> None:
    path = tmp_path / "calls.csv"
    rows = [
        f"2026-11-22T09:{n // 60:02}:{n % 60:02}Z,{'loans' if n % 4 else ''},is,{90 if n % 2 else ''},45"
        for n in range(300)
    ]
    path.write_text("\n".join(["arrival,topic,language,patience,service", *rows]), encoding="utf-8")

    given = files.read(path)
    told = json.loads(
        simulate("--arrivals", str(path), "--policies", "ours", "--seeds", "1", "--workers", "1", "--json")
    )

    assert given[5].at == 5.0
    assert (given[4].topic, given[5].topic) == (None, "loans")  # type: ignore[union-attr]
    assert (given[4].patience_s, given[5].patience_s) == (None, 90.0)  # type: ignore[union-attr]
    assert told["scenes"][0]["name"] == "calls.csv"
    assert told["scenes"][0]["policies"]["ours"]["customers"] == 300


def test_a_day_of_the_bank_is_its_calls() -> None:
    bank = real("bank-calls", "bank_calls.csv")

    first, chosen = files.read(bank), files.read(bank, day=date(2003, 10, 24))

    assert first[0] == Counted(0.0, 300.0, 111)
    assert len(first) == len(chosen) == 169
    with pytest.raises(BadArrivalsError, match="it runs from 2003-03-03 to 2003-10-24"):
        files.read(bank, day=date(2004, 1, 1))
