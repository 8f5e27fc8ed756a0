package io.github.conv4j.networks.internal.quantization;

/**
 * Which of the numbers that were seen integers must reach.
 *
 * @param share of all numbers, in the middle; 1 for all
 * @param isLeastError whether it is those, of all of that share, that lose least: what is cut off
 *     costs its distance, what is reached the rounding to the step
 */
public record Coverage(double share, boolean isLeastError) {}
