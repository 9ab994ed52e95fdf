"""Building benchmarks like FollowRAG of any questions with answers and passages."""

from followrag.building.corpus import read_corpus
from followrag.building.making import BUILDER_VERSION, Batch, Made, Recipe, make, row
from followrag.building.questions import read_questions

__all__ = [
    "BUILDER_VERSION",
    "Batch",
    "Made",
    "Recipe",
    "make",
    "read_corpus",
    "read_questions",
    "row",
]
