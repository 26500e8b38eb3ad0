"""The first `jobpass.yaml` of a deployment, made from a few answers: commented, and sound before it is written."""
