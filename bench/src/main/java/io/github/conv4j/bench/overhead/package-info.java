/** What conv4j adds to the native library: calls, allocation, prepare, load. */
@NullMarked
package io.github.conv4j.bench.overhead;

import org.jspecify.annotations.NullMarked;
