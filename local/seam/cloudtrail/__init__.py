"""CloudTrail as AWS keeps it: who called, what came of it, and where a trail sends it.

Shapes follow the CloudTrail User Guide ("CloudTrail record contents", "userIdentity element") and the examples of
each service's own guide. Ministack's own recording is left to run, as the list of every call that it answered.
"""
