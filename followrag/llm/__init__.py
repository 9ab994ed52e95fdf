"""Asking language models: servers and models in this process, behind one small protocol."""

from followrag.llm.asking import ask
from followrag.llm.calls import Call, Engine, Failure, Outcome, Reply, chat
from followrag.llm.journal import Journal
from followrag.llm.local import InProcess
from followrag.llm.replies import read_reply
from followrag.llm.server import Server
from followrag.llm.urls import bare_url, chat_url
from followrag.llm.usage import Prices, Usage

__all__ = [
    "Call",
    "Engine",
    "Failure",
    "InProcess",
    "Journal",
    "Outcome",
    "Prices",
    "Reply",
    "Server",
    "Usage",
    "ask",
    "bare_url",
    "chat",
    "chat_url",
    "read_reply",
]
