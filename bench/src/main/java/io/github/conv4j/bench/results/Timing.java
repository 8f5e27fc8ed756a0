package io.github.conv4j.bench.results;

/**
 * The times of a call, in nanoseconds: quantiles over the turns.
 *
 * @param turns how many there were
 * @param callsPerTurn whose mean is the time of a turn
 * @param least of all turns
 * @param p5 5 % of the turns were faster
 * @param lower a quarter was faster
 * @param median half were faster
 * @param upper a quarter was slower
 * @param p95 5 % were slower
 * @param most of all turns
 */
public record Timing(
    int turns,
    int callsPerTurn,
    double least,
    double p5,
    double lower,
    double median,
    double upper,
    double p95,
    double most) {}
