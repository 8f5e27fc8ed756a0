package io.github.conv4j.bench.limits;

/**
 * How fast a working set of some size is moved.
 *
 * @param bytes of all threads together
 * @param read in GB/s
 * @param triad in GB/s: two arrays read, one written
 */
public record Bandwidth(long bytes, double read, double triad) {}
