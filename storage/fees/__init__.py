"""What exams cost: the price list with its dates, what was ordered and credited, and the invoices made of it."""
