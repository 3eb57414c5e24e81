"""Assessments by assessors who judge while somebody works: asking, planning, the sheets, the result."""
