/** The convolutions of real networks. */
@NullMarked
package io.github.conv4j.bench.network;

import org.jspecify.annotations.NullMarked;
