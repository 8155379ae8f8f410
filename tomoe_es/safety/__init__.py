"""Safe whatever breaks: making the telescope safe, and the guardian that decides when; pure."""
