/**
 * The graph of a network: nodes, the names that they read and write, and constants. Knows neither
 * files nor engines.
 */
@NullMarked
package io.github.conv4j.networks.graph;

import org.jspecify.annotations.NullMarked;
