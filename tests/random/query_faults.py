"""Open faults of the program that are not asked about until they are mended. The list must shrink to nothing: take a line out and run."""

KNOWN_FAULTS = ()


def avoids(fault):
    return fault in KNOWN_FAULTS
