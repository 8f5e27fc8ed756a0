/** A layer of other types beside the same one of f32: how fast, and how far from f32. */
@NullMarked
package io.github.conv4j.bench.typed;

import org.jspecify.annotations.NullMarked;
