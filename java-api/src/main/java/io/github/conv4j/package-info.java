/**
 * Describe a convolution, prepare it once on an engine, execute it many times.
 *
 * <p>{@link io.github.conv4j.Convolution} describes, {@link io.github.conv4j.engine.Engines} finds
 * an engine, {@link io.github.conv4j.engine.PreparedConvolution} executes on {@link
 * io.github.conv4j.tensor.Tensor}s in off-heap memory. Convolution means cross-correlation, as
 * everywhere in deep learning.
 */
@NullMarked
package io.github.conv4j;

import org.jspecify.annotations.NullMarked;
