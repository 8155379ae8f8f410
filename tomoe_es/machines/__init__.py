"""What is normal: a state machine for every thing, rules across them, deadlines; and the monitor that judges.

Where to add what is told in `docs/how-to/add-a-rule.md`.
"""
