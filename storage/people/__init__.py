"""Who there is: organisations, people and their roles, how they log in, how they are found, and the mail to them."""
