"""What people are told while they do not look at a screen: from events to short texts, and their queue."""
