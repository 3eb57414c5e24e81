"""The figures of a year, on screen, as PDF and as CSV: the same ones, with what is too small left out."""
