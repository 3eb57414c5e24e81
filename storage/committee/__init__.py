"""What the exam committee does: looking at what exams ask, cases of fraud and leaks, its decisions as a document."""
