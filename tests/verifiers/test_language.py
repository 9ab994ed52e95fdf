"""The oracle is langdetect 1.0.9 itself, seeded with 0: every label must be equal to its label."""

import json
import os
import random
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import langdetect
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from langdetect import detector_factory
from langdetect.lang_detect_exception import LangDetectException

from followrag.verifiers import language, ngrams
from followrag.verifiers.language import detect

ROOT = Path(__file__).parents[2]

# "Water is necessary for life, and every child knows that it falls from the sky as rain", or so.
SENTENCES = {
    "pt": "A água é necessária para a vida e todas as crianças sabem que ela cai do céu.",
    "ta": "தண்ணீர் உயிர் வாழ்வதற்கு மிகவும் அவசியம், அது வானத்திலிருந்து மழையாகப் பொழிகிறது.",
    "ar": "الماء ضروري للحياة، وكل طفل يعرف أنه يسقط من السماء على شكل مطر.",
    "pa": "ਪਾਣੀ ਜੀਵਨ ਲਈ ਜ਼ਰੂਰੀ ਹੈ ਅਤੇ ਇਹ ਅਸਮਾਨ ਤੋਂ ਮੀਂਹ ਬਣ ਕੇ ਡਿੱਗਦਾ ਹੈ।",
    "fa": "آب برای زندگی لازم است و هر کودکی می‌داند که به شکل باران از آسمان می‌بارد.",
    "ru": "Вода необходима для жизни, и каждый ребёнок знает, что она падает с неба дождём.",
    "fi": "Vesi on välttämätöntä elämälle, ja jokainen lapsi tietää, että se sataa taivaalta.",
    "sw": "Maji ni muhimu kwa maisha na kila mtoto anajua kwamba yanatoka angani kama mvua.",
    "vi": "Nước rất cần thiết cho sự sống và trẻ em nào cũng biết rằng nước rơi từ trên trời.",
    "ur": "پانی زندگی کے لیے ضروری ہے اور ہر بچہ جانتا ہے کہ یہ آسمان سے بارش بن کر گرتا ہے۔",
    "gu": "પાણી જીવન માટે જરૂરી છે અને તે આકાશમાંથી વરસાદ બનીને પડે છે.",
    "kn": "ನೀರು ಜೀವನಕ್ಕೆ ಅತ್ಯಗತ್ಯ ಮತ್ತು ಅದು ಆಕಾಶದಿಂದ ಮಳೆಯಾಗಿ ಬೀಳುತ್ತದೆ.",
    "de": "Wasser ist lebensnotwendig, und jedes Kind weiß, dass es als Regen vom Himmel fällt.",
    "fr": "L'eau est nécessaire à la vie, et chaque enfant sait qu'elle tombe du ciel en pluie.",
    "es": "El agua es necesaria para la vida y todos los niños saben que cae del cielo en lluvia.",
    "hi": "पानी जीवन के लिए ज़रूरी है और हर बच्चा जानता है कि वह आसमान से बारिश बनकर गिरता है।",
    "bn": "জল জীবনের জন্য প্রয়োজনীয় এবং এটি আকাশ থেকে বৃষ্টি হয়ে পড়ে।",
    "te": "నీరు జీవితానికి అవసరం మరియు అది ఆకాశం నుండి వర్షంగా పడుతుంది.",
    "mr": "पाणी जीवनासाठी आवश्यक आहे आणि ते आकाशातून पावसाच्या रूपाने पडते.",
    "ne": "पानी जीवनका लागि आवश्यक छ र यो आकाशबाट वर्षाको रूपमा खस्छ।",
    "ko": "물은 생명에 꼭 필요하며 하늘에서 비가 되어 내린다는 것을 모든 아이가 안다.",
    "ja": "水は生命に必要であり、雨となって空から降ることはどの子どもも知っている。",
    "zh-cn": "水是生命所必需的,每个孩子都知道它会变成雨从天上落下来。",
    "th": "น้ำเป็นสิ่งจำเป็นต่อชีวิต และเด็กทุกคนรู้ว่ามันตกลงมาจากท้องฟ้าเป็นฝน",
    "he": "המים נחוצים לחיים, וכל ילד יודע שהם יורדים מהשמיים כגשם.",
    "el": "Το νερό είναι απαραίτητο για τη ζωή και κάθε παιδί ξέρει ότι πέφτει από τον ουρανό.",
    "bg": "Водата е необходима за живота и всяко дете знае, че тя пада от небето като дъжд.",
    "uk": "Вода необхідна для життя, і кожна дитина знає, що вона падає з неба дощем.",
}

# Words that many languages share: what langdetect says of them hangs on each single draw.
SHARED_WORDS = (
    "a de la mar sol vin o man en hat ist un no tot ora pan car sal met der og ett bra den ale som "
    "je na po dom ja to nu vi ni si kan var per con mi te se ta me ke al da in on is at os as mesa "
    "casa land kort sang vader dia foto banana hotel taxi radio polis kina"
)

