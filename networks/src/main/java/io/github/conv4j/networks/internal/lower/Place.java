package io.github.conv4j.networks.internal.lower;

/**
 * Where a value is.
 *
 * @param value its number in the program
 * @param order how its axes lie
 */
record Place(int value, Order order) {}
