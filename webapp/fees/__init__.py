"""What exams cost, on screen and on paper: the price list, the invoices of the office, the costs of an organisation."""
