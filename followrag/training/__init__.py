"""Synthesis, selection and fine-tuning (not built yet)."""
