package io.github.conv4j.internal.shadow;

/**
 * How two results differ.
 *
 * @param count outputs beyond what is permitted
 * @param worst of the output that is farthest off, counted in the order of dst's shape
 * @param value what the call wrote there
 * @param expected what it should have written
 * @param permitted by how much the two may differ
 */
record Difference(long count, int worst, double value, double expected, double permitted) {}
