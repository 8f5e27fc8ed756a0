/**
 * Stages that complete an engine: what its kernels lack is composed here, visibly, from a copy and
 * a convolution. Pure Java on off-heap memory, shared by all engines.
 */
@NullMarked
package io.github.conv4j.internal.compose;

import org.jspecify.annotations.NullMarked;
