/** The engine that measures the others and keeps the fastest for each problem. */
@NullMarked
package io.github.conv4j.internal.auto;

import org.jspecify.annotations.NullMarked;
