/**
 * Tensors: views over off-heap memory with a shape, an element type and a layout.
 *
 * <p>Dimensions are always named in the logical order batch, channels, then depth, height and width
 * as far as they exist, whatever the layout in memory is. Shapes and strides count elements, sizes
 * named {@code byteSize} count bytes. Both are 64 bits wide: tensors may be larger than arrays, and
 * engines say in {@code support} where theirs ends.
 */
@NullMarked
package io.github.conv4j.tensor;

import org.jspecify.annotations.NullMarked;
