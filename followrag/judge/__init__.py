"""FollowRAG's judge: an LLM rates whether a response answers its question, with 0, 0.5 or 1."""
