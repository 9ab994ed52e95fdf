"""Export to the schema of Every Eval Ever (evaleval/every_eval_ever), version 0.3.0.

The facts come from its `eval.schema.json` and `instance_level_eval.schema.json`, and from the
layout that its validator asks for: `data/<collection>/<developer>/<model>/<UUID4>.json`, with the
rows of a run beside it in `<UUID4>_samples.jsonl`.
"""

from __future__ import annotations

from followrag.leaderboard.tables.every_eval_ever.export import export

__all__ = ["export"]