Detect = Callable[[str], str | None]


@pytest.fixture(scope="module")
def stock() -> Detect:
    """langdetect with seed 0, on a factory of its own."""
    factory = detector_factory.DetectorFactory()
    factory.load_profile(detector_factory.PROFILES_DIRECTORY)
    factory.set_seed(0)

    def stock_detect(text: str) -> str | None:
        detector = factory.create()
        detector.append(text)
        try:
            return detector.detect()
        except LangDetectException:
            return None

    return stock_detect


@pytest.fixture(scope="module")
def passages(shared: Path) -> list[str]:
    """Two hundred passages of FollowRAG, the same ones each time."""
    found = {
        passage["content"]: None
        for path in sorted((shared / "data/followrag").glob("followRAG_*.json"))
        for item in json.loads(path.read_text(encoding="utf-8"))
        for passage in item["passages"]
    }
    return random.Random(0).sample(list(found), 200)


@pytest.fixture(scope="module")
def ambiguous() -> list[str]:
    """Four hundred texts of one to four shared words, in three cases."""
    rng, words = random.Random(0), SHARED_WORDS.split()
    texts = [" ".join(rng.choices(words, k=rng.choice([1, 2, 2, 3, 4]))) for _ in range(400)]
    return [*map(str.upper, texts[:130]), *map(str.title, texts[130:260]), *texts[260:]]


def first_words(text: str, count: int) -> str:
    return " ".join(text.split()[:count])


@pytest.mark.parametrize(
    "shape",
    [
        pytest.param(lambda text: first_words(text, 100), id="100 words"),
        pytest.param(lambda text: first_words(text, 100).lower(), id="100 words, lower"),
        pytest.param(lambda text: first_words(text, 100).upper(), id="100 words, UPPER"),
        pytest.param(lambda text: first_words(text, 12), id="12 words"),
        pytest.param(lambda text: first_words(text, 12).upper(), id="12 words, UPPER"),
        pytest.param(lambda text: first_words(text, 4), id="4 words"),
        pytest.param(lambda text: first_words(text, 3).lower(), id="3 words"),
        pytest.param(lambda text: first_words(text, 2).title(), id="2 words"),
        pytest.param(lambda text: first_words(text, 1), id="1 word"),
        pytest.param(lambda text: text.replace(" ", " 1990\n", 9), id="digits"),
        pytest.param(lambda text: text.replace(" ", " https://a.bc/de?f=g ", 5), id="URLs"),
        pytest.param(lambda text: text.replace(" ", " a.b@example.org ", 5), id="addresses"),
    ],
)
def test_passages_get_the_labels_of_langdetect(
    shape: Callable[[str], str], passages: list[str], stock: Detect
) -> None:
    texts = [shape(text) for text in passages]
    assert [detect(text) for text in texts] == [stock(text) for text in texts]


def test_ambiguous_words_get_the_labels_of_langdetect(ambiguous: list[str], stock: Detect) -> None:
    assert [detect(text) for text in ambiguous] == [stock(text) for text in ambiguous]


@pytest.mark.parametrize("code", SENTENCES)
def test_sentence_gets_its_language(code: str, stock: Detect) -> None:
    assert detect(SENTENCES[code]) == code == stock(SENTENCES[code])


@pytest.mark.parametrize("code", SENTENCES)
def test_pieces_of_a_sentence_get_the_labels_of_langdetect(code: str, stock: Detect) -> None:
    sentence = SENTENCES[code]
    texts = [sentence[:5], sentence[:20], sentence.upper(), sentence.title(), sentence * 3]
    assert [detect(text) for text in texts] == [stock(text) for text in texts]


@pytest.mark.parametrize(
    "text",
    ["", " ", "\n\t", "12345", "?!... --", "https://example.org/a?b=c", "me@example.org", "😀"],
)
def test_text_without_features_has_no_language(text: str, stock: Detect) -> None:
    assert detect(text) is None
    assert stock(text) is None


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("A@BC.COM", id="too short for an address"),
        pytest.param("see http:// and ://x for @ all @user", id="almost addresses"),
        pytest.param("x@y.zz" + "http://a" * 40 + "://@", id="addresses in a row"),
        pytest.param("Tie\u0302\u0301ng Vie\u0323\u0302t, ra\u0301t \u0111e\u0323p", id="marks"),
        pytest.param("Ti\u1ebfng Vi\u1ec7t [r\u1ea5t] \u0111\u1eb9p", id="Vietnamese letters"),
        pytest.param("ABC абвгде жзи", id="Latin word in Cyrillic text"),
        pytest.param("ABCDEF абв", id="Cyrillic word in Latin text"),
        pytest.param("абAвг_деёжз", id="Latin letter within a word"),
        pytest.param("q\u0300\u0300\u0300", id="marks outnumber a letter"),
        pytest.param("a\u00a0b\u0085c\u2003d\u3000e\u200bf", id="spaces that are none"),
        pytest.param("MiXeD CaSe McDONALD's iPhone ÉCOLE eÉÉe", id="capitals"),
        pytest.param("ǅungla İstanbul 𝐀𝐁c straSSE", id="capitals that are not ASCII"),
        pytest.param("Bucure\u0219ti, Constan\u021ba", id="Romanian letters with a comma"),
        pytest.param("lone \ud800 surrogate \udfff here", id="surrogates"),
        pytest.param("\x00\x92\xad£²·×÷¡ ab", id="odd Latin-1"),
    ],
)
def test_special_text_gets_the_label_of_langdetect(text: str, stock: Detect) -> None:
    assert detect(text) == stock(text)


