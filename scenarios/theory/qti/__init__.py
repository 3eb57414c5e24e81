"""Items as content packages of QTI 3.0 (1EdTech Question and Test Interoperability)."""
