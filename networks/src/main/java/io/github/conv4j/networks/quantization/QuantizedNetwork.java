package io.github.conv4j.networks.quantization;

import io.github.conv4j.networks.Network;

/**
 * A network that was quantized.
 *
 * <p><b>Memory.</b> Keeps the network. <b>Threads.</b> Immutable. <b>Errors.</b> None.
 *
 * @param network with pairs of QuantizeLinear and DequantizeLinear, of opset 13 or newer
 * @param report what was lost
 */
public record QuantizedNetwork(Network network, QuantizationReport report) {}
