/** Compares what an engine computed with the definitions, tensor by tensor. */
@NullMarked
package io.github.conv4j.networks.internal.comparison;

import org.jspecify.annotations.NullMarked;
