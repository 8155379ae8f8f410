"""Ways to people outside: Slack, and whatever Apprise reaches."""
