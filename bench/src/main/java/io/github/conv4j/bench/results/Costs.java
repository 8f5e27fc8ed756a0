package io.github.conv4j.bench.results;

/**
 * What a layer costs before it is fast, in nanoseconds.
 *
 * @param firstPrepare in a process that has not seen the problem
 * @param firstCall with code that may not be compiled yet
 * @param seenPrepare of the same problem, later; 0 if it was not prepared again
 */
public record Costs(double firstPrepare, double firstCall, double seenPrepare) {}
