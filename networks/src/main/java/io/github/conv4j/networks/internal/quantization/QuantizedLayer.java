package io.github.conv4j.networks.internal.quantization;

import io.github.conv4j.networks.graph.Node;

/**
 * What became of a layer.
 *
 * @param node its first
 * @param low of its result; NaN where nothing was seen
 * @param high likewise
 * @param decibels NaN where not measured
 * @param largestError likewise
 * @param reason why it stays in floats; empty where it is quantized
 */
public record QuantizedLayer(
    Node node, double low, double high, double decibels, double largestError, String reason) {}
