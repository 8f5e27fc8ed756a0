/** Winograd's algorithm for 3x3 kernels, on the Vector API only. */
@NullMarked
package io.github.conv4j.internal.vector.winograd;

import org.jspecify.annotations.NullMarked;
