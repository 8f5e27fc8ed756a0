package io.github.conv4j.networks.internal.comparison;

import io.github.conv4j.networks.graph.Constant;
import io.github.conv4j.networks.report.NetworkStep;

/**
 * A tensor that an engine has computed.
 *
 * @param name its name in the graph, if the graph has it
 */
public record Observed(String name, NetworkStep step, Constant tensor) {}
