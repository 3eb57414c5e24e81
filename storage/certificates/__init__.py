"""What a pass leads to: certificates and their states, the register, badges, status lists and ordered copies."""
