/**
 * What each ONNX operator means: types and shapes of its results, and their values in double
 * precision. Fast code is compared with this.
 */
@NullMarked
package io.github.conv4j.networks.internal.definition;

import org.jspecify.annotations.NullMarked;
