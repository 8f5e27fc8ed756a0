/**
 * Makes networks of integers of networks of floats: 8 bits a number, with a report of what is lost.
 */
@NullMarked
package io.github.conv4j.networks.quantization;

import org.jspecify.annotations.NullMarked;
