"""The recipe language: its form, its operations, its checks."""
