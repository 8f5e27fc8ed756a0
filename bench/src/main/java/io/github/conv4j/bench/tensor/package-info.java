/** Tensors of networks: from files and pictures, at random, and as people look at them. */
@NullMarked
package io.github.conv4j.bench.tensor;

import org.jspecify.annotations.NullMarked;
