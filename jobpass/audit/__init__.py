"""What an operator reads to account for every signature: issuance records, and CloudTrail's events."""
