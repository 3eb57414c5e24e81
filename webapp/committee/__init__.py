"""The exam committee's table: what exams ask and when it was looked at, irregularities, decisions as a document."""
