"""What happens to the messages that a service consumes: settled, retried, paused, dead-lettered, or stopped."""
