"""The demonstration: a job comes to AWS credentials on the embedded AWS, and everybody who should not is refused."""
