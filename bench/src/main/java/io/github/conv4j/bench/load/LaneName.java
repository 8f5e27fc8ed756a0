package io.github.conv4j.bench.load;

/**
 * Who runs in a lane.
 *
 * @param contender its name
 * @param version of what computes
 * @param clients how many at once
 * @param threads how many one call may use
 * @param apart whether each client has its own engine, to compare with
 */
public record LaneName(String contender, String version, int clients, int threads, boolean apart) {}
