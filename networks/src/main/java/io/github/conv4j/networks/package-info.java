/**
 * Whole convolutional networks: read from an ONNX file or built in code, prepared on an engine
 * once, executed many times.
 */
@NullMarked
package io.github.conv4j.networks;

import org.jspecify.annotations.NullMarked;
