package io.github.conv4j.networks.internal.lower;

/**
 * What a step does, for people.
 *
 * @param node what was asked
 * @param implementation what runs
 * @param detail shapes, fused functions
 */
public record LoweredStep(String node, String implementation, String detail) {}
