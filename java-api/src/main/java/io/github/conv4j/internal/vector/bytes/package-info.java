/** Loops on the Vector API over bytes and what they stand for. */
@NullMarked
package io.github.conv4j.internal.vector.bytes;

import org.jspecify.annotations.NullMarked;
