/**
 * Products of pixels with weights that all of them share: direct convolution through a panel, and
 * pointwise layers.
 */
@NullMarked
package io.github.conv4j.internal.vector.product;

import org.jspecify.annotations.NullMarked;
