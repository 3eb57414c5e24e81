"""The theory test: items and their exchange as QTI 3.0, forms drawn from a seed, scoring, and Safe Exam Browser."""
