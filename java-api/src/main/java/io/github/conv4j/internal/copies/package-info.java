/** Copies of memory with strides, which know no tensors. */
@NullMarked
package io.github.conv4j.internal.copies;

import org.jspecify.annotations.NullMarked;
