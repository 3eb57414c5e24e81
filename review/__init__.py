"""Judge: what a rating is, who gives it, what the ratings say together. Pure rules: values in, values out."""