@pytest.mark.parametrize(
    "text",
    [
        pytest.param(" " * 100_000, id="spaces"),
        pytest.param("a" * 20_000, id="one letter"),
        pytest.param("Ж" * 20_000, id="one Cyrillic letter"),
        pytest.param("a" * 9_999 + "ß" * 2_001, id="cut within a word"),
        pytest.param(
            "the sea " * 300 + "1" * 7_600 + "ich nicht auch " * 900, id="second language cut"
        ),
        pytest.param("the sea " * 1_250 + "Москва " * 3_000, id="second script cut"),
        pytest.param("e\u0301a " * 4_000, id="cut after marks are merged"),
        pytest.param("x http://abc.de/f " * 700, id="cut after addresses are removed"),
        pytest.param("@" * 12_000, id="at signs"),
    ],
)
def test_long_text_gets_the_label_of_langdetect(text: str, stock: Detect) -> None:
    assert detect(text) == stock(text)


@settings(max_examples=300, deadline=None)
@given(text=st.text(st.characters(exclude_categories=())))
def test_any_text_gets_the_label_of_langdetect(text: str, stock: Detect) -> None:
    assert detect(text) == stock(text)


@settings(max_examples=300, deadline=None)
@given(text=st.text("abeinorstABEINß.Éü\u00a0\u0301\u0323жЖ\u3042@:/ ", max_size=60))
def test_any_mixture_of_scripts_gets_the_label_of_langdetect(text: str, stock: Detect) -> None:
    assert detect(text) == stock(text)


def test_close_decisions_get_the_labels_of_langdetect(
    monkeypatch: pytest.MonkeyPatch, ambiguous: list[str], stock: Detect
) -> None:
    monkeypatch.setattr(language, "_MARGIN", 1.0)  # every decision is close
    assert [detect(text) for text in ambiguous] == [stock(text) for text in ambiguous]


def test_exhausted_random_stream_gets_the_label_of_langdetect(
    monkeypatch: pytest.MonkeyPatch, stock: Detect
) -> None:
    monkeypatch.setattr(language, "_draws", lambda n, count: language._draw(n, 256))
    assert detect("DE LA MER") == stock("DE LA MER")


def test_full_word_cache_changes_no_label(monkeypatch: pytest.MonkeyPatch) -> None:
    before = detect(SENTENCES["ru"])
    monkeypatch.setattr(ngrams, "_MAX_CACHED_WORDS", 2)
    assert detect(SENTENCES["ru"]) == before


def test_weights_keep_the_bounds_that_rule_out_underflow() -> None:
    weights = language._stream().weights
    assert 2.9e-5 < weights.min() < weights.max() < 6.9e-5


def test_threads_that_start_cold_get_equal_labels(stock: Detect) -> None:
    program = """
import json, sys, threading
from followrag.verifiers.language import detect
texts, labels, barrier = json.load(sys.stdin), {}, threading.Barrier(8)
def work(number):
    barrier.wait()
    labels[number] = [detect(text) for text in texts]
threads = [threading.Thread(target=work, args=(number,)) for number in range(8)]
for thread in threads: thread.start()
for thread in threads: thread.join()
print(json.dumps([labels[number] for number in range(8)]))
"""
    texts = [*SENTENCES.values(), *(sentence[:9].upper() for sentence in SENTENCES.values())]
    done = subprocess.run(
        [sys.executable, "-c", program],
        input=json.dumps(texts),
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        check=True,
    )
    assert json.loads(done.stdout) == [[stock(text) for text in texts]] * 8


def test_seed_of_langdetect_does_not_matter(monkeypatch: pytest.MonkeyPatch) -> None:
    before = [detect(sentence[:6]) for sentence in SENTENCES.values()]
    monkeypatch.setattr(langdetect.DetectorFactory, "seed", 12345)
    assert [detect(sentence[:6]) for sentence in SENTENCES.values()] == before


def test_global_state_of_langdetect_is_left_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(langdetect.DetectorFactory, "seed", 12345)
    monkeypatch.setattr(detector_factory, "_factory", None)
    detect(SENTENCES["pt"])
    assert (langdetect.DetectorFactory.seed, detector_factory._factory) == (12345, None)


def test_global_random_state_is_left_alone() -> None:
    before = random.getstate()
    detect(SENTENCES["pt"])
    assert random.getstate() == before
