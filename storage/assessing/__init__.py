"""Exams that assessors judge criterion by criterion while somebody works: asked, planned, filled in, released."""
