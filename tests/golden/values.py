"""Numbers that every language makes alike: a hash of the index and a salt, in 32-bit arithmetic."""

import numpy


def hashes(size, salt):
    h = numpy.arange(size, dtype=numpy.uint32) * numpy.uint32(2654435761)
    h += numpy.uint32(salt * 40503)
    h ^= h >> 16
    h *= numpy.uint32(0x45D9F3B)
    h ^= h >> 16
    return h


def uniform(shape, salt, limit=1.0):
    """Doubles in [-limit, limit), in row-major order of the index."""
    unit = (hashes(numpy.prod(shape, dtype=int), salt) >> 8) * 2.0**-24
    return (limit * (2 * unit - 1)).reshape(shape)


def pixels(shape, salt):
    """Bytes 0 … 255."""
    return (hashes(numpy.prod(shape, dtype=int), salt) >> 24).astype(numpy.uint8).reshape(shape)
