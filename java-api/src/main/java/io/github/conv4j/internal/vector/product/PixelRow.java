package io.github.conv4j.internal.vector.product;

/**
 * Neighbouring pixels of a row that a kernel computes together. Their distance in the panel is a
 * number in the kernel, so that one address serves all of them.
 *
 * @param count how many
 * @param distance from the window of one to that of the next in the panel, in floats
 * @param together how many of them at a time share vectors of output channels
 */
record PixelRow(int count, int distance, int together) {}
