"""Part 1: the motivation file, its revisions and role documents, texts that look copied, and qualifications."""
