/** Finds what of a graph can be integers, how they are scaled, and writes it down. */
@NullMarked
package io.github.conv4j.networks.internal.quantization;

import org.jspecify.annotations.NullMarked;
