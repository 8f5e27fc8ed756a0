/** Reads ONNX files into graphs. Refuses what is not a good model before it takes memory for it. */
@NullMarked
package io.github.conv4j.networks.internal.onnx;

import org.jspecify.annotations.NullMarked;
