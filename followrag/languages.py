"""The languages that langdetect 1.0.9 tells apart, by their English names."""

__all__ = ["CODES", "language_name"]

# Where a language has several names, the last one is used when we name it.
CODES = {
    "afrikaans": "af", "albanian": "sq", "arabic": "ar", "bengali": "bn", "bulgarian": "bg",
    "catalan": "ca", "chinese": "zh-cn", "simplified chinese": "zh-cn",
    "traditional chinese": "zh-tw", "croatian": "hr", "czech": "cs", "danish": "da",
    "dutch": "nl", "english": "en", "estonian": "et", "farsi": "fa", "finnish": "fi",
    "french": "fr", "german": "de", "greek": "el", "gujarati": "gu", "hebrew": "he",
    "hindi": "hi", "hungarian": "hu", "indonesian": "id", "italian": "it", "japanese": "ja",
    "kannada": "kn", "korean": "ko", "latvian": "lv", "lithuanian": "lt", "macedonian": "mk",
    "malayalam": "ml", "marathi": "mr", "nepali": "ne", "norwegian": "no", "persian": "fa",
    "polish": "pl", "portuguese": "pt", "punjabi": "pa", "romanian": "ro", "russian": "ru",
    "slovak": "sk", "slovenian": "sl", "somali": "so", "spanish": "es", "swahili": "sw",
    "swedish": "sv", "tagalog": "tl", "tamil": "ta", "telugu": "te", "thai": "th",
    "turkish": "tr", "ukrainian": "uk", "urdu": "ur", "vietnamese": "vi", "welsh": "cy",
}  # fmt: skip
_NAMES = {code: name.title() for name, code in CODES.items()}


def language_name(code: str) -> str:
    """Name a language in English.

    Args:
        code: A langdetect code.

    Returns:
        Its name ("Italian", "Simplified Chinese"); for a code that langdetect doesn't know, words
        that hold the code.
    """
    return _NAMES.get(code, f"the language with code {code!r}")
